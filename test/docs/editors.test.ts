import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardinalIn } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

interface Tasks {
  readonly tasks: readonly {
    readonly problemMatcher: { readonly pattern: Readonly<Record<string, number>> & { readonly regexp: string } };
  }[];
}

const GUIDE = readFileSync(join(__dirname, '../../docs/guides/editors.md'), 'utf8');
const folder = temporaryFolder();

function matcher(): (line: string) => Record<string, string | undefined> | undefined {
  const [, json = ''] = /```json\n([^]*?)```/.exec(GUIDE) ?? [];
  const { regexp = '', ...groups } = (JSON.parse(json) as Tasks).tasks[0]?.problemMatcher.pattern ?? {};
  return line => {
    const match = new RegExp(regexp).exec(line);
    return match
      ? Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, match[Number(group)]]))
      : undefined;
  };
}

test('the problem matcher of the guide reads each finding of a report, and nothing else', () => {
  writeFileSync(
    join(folder, 'a b: c.yaml'),
    'apiVersion: networking.istio.io/v1\nkind: VirtualService\n'
      + 'metadata: {name: web, annotations: {cardinal.cdk8s.io/suppress: "LoneWeight: wanted"}}\n'
      + 'spec: {hosts: [web], http: [{route: [{destination: {host: web, prot: 1}, weight: 20}]}]}\n',
  );
  const { stdout } = cardinalIn(folder, ['check', 'a b: c.yaml']);
  const lines = stdout.trimEnd().split('\n');
  const read = lines.map(matcher());
  expect(read.filter(each => each !== undefined)).toHaveLength(lines.length - 2);
  expect(lines.filter((_each, index) => read[index] === undefined)).toEqual([
    expect.stringContaining(': suppressed: '),
    expect.stringMatching(/^1 object checked: /),
  ]);
  expect(read).toContainEqual({
    file: 'a b: c.yaml',
    line: '4',
    column: expect.stringMatching(/^\d+$/),
    severity: 'error',
    message: expect.stringContaining('There is no field "prot" here'),
    code: 'SchemaViolation',
  });
});
