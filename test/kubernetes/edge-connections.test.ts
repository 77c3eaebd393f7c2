import { Testing } from 'cdk8s';
import {
  Auth,
  ClusterApp,
  type Edge,
  type EdgeProps,
  ExternalAuthorizer,
  Mesh,
  Port,
  type Target,
  TlsVersion,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { trafficOf } from '../support/manifests';

const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], jwksUri: 'https://login.example/keys' });

const istio = () => Mesh.istio();
const envoyGateway = () => Mesh.none({ gateway: new EnvoyGateway() });
const TARGETS: [string, () => Target][] = [
  ["Istio's gateway", istio],
  ['Envoy Gateway', envoyGateway],
];

function shopWith(props: Partial<EdgeProps>, declare: (edge: Edge, shop: Topology) => unknown, namespace?: string) {
  const shop = new Topology('shop');
  plain(shop, 'vault', { port: Port.tls(8443), namespace });
  plain(shop, 'db', { port: Port.tcp(5432), namespace });
  const edge = shop.addEdge('door', { host: 'shop.example', ...props });
  edge.route('GET /orders', plain(shop, 'web'), { auth: jwt });
  declare(edge, shop);
  return shop;
}

const service = (shop: Topology, name: string) => {
  const found = shop.services.find(each => each.name === name);
  if (!found) {
    throw new Error(name);
  }
  return found;
};
const both = (edge: Edge, shop: Topology) => {
  edge.passthrough('vault.shop.example', service(shop, 'vault'));
  edge.tcp(5432, service(shop, 'db'));
};

const render = (shop: Topology, mesh: Target) =>
  Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh })) as Rendered[];
describe.each(TARGETS)('at %s', (_, target) => {
  test('TLS connections are forwarded by server name, beside requests that need a token', () => {
    const traffic = trafficOf(
      render(
        shopWith({ tlsSecret: 'tls' }, (edge, shop) => edge.passthrough('vault.shop.example', service(shop, 'vault'))),
        target(),
      ),
    );

    traffic.fromInternet('GET https://vault.shop.example/').expectRoutedTo('vault');
    traffic.fromInternet('GET https://shop.example/orders').expectDenied();
    traffic.fromInternet('GET https://other.shop.example/').expectDenied();
  });

  test('connections need no certificate of the edge', () => {
    const objects = render(shopWith({}, both), target());

    expect(
      one(objects, 'Gateway', 'door').spec.listeners.map((each: { name: string; port: number }) => [
        each.name,
        each.port,
      ]),
    ).toEqual([
      ['http', 80],
      ['tls-vault.shop.example', 443],
      ['tcp-5432', 5432],
    ]);
    trafficOf(objects).fromInternet('GET https://vault.shop.example/').expectRoutedTo('vault');
  });

  test('each has a route of its own, attached to its listener', () => {
    const objects = render(shopWith({ tlsSecret: 'tls' }, both), target());

    expect(one(objects, 'Gateway', 'door').spec.listeners.slice(2)).toEqual([
      {
        name: 'tls-vault.shop.example',
        port: 443,
        protocol: 'TLS',
        tls: { mode: 'Passthrough' },
        hostname: 'vault.shop.example',
        allowedRoutes: { namespaces: { from: 'Same' } },
      },
      { name: 'tcp-5432', port: 5432, protocol: 'TCP', allowedRoutes: { namespaces: { from: 'Same' } } },
    ]);
    expect(one(objects, 'TLSRoute', 'door-tls-vault.shop.example').spec).toEqual({
      parentRefs: [{ name: 'door', sectionName: 'tls-vault.shop.example' }],
      hostnames: ['vault.shop.example'],
      rules: [{ backendRefs: [{ name: 'vault', port: 8443 }] }],
    });
    expect(one(objects, 'TCPRoute', 'door-tcp-5432').spec).toEqual({
      parentRefs: [{ name: 'door', sectionName: 'tcp-5432' }],
      rules: [{ backendRefs: [{ name: 'db', port: 5432 }] }],
    });
  });

  test('a service in another namespace grants the reference to itself alone', () => {
    const objects = render(shopWith({}, both, 'data'), target());

    expect(one(objects, 'TCPRoute', 'door-tcp-5432').spec.rules).toEqual([
      { backendRefs: [{ name: 'db', namespace: 'data', port: 5432 }] },
    ]);
    expect(one(objects, 'ReferenceGrant', 'door-tcp-5432.shop', 'data').spec).toEqual({
      from: [{ group: 'gateway.networking.k8s.io', kind: 'TCPRoute', namespace: 'shop' }],
      to: [{ group: '', kind: 'Service', name: 'db' }],
    });
    expect(one(objects, 'ReferenceGrant', 'door-tls-vault.shop.example.shop', 'data').spec.from[0].kind).toBe(
      'TLSRoute',
    );
  });

  test('the gateway is allowed to connect to the services', () => {
    const objects = render(shopWith({}, both), target());

    expect(one(objects, 'NetworkPolicy', 'db').spec.ingress).toHaveLength(1);
    expect(one(objects, 'NetworkPolicy', 'vault').spec.ingress).toHaveLength(1);
  });

  test('an edge with connections alone is no edge without routes', () => {
    const shop = new Topology('shop');
    shop.addEdge('door', { host: 'shop.example' }).tcp(5432, plain(shop, 'db', { port: Port.tcp(5432) }));

    expect(names(render(shop, target()), 'TCPRoute')).toEqual(['door-tcp-5432']);
  });
});

