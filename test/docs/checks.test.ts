import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS, checkTable, CODES, coverageTable, NOT_COVERED } from '../../lib/checks';

const document = readFileSync(join(__dirname, '../../docs/checks.md'), 'utf8');

test('the tables are those that `cardinal check --list` prints', () => {
  expect(document).toContain(`\n${checkTable()}\n`);
  expect(document).toContain(`\n${coverageTable()}\n`);
});

test('every code of istioctl analyze and Kiali is there once, with a check or the reason why there is none', () => {
  const rows = coverageTable()
    .split('\n')
    .slice(2)
    .map(row => row.split('|').map(cell => cell.trim()));
  const covered = new Set(CHECKS.flatMap(each => each.covers));

  expect(rows.map(([, code]) => code)).toEqual(CODES);
  expect(new Set(CODES).size).toBe(CODES.length);
  expect(rows.filter(([, , by]) => !by || by === '–')).toEqual([]);
  expect(CODES.filter(code => covered.has(code) === code in NOT_COVERED)).toEqual([]);
  expect([...covered].filter(code => !CODES.includes(code))).toEqual([]);
});

test('names of checks are different, and each check explains what it finds and why', () => {
  expect(new Set(CHECKS.map(each => each.id)).size).toBe(CHECKS.length);
  for (const { id, summary, explanation } of CHECKS) {
    expect([id, /^[A-Z][A-Za-z]+$/.test(id), /^\S.*[^.]$/.test(summary), /\S\.$/.test(explanation)]).toEqual([
      id,
      true,
      true,
      true,
    ]);
  }
});
