import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, CODE_NAMES, CodeKind, codeTable, entriesNamed } from '../../lib/checks';

const LIB = join(__dirname, '../../lib');
const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter(each => each.endsWith('.ts'));
const texts = new Map(files.map(file => [file, readFileSync(join(LIB, file), 'utf8')]));

/** The files that may use codes: all but those that define the catalogue. */
const sources = [...texts].filter(([file]) => !/^topology\/errors\/|^checks\/(graph|templates)\/codes\.ts$/.test(file));
const idsOf = (kind: CodeKind) => CATALOGUE.filter(each => each.kind === kind).map(({ id }) => id);

function usedIn(pattern: RegExp, among = /./): Set<string> {
  return new Set(
    sources
      .filter(([file]) => among.test(file))
      .flatMap(([, text]) => [...text.matchAll(pattern)].map(match => match[1] ?? '')),
  );
}

test('a kind has each code once', () => {
  const keys = CATALOGUE.map(({ kind, id }) => `${kind} ${id.toLowerCase()}`);
  expect(keys.filter((each, index) => keys.indexOf(each) !== index)).toEqual([]);
});

test('the errors of the model are those that are thrown, and no others', () => {
  const thrown = usedIn(/\bcode: (?:.* \? '\w+' : )?'(\w+)'/g);
  expect([...thrown].sort()).toEqual([...idsOf(CodeKind.MODEL)].sort());
});

test('the findings of synthesis are those that are reported, and no others', () => {
  const reported = usedIn(/\bid: '([\w-]+)'/g, /^checks\/graph\/|^kubernetes\/|^aws\//);
  expect([...reported].sort()).toEqual([...idsOf(CodeKind.SYNTHESIS)].sort());
});

test('the limits of templates are those that are reported, and no others', () => {
  const reported = usedIn(/'((?:http-api|rest-api|target-group|template)-[\w-]+)'/g, /^checks\/templates\//);
  expect([...reported].sort()).toEqual([...idsOf(CodeKind.TEMPLATE)].sort());
});

test('the checks are those that are defined, with the unused suppression', () => {
  const defined = usedIn(/\bid: '(\w+)'|covered\('(\w+)'/g, /^checks\/(manifests|rules)\//);
  expect([...defined].filter(each => !idsOf(CodeKind.CHECK).includes(each))).toEqual([]);
  expect(idsOf(CodeKind.CHECK)).toContain('UnusedSuppression');
});

test.each(CATALOGUE.map(each => [`${each.kind} ${each.id}`, each] as const))(
  '%s has a title and sentences',
  (_name, { summary, explanation }) => {
    expect(summary).toMatch(/^\S.*[^.]$/);
    expect(explanation).toMatch(/^\S.*\.$/);
  },
);

test('an entry is found by its code in any case, of each kind that has it, and by codes of other tools', () => {
  expect(entriesNamed('ejectsnone').map(({ kind }) => kind)).toEqual([CodeKind.CHECK, CodeKind.SYNTHESIS]);
  expect(entriesNamed('IST0112').map(({ id }) => id)).toEqual(['PortRequired']);
  expect(entriesNamed('constructor')).toEqual([]);
  expect(CODE_NAMES).toEqual(
    expect.arrayContaining(['IST0112', 'PortRequired', 'NoRoutes', 'http-api-key', 'InvalidName']),
  );
});

test('the document has the tables of the codes that are no checks', () => {
  const document = readFileSync(join(__dirname, '../../docs/checks.md'), 'utf8');
  for (const kind of [CodeKind.TEMPLATE, CodeKind.SYNTHESIS, CodeKind.MODEL]) {
    expect(document).toContain(`\n${codeTable(kind)}\n`);
  }
});
