import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boutique } from '../../bin/boutique';
import { ClusterApp, Mesh, TopologyChart } from '../../lib';
import { cardinal, cardinalAt, cardinalIn } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
const file = join(folder, 'boutique.yaml');
const app = new ClusterApp();
new TopologyChart(app, 'boutique', { topology: boutique, mesh: Mesh.istio() });
const yaml = app.synthYaml();
writeFileSync(file, yaml);

const route = (...args: string[]) => cardinal('route', file, ...args);
const charge = ['--from', 'boutique/checkoutservice-v1', '--to', 'paymentservice', '--grpc', 'Charge'];
const home = ['--from', 'internet', '--to', 'https://shop.example/'];

test('a request that arrives is explained step by step, with the places of the objects that decide, with 0', () => {
  const { status, stdout, stderr } = route(...charge);

  expect([status, stderr]).toEqual([0, '']);
  const [title, step, ...others] = stdout.split('\n');
  expect(title).toBe('boutique/checkoutservice-v1 → paymentservice Charge');
  expect(step).toMatch(
    /^ {2}1\. routed by VirtualService boutique\/paymentservice \(spec\.http\[0\]\) \[.*:\d+:\d+\]$/,
  );
  expect(others.join('\n')).toMatch(
    /→ 90% routed to boutique\/paymentservice-v1:50051 .* AuthorizationPolicy .*yaml:\d+:\d+\]\n/,
  );
  expect(stdout).toMatch(/\nIt arrives\.\n$/);
});

test('each place is the line of the field in the file', () => {
  const [, line = '', column = ''] = /1\. routed by .*:(\d+):(\d+)\]/.exec(route(...charge).stdout) ?? [];

  expect(yaml.split('\n')[Number(line) - 1]?.slice(Number(column) - 1)).toMatch(/^match:/);
});

test('a request that is denied has the policy and its place, with 1', () => {
  const { status, stdout } = route('--from', 'boutique/frontend', '--to', 'cartservice/x', '--method', 'post');

  expect(status).toBe(1);
  expect(stdout).toMatch(/POST http:\/\/cartservice:7070\/x\n[^]*response 403: denied by AuthorizationPolicy .*\d\]\n/);
  expect(stdout).toMatch(/\nIt does not arrive\.\n$/);
});

test('an object that the reason does not name is named with its place', () => {
  const { stdout } = route('--from', 'frontend', '--to', 'redis-cart', '--tcp');

  expect(stdout).toMatch(/^boutique\/frontend-v1 → redis-cart:6379\n[^]*\[Sidecar boutique\/frontend .*:\d+:\d+\]/);
});

test.each<[string[], number]>([
  [['--expect', 'arrives'], 0],
  [['--expect', 'denied'], 1],
  [['--expect', 'boutique/paymentservice'], 0],
  [['--expect', 'boutique/cartservice'], 1],
  [['--expect', '403'], 1],
])('of a request that arrives, %j has the exit code %i', (args, code) => {
  expect(route(...charge, ...args).status).toBe(code);
});

test.each<[string[], number]>([
  [['--expect', 'denied'], 0],
  [['--expect', '403'], 0],
  [['--expect', '404'], 1],
  [['--expect', 'arrives'], 1],
])('of a request that is denied, %j has the exit code %i', (args, code) => {
  expect(route('--from', 'frontend', '--to', 'cartservice:7070/x', ...args).status).toBe(code);
});

test('a request from the internet is one of HTTPS unless its URL has http', () => {
  expect(route(...home).stdout).toMatch(
    /^internet → GET https:\/\/shop.example\/\n {2}1\. assumption: .*\n {2}2\. assumption: .*\n {2}3\. accepted by the gateway .*\d\]/,
  );
  expect(route('--from', 'internet', '--to', 'shop.example').stdout).toMatch(
    /^internet → GET https:\/\/shop.example\/\n/,
  );
  expect(route('--from', 'internet', '--to', 'http://shop.example/').stdout).toContain('response 301');
});

test('JSON has steps, terms and outcomes, each with the object that decides and its place', () => {
  const report: unknown = JSON.parse(route(...charge, '--format', 'json').stdout);

  expect(report).toMatchObject({
    arrives: true,
    steps: [{ objects: [{ object: 'VirtualService boutique/paymentservice', field: 'spec.http[0]', file }] }],
    terms: ['timeout 3 s', expect.stringContaining('2 retries')],
    outcomes: [
      { share: 0.9, decidedBy: { object: 'AuthorizationPolicy boutique/paymentservice', line: expect.any(Number) } },
      { share: 0.1, destination: 'boutique/paymentservice-v2' },
    ],
  });
});

test('what the manifests do not determine is an error with the object and its field, with 2', () => {
  const wasm =
    'apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: w, namespace: boutique}\nspec: {url: oci://x}\n';
  const { status, stdout, stderr } = cardinalIn(folder, ['route', '-', ...charge], `${yaml}---\n${wasm}`);

  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^Unsimulated: .*WasmPlugin boutique\/w/);
});

