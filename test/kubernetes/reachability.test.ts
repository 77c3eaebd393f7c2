import { Testing } from 'cdk8s';
import fc from 'fast-check';
import { ClusterApp, Mesh, Operation, Port, type Service, Topology, TopologyChart } from '../../lib';
import { names, one, plain, type Rendered } from '../istio/support';
import { Network, type Pod, podsOf } from '../support/network-policies';

const rendered = (topology: Topology, mesh = Mesh.none()) =>
  Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];

const NAMESPACES = ['shop', 'odd', 'third'];
const calls = fc.uniqueArray(
  fc.tuple(fc.nat(4), fc.nat(4)).filter(([a, b]) => a !== b),
  { selector: ([a, b]) => `${a} ${b}`, maxLength: 12 },
);

/**
 * Five services in three namespaces of the topology, some of one name, with a version more each; each listens on a port
 * of its own and on one that all have.
 */
function declare(declared: [number, number][]): { shop: Topology; services: Service[] } {
  const shop = new Topology('shop');
  ['odd', 'third'].forEach(each => {
    shop.addNamespace(each);
  });
  const services = Array.from({ length: 5 }, (_, index) =>
    plain(shop, index < 2 ? 'twin' : `s${index}`, {
      namespace: NAMESPACES[index % 3],
      port: Port.http(80, { target: 8080 + index }),
      ports: [Port.tcp(9090, { name: 'admin' })],
      versions: index % 2 ? { v1: {}, v2: {} } : undefined,
    }),
  );
  declared.forEach(([from, to]) => services[from]?.calls(services[to] ?? never()));
  return { shop, services };
}

function podOf(pods: ReadonlyMap<string, Pod>, service: Service, version: string): Pod {
  return pods.get(`${service.namespace}/${service.version(version).deploymentName}`) ?? never();
}

test('pods connect where a call is declared, on its port alone, and nowhere else', () => {
  fc.assert(
    fc.property(calls, declared => {
      const { shop, services } = declare(declared);
      const objects = rendered(shop);
      const [network, pods] = [new Network(objects), podsOf(objects)];

      const open: string[] = [];
      const expected: string[] = [];
      services.forEach((from, a) =>
        services.forEach((to, b) => {
          for (const [caller, callee] of [...from.versions.keys()].flatMap(x =>
            [...to.versions.keys()].map(y => [x, y] as const),
          )) {
            for (const port of [80, 8080, 8081, 8082, 8083, 8084, 9090]) {
              const line = `${a} ${caller} → ${b} ${callee} ${port}`;
              if (network.allows(podOf(pods, from, caller), podOf(pods, to, callee), port)) {
                open.push(line);
              }
              if (port === 8080 + b && declared.some(([x, y]) => x === a && y === b)) {
                expected.push(line);
              }
            }
          }
        }),
      );
      expect(open).toEqual(expected);
    }),
    { numRuns: 10 },
  );
});

test('a call is exactly one rule at its callee and one at its caller', () => {
  fc.assert(
    fc.property(calls, declared => {
      const { shop, services } = declare(declared);
      const objects = rendered(shop);

      services.forEach((service, index) => {
        const { spec } = one(objects, 'NetworkPolicy', service.name, service.namespace);
        expect(spec.ingress ?? []).toHaveLength(declared.filter(([, to]) => to === index).length);
        expect(spec.egress ?? []).toHaveLength(declared.filter(([from]) => from === index).length);
      });
    }),
    { numRuns: 10 },
  );
});

test('two calls that differ in their operations are one connection', () => {
  const shop = new Topology('shop');
  const [web, cart] = [plain(shop, 'web'), plain(shop, 'cart')];
  web.calls(cart, { allowedOperations: [Operation.http('GET /items')] });
  web.calls(cart, { allowedOperations: [Operation.http('POST /items')] });
  const objects = rendered(shop, Mesh.istio());

  expect(one(objects, 'NetworkPolicy', 'cart').spec.ingress).toHaveLength(1);
  expect(one(objects, 'NetworkPolicy', 'web').spec.egress).toHaveLength(1);
});

test('name resolution is open to every pod, and no other port of the resolver', () => {
  const shop = new Topology('shop');
  plain(shop, 'web');
  const objects = [...rendered(shop), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }];
  const [network, web] = [new Network(objects), podsOf(objects).get('shop/web-v1') ?? never()];
  const resolver = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };

  expect(
    [53, 8080].flatMap(port => ['UDP', 'TCP'].map(protocol => network.allows(web, resolver, port, protocol))),
  ).toEqual([true, true, false, false]);
  expect(network.allowsEgress(web, '169.254.20.10', 53, 'UDP')).toBe(true);
});

test('nothing outside reaches a pod, and no pod reaches the outside, unless that is declared', () => {
  const shop = new Topology('shop');
  const [web, cart] = [plain(shop, 'web'), plain(shop, 'cart')];
  web.calls(shop.addExternalService('bank', { host: 'api.bank.example', port: Port.tls(443) }));
  const objects = rendered(shop, Mesh.istio());
  const [network, pods] = [new Network(objects), podsOf(objects)];

  expect(network.allowsIngress('203.0.113.7', podOf(pods, web, 'v1'), 80)).toBe(false);
  expect(network.allowsEgress(podOf(pods, web, 'v1'), '203.0.113.7', 443)).toBe(true);
  expect(network.allowsEgress(podOf(pods, web, 'v1'), '203.0.113.7', 80)).toBe(false);
  expect(network.allowsEgress(podOf(pods, cart, 'v1'), '203.0.113.7', 443)).toBe(false);
});

test('pods that exist already are found by their own labels at both ends', () => {
  const shop = new Topology('shop');
  const legacy = shop.addService('legacy', {
    port: Port.tcp(5432),
    existingWorkload: { labels: { release: 'old' }, serviceAccount: 'old' },
  });
  const [web, batch] = [plain(shop, 'web'), plain(shop, 'batch')];
  web.calls(legacy);
  legacy.calls(batch);
  const objects = rendered(shop);
  const [network, pods] = [new Network(objects), podsOf(objects)];
  const old = { namespace: 'shop', labels: { release: 'old', anything: 'else' } };

  expect([
    network.allows(podOf(pods, web, 'v1'), old, 5432),
    network.allows(old, podOf(pods, batch, 'v1'), 80),
  ]).toEqual([true, true]);
  expect([
    network.allows(podOf(pods, batch, 'v1'), old, 5432),
    network.allows(old, podOf(pods, web, 'v1'), 80),
  ]).toEqual([false, false]);
});

test('every namespace of the topology is closed by default', () => {
  const { shop } = declare([]);
  expect(names(rendered(shop), 'NetworkPolicy').filter(each => each === 'default-deny')).toHaveLength(3);
});

test('a service cannot have the name of the default policy, which it would overwrite', () => {
  expect(() => plain(new Topology('shop'), 'default-deny')).toThrow(
    /Objects named "default-deny" belong to the namespace shop/,
  );
});

function never(): never {
  throw new Error('the fixture has it');
}
