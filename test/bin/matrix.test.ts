import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardinal } from '../support/command';
import { meshed, policy, server } from '../support/mesh-manifests';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();

const MESH = meshed('payments', 'shop');
const OWN = policy('payments', 'vault', '[{from: [{source: {namespaces: [payments]}}]}]');

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const servers = MESH + server('payments', 'vault') + server('payments', 'payment') + server('shop', 'web');
const closed = write('closed.yaml', servers + OWN);
const open = write('open.yaml', servers);
const some = write('some.yaml', servers + policy('payments', 'vault', '[{to: [{operation: {paths: [/cards]}}]}]'));
const matrix = (...args: string[]) => cardinal('matrix', ...args);

test('the table has a row for each caller and callee, and states whether all requests arrive', () => {
  expect(matrix(some)).toEqual({
    status: 0,
    stderr: '',
    stdout: [
      'FROM              TO                     REQUESTS',
      'payments/payment  payments/payment:8080  all',
      'payments/payment  payments/vault:8080    some',
      'payments/payment  shop/web:8080          all',
      'payments/vault    payments/payment:8080  all',
      'payments/vault    payments/vault:8080    some',
      'payments/vault    shop/web:8080          all',
      'shop/web          payments/payment:8080  all',
      'shop/web          payments/vault:8080    some',
      'shop/web          shop/web:8080          all',
      '',
    ].join('\n'),
  });
});

test('CSV and JSON have the same rows', () => {
  expect(matrix(closed, '--format', 'csv').stdout).toMatch(
    /^from,to,requests\npayments\/payment,payments\/payment:8080,all\n/,
  );
  const rows: unknown = JSON.parse(matrix(closed, '--format', 'json').stdout);
  expect(rows).toContainEqual({ from: 'payments/payment', to: 'payments/vault:8080', requests: 'all' });
  expect(rows).not.toContainEqual(expect.objectContaining({ from: 'shop/web', to: 'payments/vault:8080' }));
});

const rules = (name: string, text: string) => write(name, `rules:\n${text}`);
const VAULT = 'to: {namespace: payments, labels: {app: vault}}';
const vault = rules(
  'vault.yaml',
  `- name: Nothing outside payments reaches the card vault\n  deny: {from: {except: {namespace: payments}}, ${VAULT}}\n`,
);

test('a rule that holds is printed, with 0', () => {
  expect(matrix(closed, '--assert', vault)).toEqual({
    status: 0,
    stderr: '',
    stdout: 'holds: Nothing outside payments reaches the card vault\n1 rules: 0 violated\n',
  });
});

test('a rule that is violated has its place and each pair, with 1', () => {
  expect(matrix(open, '--assert', vault)).toEqual({
    status: 1,
    stderr: '',
    stdout:
      `${vault}:2:3: violated: Nothing outside payments reaches the card vault\n`
      + '  shop/web → payments/vault:8080: all requests arrive\n1 rules: 1 violated\n',
  });
});

test('some requests, or unknown ones, violate a rule that denies', () => {
  expect(matrix(some, '--assert', vault)).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('shop/web → payments/vault:8080: some requests arrive, or it is unknown'),
  });
});

test.each<[string, string, number]>([
  ['allow', open, 0],
  ['allow', some, 1],
  ['allow', closed, 1],
  ['allowSome', open, 0],
  ['allowSome', some, 0],
  ['allowSome', closed, 1],
])('%s is compared with what arrives in %s', (name, file, code) => {
  const file_ = rules(`${name}.yaml`, `- {name: web reaches vault, ${name}: {from: {workload: shop/web}, ${VAULT}}}\n`);
  expect(matrix(file, '--assert', file_).status).toBe(code);
});

test.each<[string, number]>([
  ['{from: {internet: true}, to: {}}', 0],
  ['{from: {internet: false, except: {workload: payment}}, to: {workload: vault, port: 8080}}', 1],
  ['{from: {workload: web}, to: {workload: vault, port: 8081}}', 0],
  ['{from: {workload: web}, to: {workload: web, except: {port: 8080}}}', 0],
])('the selectors of %s select by each member', (deny, code) => {
  expect(matrix(open, '--assert', rules('deny.yaml', `- {name: a, deny: ${deny}}\n`)).status).toBe(code);
});

test('verdicts are JSON too', () => {
  expect(JSON.parse(matrix(open, '--assert', vault, '--format', 'json').stdout)).toEqual([
    {
      name: 'Nothing outside payments reaches the card vault',
      expectation: 'deny',
      holds: false,
      violations: [{ from: 'shop/web', to: 'payments/vault:8080', requests: 'all' }],
      file: vault,
      line: 2,
      column: 3,
    },
  ]);
});

test.each<[string, string]>([
  ['- {name: a, deny: {from: {namespace: nowhere}, to: {}}}', '2:3: The rule "a" matches nothing: `from` selects no'],
  ['- {name: a, deny: {from: {}, to: {labels: {app: x}}}}', '2:3: The rule "a" matches nothing: `to` selects no'],
  ['- {name: a, deny: {from: {}, to: {host: x.example}}}', 'matches nothing'],
  ['- {name: a, deny: {from: {}}}', '`to` is missing'],
  ['- {name: a}', 'A rule has one of deny, allow and allowSome.'],
  ['- {name: a, deny: {from: {}, to: {}}, allow: {from: {}, to: {}}}', 'A rule has one of'],
  ['- {name: a, deny: {from: {namespcae: x}, to: {}}}', 'Did you mean namespace?'],
  ['- {name: a, deny: {from: {port: 80}, to: {}}}', '"port" is none of'],
])('the rules %j are an error with its place, with 2', (text, message) => {
  const file = rules('wrong.yaml', `${text}\n`);
  expect(matrix(open, '--assert', file)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(message),
  });
  expect(matrix(open, '--assert', file).stderr).toContain(`${file}:2:`);
});

test('rules are not compared with manifests that are read in part', () => {
  write('part/closed.yaml', servers + OWN);
  write('part/chart/Chart.yaml', 'apiVersion: v2\nname: chart\nversion: 1.0.0\n');
  write('part/chart/templates/a.yaml', '{{ .Values.a }}\n');

  expect(matrix(join(folder, 'part')).status).toBe(0);
  expect(matrix(join(folder, 'part'), '--assert', vault)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('Pass --build'),
  });
});

test('rules have no format csv, and a missing file of rules is an error', () => {
  expect(matrix(open, '--assert', vault, '--format', 'csv').status).toBe(2);
  expect(matrix(open, '--assert', join(folder, 'none.yaml')).status).toBe(2);
});
