import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App, Chart, Duration, Testing } from 'cdk8s';
import { Token } from 'aws-cdk-lib';
import { loadAll } from 'js-yaml';
import { ClusterApp, IstioInstallation, Mesh, Port, Topology, TopologyChart } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { plain } from '../istio/support';
import { temporaryFolder } from '../support/temporary-folder';

const folder = () => join(temporaryFolder(), 'dist');

function shop(): Topology {
  const topology = new Topology('shop');
  const web = plain(topology, 'web');
  const cart = plain(topology, 'cart', { versions: { v1: {}, v2: {} } });
  web.calls(cart, { timeout: Duration.seconds(1) });
  cart.split({ v1: 50, v2: 50 });
  topology.addEdge('door', { host: 'shop.example' }).route('GET /', web);
  return topology;
}

function read(outdir: string, file: string): { kind: string; metadata: { name: string } }[] {
  return loadAll(readFileSync(join(outdir, file), 'utf8')) as { kind: string; metadata: { name: string } }[];
}

test('objects are written a file a phase, each kind after what it refers to', () => {
  const app = new ClusterApp({ outdir: folder() });
  new TopologyChart(app, 'shop', { topology: shop(), mesh: Mesh.istio() });
  new IstioInstallation(app, 'istio');
  app.synth();

  expect(readdirSync(app.outdir, { recursive: true }).sort()).toEqual([
    '1-namespaces.yaml',
    '3-gateways.yaml',
    '4-policies.yaml',
    '5-workloads.yaml',
    '6-routes.yaml',
    'istio',
    'istio/istio-operator.yaml',
  ]);
  expect(read(app.outdir, '6-routes.yaml').map(each => each.kind)).toEqual([
    'DestinationRule',
    'VirtualService',
    'HTTPRoute',
  ]);
  expect(read(app.outdir, '3-gateways.yaml').map(each => each.kind)).toEqual(['ConfigMap', 'Gateway']);
});

test('what is written is what the chart renders', () => {
  const app = new ClusterApp({ outdir: folder() });
  const chart = new TopologyChart(app, 'shop', { topology: shop(), mesh: Mesh.istio() });
  app.synth();

  const written = readdirSync(app.outdir).flatMap(file => read(app.outdir, file));
  const order = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  expect(written.sort(order)).toEqual((Testing.synth(chart) as typeof written).sort(order));
});

test('the same model gives the same bytes', () => {
  const bytes = [1, 2].map(() => {
    const app = new ClusterApp({ outdir: folder() });
    new TopologyChart(app, 'shop', { topology: shop(), mesh: Mesh.istio() });
    app.synth();
    return readdirSync(app.outdir).map(file => readFileSync(join(app.outdir, file), 'utf8'));
  });
  expect(bytes[0]).toEqual(bytes[1]);
});

test('a plain cdk8s app renders the same objects', () => {
  const [ours, theirs] = [new ClusterApp(), new App()].map(app =>
    Testing.synth(new TopologyChart(app, 'shop', { topology: shop(), mesh: Mesh.istio() })),
  );
  expect(ours).toEqual(theirs);
});

test('two objects of one identity are an error with both paths', () => {
  const app = new ClusterApp({ outdir: folder() });
  for (const chart of ['a', 'b']) {
    new ApiObject(new Chart(app, chart, { namespace: 'shop' }), 'config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
    });
  }

  expect(() => app.synth()).toThrow('ConfigMap shop/settings is declared at a/config and at b/config');
  expect(existsSync(app.outdir)).toBe(false);
});

test.each([
  [
    'an unsupported feature',
    (app: ClusterApp) =>
      new TopologyChart(app, 'shop', { topology: shop(), mesh: Mesh.none({ gateway: new EnvoyGateway() }) }),
  ],
  ['a duplicate', (app: ClusterApp) => [configMapIn(app, 'a', 'settings'), configMapIn(app, 'b', 'settings')]],
  ['a token of the CDK', (app: ClusterApp) => configMapIn(app, 'a', Token.asString({ resolve: () => 'x' }))],
])('the stack of an error of synthesis has frames of the app only: %s', (_name, declare) => {
  const app = new ClusterApp({ outdir: folder() });
  declare(app);
  const frames = /^Error: [^]*?((?:\n +at .*)+)$/
    .exec(stackOf(() => app.synth()))?.[1]
    ?.trim()
    .split('\n');

  expect(frames?.length).toBeGreaterThan(0);
  expect(frames?.filter(each => !each.includes(__filename))).toEqual([]);
});

