import { Testing } from 'cdk8s';
import { boutique } from '../../bin/boutique';
import { ClusterApp, Mesh, Protocol, TopologyChart, Tracing } from '../../lib';
import { one, type Rendered } from '../istio/support';
import { problemsOf } from '../support/schemas';

const tracing = Tracing.openTelemetry({ service: 'otel-collector', namespace: 'observability', samplingPercent: 5 });
const objects = Testing.synth(
  new TopologyChart(new ClusterApp(), 'boutique', { topology: boutique, mesh: Mesh.istio({ tracing }) }),
) as Rendered[];

test('every object is valid against its schema', () => {
  expect(objects.length).toBeGreaterThan(100);
  expect(problemsOf(objects)).toEqual([]);
});

test('no object has a name that a person did not give', () => {
  expect(objects.filter(each => /-c[0-9a-f]{7}/.test(each.metadata.name))).toEqual([]);
});

test('the whole boutique', () => {
  expect(objects).toMatchSnapshot();
});

test('payment is a 90/10 canary with a timeout, retries and a circuit breaker', () => {
  const [rule] = one(objects, 'VirtualService', 'paymentservice').spec.http;
  expect(rule.route.map((each: { weight: number }) => each.weight)).toEqual([90, 10]);
  expect([rule.timeout, rule.retries.attempts]).toEqual(['3s', 2]);
  expect(
    one(objects, 'DestinationRule', 'paymentservice').spec.trafficPolicy.outlierDetection.consecutive5xxErrors,
  ).toBe(5);
});

test('the two callers of currency have call policies of their own', () => {
  const { http } = one(objects, 'VirtualService', 'currencyservice').spec;
  expect(
    http.map((rule: { match: { sourceLabels?: object }[]; timeout?: string }) => [
      rule.match[0]?.sourceLabels,
      rule.timeout,
    ]),
  ).toEqual([
    [{ app: 'frontend' }, '2s'],
    [{ app: 'checkoutservice' }, '500ms'],
    [undefined, undefined],
  ]);
});

test('only the checkout requires a token', () => {
  const { rules } = one(objects, 'AuthorizationPolicy', 'shop').spec;
  const withToken = rules.filter((rule: { from?: unknown }) => rule.from).flatMap((rule: { to: unknown[] }) => rule.to);
  expect(withToken).toEqual([{ operation: { methods: ['POST'], paths: ['/cart/checkout'] } }]);
});

test('a service learns the addresses of its callees from its calls', () => {
  const [container] = one(objects, 'Deployment', 'checkoutservice-v1').spec.template.spec.containers;
  const addresses = container.env.filter((each: { name: string }) => each.name.endsWith('_ADDR'));
  expect(addresses).toContainEqual({ name: 'PAYMENT_SERVICE_ADDR', value: 'paymentservice:50051' });
  expect(addresses).toHaveLength(6);
});

test('every service calls the services that it calls upstream', () => {
  const calls = Object.fromEntries(
    boutique.services.map(service => [service.name, service.outgoingCalls.map(call => call.callee.name)]),
  );
  expect(calls).toEqual({
    loadgenerator: ['frontend'],
    frontend: [
      'productcatalogservice',
      'currencyservice',
      'cartservice',
      'recommendationservice',
      'shippingservice',
      'checkoutservice',
      'adservice',
    ],
    recommendationservice: ['productcatalogservice'],
    checkoutservice: [
      'cartservice',
      'productcatalogservice',
      'currencyservice',
      'shippingservice',
      'emailservice',
      'paymentservice',
    ],
    cartservice: ['redis-cart'],
    productcatalogservice: [],
    currencyservice: [],
    shippingservice: [],
    paymentservice: [],
    emailservice: [],
    adservice: [],
    'redis-cart': [],
  });
});

test('every gRPC call names the methods that it may use', () => {
  const unbounded = boutique.services
    .flatMap(service => service.outgoingCalls)
    .filter(call => call.port.protocol === Protocol.GRPC && !call.allowedOperations);
  expect(unbounded).toEqual([]);
});
