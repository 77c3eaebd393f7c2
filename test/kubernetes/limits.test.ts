import {
  ClusterApp,
  type Edge,
  type EdgeProps,
  Mesh,
  Operation,
  Port,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { plain } from '../istio/support';

const TARGETS: [string, () => Target][] = [
  ["Istio's gateway", () => Mesh.istio()],
  ['Envoy Gateway', () => Mesh.none({ gateway: new EnvoyGateway() })],
];

const render = (topology: Topology, mesh: Target) => () =>
  new TopologyChart(new ClusterApp(), 'test', { topology, mesh });

const texts = (count: number, text: (index: number) => string) => Array.from({ length: count }, (_, at) => text(at));

describe.each(TARGETS)('%s', (_, target) => {
  function shopWith(props: Partial<EdgeProps>, declare: (edge: Edge, shop: Topology) => unknown) {
    const shop = new Topology('shop');
    const edge = shop.addEdge('door', { host: 'shop.example', ...props });
    edge.route('GET /', plain(shop, 'web'));
    declare(edge, shop);
    return render(shop, target());
  }

  const forwarding = (count: number) =>
    shopWith({}, (edge, shop) => {
      const db = plain(shop, 'db', { port: Port.tcp(5432) });
      texts(count, String).forEach(at => edge.tcp(2000 + Number(at), db));
    });

  test('an edge has as many listeners as a Gateway can have', () => {
    expect(forwarding(63)).not.toThrow();
    expect(forwarding(64)).toThrow(
      '[shop/door] The gateway would have 65 listeners, and a Gateway can have 64. Declare another edge for some of '
        + 'the connections and hosts. (OutOfRange)',
    );
  });

  test.each(['origins', 'headers', 'exposedHeaders'] as const)('CORS has as many %s as an HTTPRoute can have', name => {
    const value = (at: number) => (name === 'origins' ? `https://o${at}.example` : `x-${at}`);
    const withCors = (count: number) =>
      shopWith({ cors: { origins: ['https://o.example'], [name]: texts(count, value) } }, () => undefined);
    expect(withCors(64)).not.toThrow();
    expect(withCors(65)).toThrow(
      `[shop/door] CORS has 65 \`${name}\`, and an HTTPRoute can have 64. Declare another edge for some of them, or `
        + 'use "*". (OutOfRange)',
    );
  });

  test.each([
    ['a literal path', (count: number) => `/${'x'.repeat(count - 1)}`],
    ['a prefix', (count: number) => `/${'x'.repeat(count - 1)}/*`],
    ['the expression of a path', (count: number) => `/${'x'.repeat(count - '/[^/]+'.length - 1)}/{id}`],
  ])('%s is as long as an HTTPRoute can have', (_title, path) => {
    const routing = (count: number) =>
      shopWith({}, (edge, shop) => edge.route(`GET ${path(count)}`, plain(shop, 'orders')));
    expect(routing(1024)).not.toThrow();
    expect(routing(1025)).toThrow(
      /\[shop\/door\/GET \/x+.*has 1025 characters in the HTTPRoute.*can have 1024.*Shorten/,
    );
  });
});

test.each<[string, () => Target, number]>([
  ["Istio's gateway", () => Mesh.istio(), 63 - '-istio'.length],
  ['Envoy Gateway', () => Mesh.none({ gateway: new EnvoyGateway() }), 63 - 'shop-'.length],
])('the name of an edge at %s leaves room for what is added to it in the name of its Service', (_, target, longest) => {
  const named = (count: number, isShared: boolean) => {
    const shop = new Topology('shop');
    const name = 'e'.repeat(count);
    const gateway = isShared ? shop.addSharedGateway(name) : undefined;
    shop.addEdge(gateway ? 'door' : name, { host: 'shop.example', gateway }).route('GET /', plain(shop, 'web'));
    return render(shop, target());
  };
  for (const isShared of [false, true]) {
    expect(named(longest, isShared)).not.toThrow();
    expect(named(longest + 1, isShared)).toThrow(
      /\[shop\/e+\] The Service of .* has 64 characters, and the name of a Service can have 63\. .*shorter by 1\. \(InvalidName\)/,
    );
  }
});

test('the error about a limit has the line of the user', () => {
  const shop = new Topology('shop');
  shop.addEdge('e'.repeat(63), { host: 'shop.example' }).route('GET /', plain(shop, 'web'));
  let error: unknown;
  try {
    render(shop, Mesh.istio())();
  } catch (thrown) {
    error = thrown;
  }
  expect((error as Error).stack?.split('\n')[1]).toContain(__filename);
});

test('the expression of an operation in Linkerd is as long as an HTTPRoute can have', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const operation = Operation.http('GET /{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}');
  shop.addService('jobs', { image: 'example/jobs:1' }).calls(web, { allowedOperations: [operation] });
  expect(render(shop, Mesh.linkerd())).toThrow(
    /\[shop\/web\] The path of "GET \/\{a\}.*" has \d{4} characters in the HTTPRoute, with the expressions of its parameters/,
  );
});

test('the expression of an operation outside the cluster is as long as an HTTPRoute of Linkerd can have', () => {
  const shop = new Topology('shop');
  const maps = shop.addExternalService('maps', { host: 'maps.example', port: Port.http(80) });
  const operation = Operation.http('GET /{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}');
  shop.addService('jobs', { image: 'example/jobs:1' }).calls(maps, { allowedOperations: [operation] });
  expect(render(shop, Mesh.linkerd())).toThrow(/\[shop\/maps\] The path of "GET/);
});
