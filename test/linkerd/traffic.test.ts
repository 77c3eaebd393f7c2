import { Duration } from 'cdk8s';
import {
  ClusterApp,
  HeaderMatch,
  Health,
  Mesh,
  Operation,
  Port,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { Manifests, Traffic } from '../../lib/testing';
import { plain } from '../istio/support';

/** web calls checkout, which calls payment for two operations; payment calls a database and a bank. */
function shop(mesh: Target): Traffic {
  const topology = new Topology('shop');
  const [web, checkout] = ['web', 'checkout'].map(name => plain(topology, name)) as [
    ReturnType<typeof plain>,
    ReturnType<typeof plain>,
  ];
  const payment = topology.addService('payment', {
    port: Port.http(80, { target: 8080 }),
    versions: { v1: { image: 'example/payment:1' }, v2: { image: 'example/payment:2' } },
    health: Health.http('/healthz'),
  });
  const rates = plain(topology, 'rates', { port: Port.grpc(50051, { service: 'rates.Rates' }) });
  const ledger = plain(topology, 'ledger', { port: Port.tcp(5432) });
  web.calls(checkout);
  checkout.calls(payment, {
    allowedOperations: [Operation.http('POST /charges'), Operation.http('GET /charges/{id}')],
    timeout: Duration.seconds(2),
    retries: { attempts: 2 },
  });
  payment.split({ v1: 90, v2: 10 });
  payment.routeTo('v2', HeaderMatch.exact('x-test', 'yes'));
  payment.calls(rates, { allowedOperations: rates.methods('Get') });
  payment.calls(ledger);
  payment.calls(topology.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) }));
  topology.addEdge('api', { host: 'shop.example' }).route('GET /', web);
  return Traffic.of(Manifests.ofChart(new TopologyChart(new ClusterApp(), 'shop', { topology, mesh })));
}

const linkerd = () => shop(Mesh.linkerd({ gateway: new EnvoyGateway() }));

test('callers reach the operations that they are allowed', () => {
  const traffic = linkerd();
  traffic.from('web').http('GET http://checkout/').expectAllowed();
  traffic.from('checkout').http('POST http://payment/charges').expectAllowed();
  traffic.from('checkout').http('GET http://payment/charges/7').expectAllowed();
  traffic.from('checkout').http('GET http://payment/charges/..').expectDenied(404);
  traffic.from('checkout').http('DELETE http://payment/charges').expectDenied(404);
  traffic.from('payment-v1').http('POST http://rates:50051/rates.Rates/Get').expectAllowed();
  traffic.from('payment-v1').http('POST http://rates:50051/rates.Rates/Set').expectDenied(404);
});

test('others do not', () => {
  linkerd().from('web').http('POST http://payment/charges').expectDenied();
  linkerd().from('ledger').http('GET http://checkout/').expectDenied();
});

test('requests are split and routed by header, with the timeout and the retries of the route', () => {
  const from = linkerd().from('checkout');
  const request = from.http('POST http://payment/charges');
  request.expectSplit({ 'payment-v1': 90, 'payment-v2': 10 });
  expect(request.timeout).toBe(2000);
  expect(request.retries).toBe(2);
  from.http('POST http://payment/charges', { headers: { 'x-test': 'yes' } }).expectRoutedTo('payment-v2');
});

test('the internet reaches the edge alone', () => {
  linkerd().fromInternet('GET http://shop.example/').expectRoutedTo('web');
  linkerd().fromInternet('GET http://shop.example/x').expectDenied(404);
});

test('hosts outside are those of the EgressNetwork', () => {
  const from = linkerd().from('payment-v1');
  expect(from.http('GET https://bank.example/').outcomes[0]?.destination).toBe('bank.example');
  from.http('GET https://other.example/').expectDenied();
});

test('the same callers reach the same callees as with sidecars of Istio', () => {
  const sidecars = shop(Mesh.istio());
  expect(String(linkerd().matrix())).toBe(String(sidecars.matrix()));
});

const ANNOTATED = {
  'linkerd.io/inject': 'enabled',
  'config.linkerd.io/default-inbound-policy': 'all-unauthenticated',
};

function withRoute(rule: object): Traffic {
  const workload = (name: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: name }] } },
    },
  });
  return Traffic.of(
    Manifests.ofYaml(
      [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', annotations: ANNOTATED } },
        workload('web'),
        workload('payment'),
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'payment', namespace: 'shop' },
          spec: { selector: { app: 'payment' }, ports: [{ name: 'http', port: 80 }] },
        },
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          metadata: { name: 'payment', namespace: 'shop' },
          spec: { parentRefs: [{ group: 'core', kind: 'Service', name: 'payment', port: 80 }], rules: [rule] },
        },
      ]
        .map(each => JSON.stringify(each))
        .join('\n---\n'),
    ),
  );
}

const MATCHES = [{ path: { type: 'PathPrefix', value: '/charges' } }];

test('a rule of a Service that names no backend is for the Service itself', () => {
  const from = withRoute({ matches: MATCHES }).from('web');
  from.http('GET http://payment/charges/1').expectRoutedTo('payment');
  from.http('GET http://payment/refunds').expectDenied(404);
});

test('a rule whose only backend has no weight responds with 500', () => {
  withRoute({ matches: MATCHES, backendRefs: [{ name: 'payment', port: 80, weight: 0 }] })
    .from('web')
    .http('GET http://payment/charges/1')
    .expectDenied(500);
});
