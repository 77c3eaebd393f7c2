import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toYaml } from '../../lib/kubernetes';
import { claim } from '../claims';
import type { Lab } from '../lab';

/** Strings that a YAML parser may resolve to another type. */
const LETTERS = [
  ...'0189_+-.:eExXbBoOaAfnNyT~=<#"\'\\ \t\n{[,|>&*!%@`?',
  '\x07',
  '\x7F',
  '\u0085',
  '\u2028',
  '\uFEFF',
  '\u00E9',
  '\u{1F600}',
];
const DIGITS = [...'0189_+-.:exXbBoOEf'];
const WORDS = [
  ...[
    'yes',
    'no',
    'on',
    'off',
    'true',
    'false',
    'null',
    '.inf',
    '+.inf',
    '-.INF',
    '.nan',
    '<<',
    '---',
    '...',
    '0o17',
    '0b101',
    '0x1F',
    '08_15',
    '1e400',
    '1:30',
    '190:20:30',
  ],
  ...[
    '2001-01-01',
    '2001-12-14t21:59:43.10-05:00',
    '9223372036854775808',
    '-9223372036854775809',
    '0x8000000000000000',
    '12e03',
    '-2E+05',
    '0.1_',
    '1__0',
  ],
];
const AROUND = [
  (word: string) => word.toUpperCase(),
  (word: string) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`,
  (word: string) => ` ${word}`,
  (word: string) => `${word} `,
  (word: string) => `${word}\n`,
  (word: string) => `\n${word}`,
  (word: string) => `a\n${word}\n`,
  (word: string) => `  a\n${word}`,
  (word: string) => `\n\n  ${word}\n\n`,
  (word: string) => `\t${word}\nx`,
  (word: string) => `- ${word}`,
  (word: string) => `${word}: ${word}`,
  (word: string) => `${word} #x`,
  (word: string) => `${word}\r\n`,
];
const NUMBERS = [0, -1, 0.1, 1e-7, 1e21, -1.5e300, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 60, -(2 ** 63)];

/** Objects with a limited number of texts each: kubectl finds duplicate keys by comparing each with all others. */
const SIZE = 400;

claim('kubectl reads every text and number as it was, as a value, as a key and in a list', lab => {
  const texts = [
    ...new Set([
      ...words(LETTERS, 3),
      ...words(DIGITS, 4),
      ...WORDS,
      ...WORDS.flatMap(word => AROUND.map(around => around(word))),
    ]),
  ];
  assert.ok(texts.length > 200_000, `${texts.length} texts`);
  const parts = Array.from({ length: Math.ceil(texts.length / SIZE) }, (_, index) =>
    texts.slice(index * SIZE, (index + 1) * SIZE),
  );
  const objects = parts.map((part, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `texts-${index}` },
    keys: Object.fromEntries(part.map((text, position) => [text, position])),
    list: part,
    values: Object.fromEntries(part.map((text, position) => [`k${position}`, text])),
    numbers: NUMBERS,
  }));
  // Nothing is sent to the API server: kubectl prints the objects that it parsed.
  const read = readByKubectl(lab, objects.map(each => toYaml(each)).join('---\n'))
    .split(/^(?=\{)/m)
    .map(each => JSON.parse(each) as (typeof objects)[number]);
  assert.equal(read.length, objects.length);
  objects.forEach(({ keys, list, values, numbers }, index) => {
    const { [index]: back } = read;
    assert.deepEqual(
      { keys: back?.keys, list: back?.list, values: back?.values, numbers: back?.numbers },
      { keys, list, values, numbers },
    );
  });
  return Promise.resolve();
});

/** All texts of these letters up to a maximum length. */
function words(letters: readonly string[], length: number): string[] {
  return length === 0
    ? ['']
    : ['', ...words(letters, length - 1).flatMap(word => letters.map(letter => letter + word))];
}

function readByKubectl(lab: Lab, yaml: string): string {
  const file = join(lab.folder, 'texts.yaml');
  writeFileSync(file, yaml);
  return execFileSync(
    lab.tools.path('kubectl'),
    ['annotate', '--local', '--filename', file, '--output', 'json', 'read=yes'],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
}
