import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CARDINAL, cardinalAt } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

interface Tasks {
  readonly tasks: readonly {
    readonly command: string;
    readonly problemMatcher: {
      readonly background: { readonly beginsPattern: string; readonly endsPattern: string };
      readonly pattern: Readonly<Record<string, number>> & { readonly regexp: string };
    };
  }[];
}

const GUIDE = readFileSync(join(__dirname, '../../docs/guides/editors.md'), 'utf8');
const folder = temporaryFolder();

function task(): Tasks['tasks'][number] {
  const [, json = ''] = /```json\n([^]*?)```/.exec(GUIDE) ?? [];
  const [first] = (JSON.parse(json) as Tasks).tasks;
  if (!first) {
    throw new Error('the guide has no task');
  }
  return first;
}

function matcher(): (line: string) => Record<string, string | undefined> | undefined {
  const { regexp, ...groups } = task().problemMatcher.pattern;
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
  const { stdout } = cardinalAt(folder, ['check', 'a b: c.yaml']);
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

test('the task of the guide sees where a report begins and ends', async () => {
  const own = temporaryFolder();
  mkdirSync(join(own, 'k8s'));
  writeFileSync(join(own, 'k8s/web.yaml'), 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {prots: []}\n');
  const args = task().command.split(' ').slice(2);
  const watching = spawn(process.execPath, [...CARDINAL, ...args], { cwd: own });
  const { beginsPattern, endsPattern } = task().problemMatcher.background;
  const lines: string[] = [];
  for await (const line of createInterface(watching.stdout)) {
    lines.push(line);
    if (new RegExp(endsPattern).test(line)) {
      break;
    }
  }
  watching.kill();
  expect(new RegExp(beginsPattern).test(lines[0] ?? '')).toBe(true);
  expect(lines.slice(1, -1).map(matcher())).toContainEqual(
    expect.objectContaining({ file: 'k8s/web.yaml', line: '4' }),
  );
}, 60_000);

test('the schema of the guide is what the build writes', () => {
  const paths = [...GUIDE.matchAll(/node_modules\/cdk8s-cardinal\/build\/(\S+?schema\.json)/g)].map(
    ([, path = '']) => path,
  );
  expect(paths).toHaveLength(2);
  paths.forEach(each => expect(existsSync(join(__dirname, '../..', each))).toBe(true));
});