describe("at Istio's gateway", () => {
  test('a split of the service is weights over the Services of its versions', () => {
    const split = shopWith({}, (edge, shop) => {
      const cache = plain(shop, 'cache', { port: Port.tcp(6379), versions: { v1: {}, v2: {} }, namespace: 'data' });
      cache.split({ v1: 90, v2: 10 });
      edge.tcp(6379, cache);
    });
    const objects = render(split, istio());
    expect(one(objects, 'TCPRoute', 'door-tcp-6379').spec.rules).toEqual([
      {
        backendRefs: [
          { name: 'cache-v1', namespace: 'data', port: 6379, weight: 90 },
          { name: 'cache-v2', namespace: 'data', port: 6379, weight: 10 },
        ],
      },
    ]);
    expect(one(objects, 'Service', 'cache-v2').spec.selector).toMatchObject({ app: 'cache', version: 'v2' });
    expect(one(objects, 'ReferenceGrant', 'door-tcp-6379.shop', 'data').spec.to).toEqual(
      ['cache', 'cache-v1', 'cache-v2'].map(name => ({ group: '', kind: 'Service', name })),
    );
  });

  test('a route of all requests to one version is an error, since connections would not follow it', () => {
    const routed = shopWith({}, (edge, shop) => {
      const cache = plain(shop, 'cache', { port: Port.tcp(6379), versions: { v1: {}, v2: {} } });
      cache.split({ v1: 100 });
      edge.tcp(6379, cache);
    });
    expect(() => render(routed, istio())).toThrow(/cache has rules for requests by version/);
  });

  test('connections are allowed by their port, and by the server name where requests have the port as well', () => {
    const objects = render(shopWith({ tlsSecret: 'tls' }, both), istio());

    const { rules } = one(objects, 'AuthorizationPolicy', 'door').spec;
    expect(rules.slice(0, 3)).toEqual([
      { to: [{ operation: { ports: ['80'] } }] },
      { to: [{ operation: { ports: ['443'] } }], when: [{ key: 'connection.sni', values: ['vault.shop.example'] }] },
      { to: [{ operation: { ports: ['5432'] } }] },
    ]);
    expect(one(objects, 'NetworkPolicy', 'door').spec.ingress).toEqual([
      { ports: [80, 443, 5432, 15021].map(port => ({ protocol: 'TCP', port })) },
    ]);
  });

  test('the service allows the gateway on that port alone', () => {
    expect(one(render(shopWith({}, both), istio()), 'AuthorizationPolicy', 'db').spec.rules).toEqual([
      {
        from: [{ source: { principals: ['cluster.local/ns/shop/sa/door-istio'] } }],
        to: [{ operation: { ports: ['5432'] } }],
      },
    ]);
  });

  test('lists of addresses apply to connections', () => {
    const traffic = trafficOf(render(shopWith({ allowedCidrs: ['203.0.113.0/24'] }, both), istio()));

    traffic.fromInternet('GET https://vault.shop.example/', { address: '203.0.113.7' }).expectRoutedTo('vault');
    traffic.fromInternet('GET https://vault.shop.example/', { address: '198.51.100.7' }).expectDenied();
  });

  test('TLS 1.3 alone is an error beside TLS passthrough, and none beside a port', () => {
    const props = { tlsSecret: 'door-tls', minTlsVersion: TlsVersion.V1_3 };
    const passing = shopWith(props, (edge, shop) => {
      edge.passthrough('vault.shop.example', service(shop, 'vault'));
    });
    expect(() => render(passing, istio())).toThrow(/would apply to TLS passthrough/);
    const forwarding = shopWith(props, (edge, shop) => {
      edge.tcp(5432, service(shop, 'db'));
    });
    expect(() => render(forwarding, istio())).not.toThrow();
  });

  test('an external authorizer of the same edge is an error', () => {
    const shop = new Topology('shop');
    const [web, db] = [plain(shop, 'web'), plain(shop, 'db', { port: Port.tcp(5432) })];
    const edge = shop.addEdge('door', { host: 'shop.example', authorizer: ExternalAuthorizer.of({ service: web }) });
    edge.route('GET /', web);
    edge.tcp(5432, db);

    expect(() => render(shop, istio())).toThrow(/for connections as well/);
  });
});

test('at Envoy Gateway, lists of addresses are an error, and ports from 1024 are not shifted', () => {
  expect(() => render(shopWith({ allowedCidrs: ['203.0.113.0/24'] }, both), envoyGateway())).toThrow(
    /any address could/,
  );

  const [edge] = shopWith({}, both).edges;
  expect(edge && new EnvoyGateway().portsOf(edge)).toEqual([10_080, 10_443, 5432, 19_003]);
});