test.each<[string[], string]>([
  [['--from', 'nothing', '--to', 'cartservice'], 'No workload or Service has the name nothing.'],
  [['--from', 'frontend', '--to', 'a b'], '--to a b is not a host with a port and a path'],
  [['--from', 'internet', '--to', 'shop.example', '--tcp'], 'From the internet requests have --method, not --tcp.'],
  [['--from', 'internet', '--to', 'shop.example', '--grpc', 'A/B'], 'not --grpc.'],
  [['--from', 'frontend', '--to', 'cartservice', '--tcp', '--grpc', 'A/B'], '--tcp and --grpc exclude each other.'],
  [['--from', 'frontend', '--to', 'cartservice', '--gateway', 'a/b'], '--gateway is for requests --from internet.'],
  [['--from', 'frontend', '--to', 'cartservice', '--header', 'x'], '--header x is not of the form NAME=VALUE.'],
  [['--from', 'frontend', '--to', 'cartservice', '--bad-token'], 'add its --claim'],
  [['--from', 'frontend', '--to', 'cartservice', '--address', 'x'], '--address x is not an IP address.'],
  [['--from', 'frontend', '--to', 'cartservice', '--method', 'GET /'], '--method GET / is not a method'],
  [['--from', 'frontend', '--to', 'cartservice', '--environment', 'prod'], 'without environments'],
  [['--from', 'frontend', '--to', 'cartservice', '--namespace-label', 'x'], '--namespace-label x is not of the form'],
  [['--from', 'frontend', '--to', 'cartservice', '--namespace', 'A'], '--namespace A is not the name'],
])('%j is an error of the options, with 2', (args, message) => {
  expect(route(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
});

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80}, {name: http-admin, port: 9000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}}
`;
const web = (...args: string[]) =>
  cardinalIn(folder, ['route', '-', '--from', 'web', ...args, '--namespace-label', 'shop:'], SERVICE);

test('a Service with several ports needs one of them in the request', () => {
  expect(web('--to', 'web')).toMatchObject({ status: 2, stderr: expect.stringContaining('has the ports 80, 9000') });
  expect(web('--to', 'web:9000').status).toBe(0);
});

test('a file that cannot be read is an error, with 2', () => {
  const broken = cardinalIn(folder, ['route', '-', '--from', 'web', '--to', 'web'], 'kind: [');

  expect(broken).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/^-:2:1: This is not YAML/) });
  expect(cardinal('route', join(folder, 'missing'), '--from', 'web', '--to', 'web')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('The file does not exist.'),
  });
});

test('folders with the same objects are clusters of their own, of which one is chosen', () => {
  const found = temporaryFolder();
  for (const name of ['dev', 'prod']) {
    mkdirSync(join(found, name));
    writeFileSync(join(found, name, 'web.yaml'), name === 'dev' ? SERVICE : SERVICE.replace('80}', '81}'));
  }
  const at = (...args: string[]) =>
    cardinal('route', found, '--from', 'web', '--to', 'web:81', '--namespace-label', 'shop:', ...args);

  expect(at()).toMatchObject({ status: 2, stderr: expect.stringContaining('--environment dev or prod') });
  expect(at('--environment', 'prod').status).toBe(0);
  expect(at('--environment', 'dev').status).toBe(1);
  expect(at('--environment', 'test')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('test is not one of'),
  });
});

test('the assumptions of cardinal.yaml hold for route, matrix and diff as for check', () => {
  const cwd = temporaryFolder();
  const manifests = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: own, namespace: shop }
spec: { selector: { istio: ingress }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: { hosts: [a.example], gateways: [own], http: [{ route: [{ destination: { host: web } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ name: http, port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: app, image: app }] } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: authorizer, namespace: infra }
spec: { action: CUSTOM, provider: { name: opa }, rules: [{}] }
`;
  writeFileSync(join(cwd, 'manifests.yaml'), manifests);
  const settings = (namespace: string, more = '') =>
    writeFileSync(
      join(cwd, 'cardinal.yaml'),
      `gatewayPods: [{ name: edge, namespace: ${namespace}, labels: { istio: ingress } }]
namespaceLabels: { '*': { istio-injection: enabled } }
${more}`,
    );
  const run = (...args: string[]) => cardinalAt(cwd, args);
  const enter = ['route', 'manifests.yaml', '--from', 'internet', '--to', 'http://a.example/'];
  const pair = () =>
    run('matrix', 'manifests.yaml', '--format', 'csv')
      .stdout.split('\n')
      .find(each => each.startsWith('internet'));

  settings('infra', 'denyingAuthorizers: [opa]');
  expect(run(...enter, '--expect', '403').status).toBe(0);
  expect(pair()).toBe(undefined);
  settings('infra');
  expect(run(...enter, '--expect', 'arrives').status).toBe(0);
  expect(run(...enter, '--expect', '403', '--denying-authorizer', 'opa').status).toBe(0);
  expect(JSON.parse(run(...enter, '--format', 'json').stdout)).toMatchObject({
    assumptions: [
      expect.stringContaining('in namespace infra'),
      'the external authorizer opa allows it',
      'all destinations are healthy',
    ],
  });
  settings('other', 'denyingAuthorizers: [opa]');
  expect(run(...enter, '--expect', 'arrives').status).toBe(0);
  expect(pair()).toMatch(/^internet,shop\/web:80,all/);
});

test('what proxies change of the request and the response is below the outcome', () => {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 'manifests.yaml'),
    `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ name: http, port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, sidecar.istio.io/inject: "true" } }
    spec: { containers: [{ name: app, image: app }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec:
  hosts: [web]
  http: [{ headers: { request: { set: { x-a: "1" } }, response: { remove: [server] } }, route: [{ destination: { host: web } }] }]
`,
  );
  const { stdout } = cardinalAt(cwd, ['route', 'manifests.yaml', '--from', 'shop/web', '--to', 'web']);
  expect(stdout).toMatch(
    /\n {2}→ 100% routed to shop\/web:80 with path \/\n {6}request headers set: x-a: 1\n {6}response headers removed: server\n/,
  );
});