function configMapIn(app: ClusterApp, chart: string, name: string): ApiObject {
  const metadata = { name };
  return new ApiObject(new Chart(app, chart), 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
}

function stackOf(action: () => void): string {
  try {
    action();
    return '';
  } catch (error) {
    return error instanceof Error ? (error.stack ?? '') : '';
  }
}

test('one name in two namespaces, or of two kinds, is no twin', () => {
  const app = new ClusterApp({ outdir: folder() });
  for (const namespace of ['a', 'b']) {
    const chart = new Chart(app, namespace, { namespace });
    new ApiObject(chart, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } });
    new ApiObject(chart, 'secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'settings' } });
  }
  app.synth();

  expect(read(app.outdir, '5-workloads.yaml')).toHaveLength(4);
});

test('a token of the AWS CDK is an error with the path of its object', () => {
  const app = new ClusterApp({ outdir: folder() });
  const data = { url: Token.asString({ resolve: () => 'x' }) };
  new ApiObject(new Chart(app, 'chart'), 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data,
  });

  expect(() => app.synth()).toThrow(/\[chart\/config\].*token/);
});

test('errors stop synthesis, all at once, and nothing is written', () => {
  const topology = shop();
  const app = new ClusterApp({ outdir: folder() });
  new TopologyChart(app, 'shop', { topology });

  const message = (() => {
    try {
      app.synth();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  })();
  expect(message).toContain('[shop/web → cart] It requires a timeout');
  expect(message).toContain('[shop/cart] It requires a traffic split');
  expect(message).toContain('[shop/door] It requires an edge');
  expect(existsSync(app.outdir)).toBe(false);
});

test('a warning is printed and does not fail synthesis', () => {
  const topology = new Topology('shop');
  const web = plain(topology, 'web');
  web.calls(plain(topology, 'cart'), {
    timeout: Duration.seconds(1),
    retries: { attempts: 2, perTryTimeout: Duration.millis(400) },
  });
  const told: string[] = [];
  const write = jest.spyOn(process.stderr, 'write').mockImplementation(text => told.push(String(text)) > 0);
  const app = new ClusterApp({ outdir: folder() });
  new TopologyChart(app, 'shop', { topology, mesh: Mesh.istio() });
  app.synth();
  write.mockRestore();

  expect(told).toEqual([
    'warning [shop/web → cart] 3 attempts of 400 ms with their back-off need 1250 ms, and the timeout of '
      + '1000 ms cuts the last one short. '
      + 'Raise the timeout to 1250 ms, or lower perTryTimeout. (TruncatedRetries)\n',
  ]);
  expect(existsSync(app.outdir)).toBe(true);
});

test(
  'a caller without a proxy is an error with a mesh that accepts mutual TLS only, and none with plain ' + 'Kubernetes',
  () => {
    const findings = [Mesh.istio(), Mesh.none()].map(mesh => {
      const topology = new Topology('shop');
      plain(topology, 'old', { inMesh: false }).calls(plain(topology, 'web'));
      return new TopologyChart(new ClusterApp(), 'shop', { topology, mesh }).findings.map(each => each.id);
    });

    expect(findings).toEqual([['CallerOutsideMesh'], []]);
  },
);

test('operations of a callee outside the mesh are an error, since nothing would enforce them', () => {
  const topology = new Topology('shop');
  const payment = plain(topology, 'payment', { inMesh: false, port: Port.grpc(1, { service: 'shop.Payment' }) });
  plain(topology, 'web').calls(payment, { allowedOperations: [payment.method('Charge')] });

  expect(
    new TopologyChart(new ClusterApp(), 'shop', { topology, mesh: Mesh.istio() }).findings.map(each => each.id),
  ).toEqual(['UnguardedOperations']);
});

/** An app whose only fault shows when its last object is printed. */
function tokenAtTheEnd(outdir: string): ClusterApp {
  const app = new ClusterApp({ outdir });
  new TopologyChart(app, 'shop', { topology: shop(), mesh: Mesh.istio() });
  const spec = { hostnames: [Token.asString({ resolve: () => 'x' })] };
  new ApiObject(new Chart(app, 'last'), 'route', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'last' },
    spec,
  });
  return app;
}

