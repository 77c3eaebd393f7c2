import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  checkObjects,
  describeFinding,
  type ManifestFinding,
  type Report,
  Severity,
  toJson,
  toSarif,
  toText,
} from '../../../lib/checks';
import { ManifestError } from '../../../lib/manifests';
import { cardinal } from '../../support/command';
import { runs } from '../../support/runs';
import { temporaryFolder } from '../../support/temporary-folder';

const PIECES = [
  '\n',
  '\r',
  '\r\n',
  '\u0085',
  '\u2028',
  '\u2029',
  '\v',
  '\f',
  '\0',
  '\b',
  '\u007f',
  '\u009b31m',
  '\u001b[2K',
  '\u001b]8;;https://example.com\u0007',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u061c',
  '\u200b',
  '\ufeff',
  '\ud800',
  '\udc00',
  '\u{e0041}',
  '::error::x',
  '::add-mask::x',
  ' ::warning file=a::x',
  '##[error]x',
  '##[',
  '##vso[task.setvariable variable=a]b',
  '##teamcity[',
  '#',
  '[',
  '[a](https://example.com)',
  '![](1)',
  '](',
  '\\',
  '"',
  '<b>',
  '`',
  '${a}',
  '{0}',
  '%0A',
  'a',
  ' ',
  ':',
  'é',
  '😀',
  '1 object checked: 0 errors, 0 warnings, 0 notes',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 6 })
  .map(each => each.join(''));
const finding: fc.Arbitrary<ManifestFinding> = fc.record({
  id: fc.constantFrom('UnknownPort', 'UnusedSuppression'),
  severity: fc.constantFrom(...Object.values(Severity)),
  covers: fc.constant([]),
  path: hostile,
  message: hostile,
  fix: hostile,
  field: hostile,
  file: hostile,
  line: fc.constant(1),
  column: fc.constant(1),
  object: fc.record({ apiVersion: hostile, kind: hostile, namespace: hostile, name: hostile }),
});
const report: fc.Arbitrary<Report> = fc.record({
  findings: fc.array(finding, { maxLength: 3 }),
  suppressed: fc.array(fc.record({ finding, reason: hostile }), { maxLength: 2 }),
});

const UNSEEN_OR_COMMAND = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?!\n)\p{Cc}|##[\w.-]*\[|^\s*::/mu;

/** Asserts that texts are lines that start no command, without anything that is not seen. */
function expectPlain(...texts: readonly string[]): void {
  expect(texts.filter(text => UNSEEN_OR_COMMAND.test(text))).toEqual([]);
}

function textsIn(value: unknown): string[] {
  return typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, each]) => [name, ...textsIn(each)])
      : [];
}

test('as text, each finding is one line, with any content', () => {
  fc.assert(
    fc.property(report, each => {
      const text = toText(each, 1);
      expectPlain(text);
      expect(text.split('\n').length).toBe(each.findings.length + each.suppressed.length + 2);
      expect(text.split('\n').at(-2)).toMatch(/^1 object checked: /);
    }),
    runs(200, 18),
  );
});

test.each([
  ['JSON', toJson],
  ['SARIF', toSarif],
] as const)('as %s, neither the output nor a text that is read from it can do more than be read', (_name, format) => {
  fc.assert(
    fc.property(report, each => {
      const output = format(each);
      expectPlain(output);
      const texts = textsIn(JSON.parse(output));
      expectPlain(...texts);
      expect(texts.filter(text => text.includes('\n'))).toEqual([]);
    }),
    runs(200, 18),
  );
});

test('a message in SARIF has no link', () => {
  fc.assert(
    fc.property(report, each => {
      const {
        runs: [run],
      } = JSON.parse(toSarif(each)) as {
        runs: { results: { message: { text: string }; suppressions?: { justification: string }[] }[] }[];
      };
      const texts = (run?.results ?? []).flatMap(result => [
        result.message.text,
        ...(result.suppressions?.map(suppression => suppression.justification) ?? []),
      ]);
      expect(texts.filter(text => text.includes(']('))).toEqual([]);
    }),
    runs(200, 18),
  );
});

test('a finding as one line, and an error of reading, are one line', () => {
  fc.assert(
    fc.property(finding, hostile, (each, text) => {
      [describeFinding(each), new ManifestError(text, 1, 1, text).message].forEach(line => {
        expectPlain(line);
        expect(line.includes('\n')).toBe(false);
      });
    }),
    runs(200, 18),
  );
});

test('what is plain stays as it is', () => {
  const { findings } = checkObjects([
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'ü-[1]#2::3' },
      spec: { hosts: ['a'], http: [{ route: [{ destination: { host: 'grüße [x] ##' } }] }] },
    },
  ]);
  expect(toText({ findings, suppressed: [] }, 1)).toContain(
    'VirtualService default/ü-[1]#2::3 spec.http[0].route[0].destination.host: error: Requests are sent '
      + 'to the host "grüße [x] ##", ',
  );
});

test('the command prints nothing but lines of its own for names of all kinds', () => {
  const folder = temporaryFolder();
  const pieces = PIECES.filter(each => !/[/\0\ud800-\udfff]/.test(each));
  for (const piece of pieces) {
    const text = JSON.stringify(piece);
    const accepted = JSON.stringify(`LoneWeight: ${piece}; ${piece}: ${piece}`);
    writeFileSync(
      join(folder, `${piece}.yaml`),
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ${text}, annotations: `
        + `{cardinal.cdk8s.io/suppress: ${accepted}}}\n`
        + `spec: {hosts: [${text}], http: [{route: [{destination: {host: ${text}}, weight: 2}]}]}\n`,
    );
    writeFileSync(join(folder, `${piece}x.yaml`), `apiVersion: v1\nkind: ${text}\n`);
  }
  const runs = [
    ...['text', 'json', 'sarif'].map(format => [folder, '--format', format]),
    ...pieces.flatMap(piece => [
      ['--explain', piece],
      ['--suppress', `${piece}: why`],
      [`--${piece}`],
      ['nothing', '--fail-on', piece],
      ['nothing', '--format', piece],
      [join(folder, `${piece}.none`)],
    ]),
  ];
  const outcomes = runs.map(args => cardinal('check', ...args));
  expectPlain(outcomes.map(({ stdout, stderr }) => stdout + stderr).join(''));
});
