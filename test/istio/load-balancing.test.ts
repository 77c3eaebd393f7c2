import { Duration } from 'cdk8s';
import { failoverWithoutEjection } from '../../lib/checks/graph';
import { unsupportedFeatures } from '../../lib/kubernetes';
import { HashKey, type LoadBalancing, LoadBalancingAlgorithm, Port, Topology } from '../../lib';
import { problemsOf } from '../support/schemas';
import { one, plain, render } from './support';

function shopWith(declared: LoadBalancing) {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart', { versions: { v1: {}, v2: {} } });
  plain(shop, 'web').calls(cart);
  cart.addLoadBalancing(declared);
  return { shop, cart };
}

const header = HashKey.header('x-user');
const distribute = [{ from: 'eu/a/*', to: { 'eu/a/*': 80, 'eu/b/*': 20 } }];

test.each<[string, LoadBalancing, object]>([
  ['an algorithm', { algorithm: LoadBalancingAlgorithm.ROUND_ROBIN }, { simple: 'ROUND_ROBIN' }],
  ['a header', { consistentHash: header }, { consistentHash: { httpHeaderName: 'x-user' } }],
  [
    'a cookie that clients bring',
    { consistentHash: HashKey.cookie('user') },
    { consistentHash: { httpCookie: { name: 'user' } } },
  ],
  [
    'a cookie that the proxy sets',
    { consistentHash: HashKey.cookie('user', { ttl: Duration.seconds(0), path: '/' }) },
    { consistentHash: { httpCookie: { name: 'user', ttl: '0s', path: '/' } } },
  ],
  [
    'a query parameter',
    { consistentHash: HashKey.queryParameter('user') },
    { consistentHash: { httpQueryParameterName: 'user' } },
  ],
  ['the source', { consistentHash: HashKey.sourceIp() }, { consistentHash: { useSourceIp: true } }],
  [
    'a warm-up',
    { warmup: { duration: Duration.minutes(1), minimumPercent: 5, aggression: 2 } },
    { warmup: { duration: '60s', minimumPercent: 5, aggression: 2 } },
  ],
  ['no locality', { locality: { enabled: false } }, { localityLbSetting: { enabled: false } }],
  [
    'failover of regions',
    { locality: { failover: [{ from: 'eu', to: 'us' }] } },
    { localityLbSetting: { failover: [{ from: 'eu', to: 'us' }] } },
  ],
  [
    'priorities',
    { locality: { failoverPriority: ['topology.kubernetes.io/zone', 'tier=1'] } },
    { localityLbSetting: { failoverPriority: ['topology.kubernetes.io/zone', 'tier=1'] } },
  ],
  ['shares', { locality: { distribute } }, { localityLbSetting: { distribute } }],
])('%s is the load balancer of the DestinationRule, valid by its schema', (_name, declared, loadBalancer) => {
  const { shop, cart } = shopWith(declared);
  cart.addCircuitBreaker({ consecutive5xxErrors: 5 });
  const rule = one(render(shop), 'DestinationRule', 'cart');

  expect(rule.spec.trafficPolicy).toEqual({
    loadBalancer,
    outlierDetection: { consecutive5xxErrors: 5, maxEjectionPercent: 25 },
  });
  expect(problemsOf([rule])).toEqual([]);
});

test('it needs no circuit breaker, and applies to the Services of versions behind an edge', () => {
  const { shop, cart } = shopWith({ consistentHash: header });
  cart.split({ v1: 90, v2: 10 });
  shop.addEdge('door', { host: 'a.example' }).route('GET /', cart);
  const objects = render(shop);

  for (const name of ['cart', 'cart-v1', 'cart-v2']) {
    expect(one(objects, 'DestinationRule', name).spec.trafficPolicy).toEqual({
      loadBalancer: { consistentHash: { httpHeaderName: 'x-user' } },
    });
  }
});

test('source addresses balance connections, too', () => {
  const shop = new Topology('shop');
  const db = plain(shop, 'db', { port: Port.tcp(5432) });
  plain(shop, 'web').calls(db);
  db.addLoadBalancing({ consistentHash: HashKey.sourceIp() });

  expect(one(render(shop), 'DestinationRule', 'db').spec.trafficPolicy.loadBalancer).toEqual({
    consistentHash: { useSourceIp: true },
  });
});

test('a mesh without load balancing, and a gateway without it before such a service, are reported', () => {
  const { shop, cart } = shopWith({ consistentHash: header });
  shop.addEdge('door', { host: 'a.example' }).route('GET /', cart);
  const stone = { name: 'a stone', capabilities: [] };

  expect(
    unsupportedFeatures(shop, stone, stone)
      .filter(({ message }) => message.includes('load balancing'))
      .map(({ path }) => path),
  ).toEqual(['shop/cart', 'shop/door']);
});

test.each(['failover', 'failoverPriority'])('%s without ejection is an error, and no other setting is', name => {
  const settings = { failover: [{ from: 'eu', to: 'us' }], failoverPriority: ['topology.kubernetes.io/zone'] };
  const { shop, cart } = shopWith({ locality: { [name]: settings[name as keyof typeof settings] } });

  expect(failoverWithoutEjection(shop)).toMatchObject([{ id: 'FailoverWithoutEjection', path: 'shop/cart' }]);
  cart.addCircuitBreaker({ consecutiveGatewayErrors: 3 });
  expect(failoverWithoutEjection(shop)).toEqual([]);
  expect(failoverWithoutEjection(shopWith({ locality: { distribute } }).shop)).toEqual([]);
});

test('failover of an external service without ejection is an error as well', () => {
  const shop = new Topology('shop');
  const bank = shop.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) });
  bank.addLoadBalancing({ locality: { failover: [{ from: 'eu', to: 'us' }] } });
  bank.addCircuitBreaker({ maxConnections: 1 });

  expect(failoverWithoutEjection(shop)).toMatchObject([{ path: 'shop/bank' }]);
});