function invalid(outdir: string): ClusterApp {
  const app = new ClusterApp({ outdir });
  new Chart(app, 'chart').node.addValidation({ validate: () => ['It has no soul.'] });
  return app;
}

test('a fault in the last object leaves nothing of the first behind', () => {
  const app = tokenAtTheEnd(folder());

  expect(() => app.synth()).toThrow('[last/route]');
  expect(existsSync(app.outdir)).toBe(false);
});

test.each<[string, (outdir: string) => ClusterApp]>([
  ['an invalid construct', invalid],
  ['a token', tokenAtTheEnd],
])('%s removes the files of the run before, and no other files', (_name, failing) => {
  const outdir = folder();
  const before = new ClusterApp({ outdir });
  new TopologyChart(before, 'shop', { topology: shop(), mesh: Mesh.istio() });
  before.synth();
  mkdirSync(join(outdir, 'aws'));
  ['notes.md', 'aws/mine.yaml'].forEach(file => writeFileSync(join(outdir, file), 'kept'));

  expect(() => failing(outdir).synth()).toThrow();
  expect(readdirSync(outdir, { recursive: true }).sort()).toEqual(['aws', 'aws/mine.yaml', 'notes.md']);
});

test('a run that writes fewer files leaves no stale one of the run before', () => {
  const outdir = folder();
  const before = new ClusterApp({ outdir });
  new TopologyChart(before, 'shop', { topology: shop(), mesh: Mesh.istio() });
  before.synth();
  const topology = new Topology('shop');
  plain(topology, 'web');
  const after = new ClusterApp({ outdir });
  new TopologyChart(after, 'shop', { topology });
  after.synth();

  expect(readdirSync(outdir).sort()).toEqual(['1-namespaces.yaml', '4-policies.yaml', '5-workloads.yaml']);
});

test('an error of a construct is reported with its path', () => {
  expect(() => invalid(folder()).synth()).toThrow('[chart] It has no soul.');
});

test('a text that is no Unicode is an error with the path of its object', () => {
  const app = new ClusterApp({ outdir: folder() });
  new ApiObject(new Chart(app, 'chart'), 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { a: '\uD800' },
  });

  expect(() => app.synth()).toThrow('[chart/config/data/a] The string');
});

describe('synthYaml', () => {
  test('is the text of the files in their order, and writes none', () => {
    const app = new ClusterApp({ outdir: folder() });
    new TopologyChart(app, 'shop', { topology: shop(), mesh: Mesh.istio() });
    const text = app.synthYaml();
    expect(existsSync(app.outdir)).toBe(false);
    app.synth();
    const files = readdirSync(app.outdir).sort();
    expect(text).toBe(files.map(file => readFileSync(join(app.outdir, file), 'utf8')).join('---\n'));
  });

  test('quotes strings that kubectl would read as numbers', () => {
    const app = new ClusterApp({ outdir: folder() });
    new ApiObject(new Chart(app, 'chart'), 'config', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '0B1' } });
    expect(app.synthYaml()).toContain('a: "0B1"');
  });

  test.each<[string, (app: ClusterApp) => void, string]>([
    [
      'a text that is no Unicode',
      app =>
        new ApiObject(new Chart(app, 'chart'), 'config', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          data: { a: '\uD800' },
        }),
      'lone surrogate',
    ],
    [
      'two objects of one identity',
      app => {
        ['a', 'b'].forEach(id => {
          new ApiObject(new Chart(app, id), 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
        });
      },
      'Objects are declared more than once',
    ],
    [
      'a topology that is not valid',
      app => {
        const topology = new Topology('shop');
        topology.addEdge('door', { host: 'shop.example' });
        new TopologyChart(app, 'shop', { topology });
      },
      'The edge has no routes',
    ],
  ])('throws for %s as synth does', (_what, declare, message) => {
    const app = new ClusterApp({ outdir: folder() });
    declare(app);
    expect(() => app.synthYaml()).toThrow(message);
  });
});
