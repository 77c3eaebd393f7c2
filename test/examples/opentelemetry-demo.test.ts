import { openTelemetryDemo } from '../../examples/opentelemetry-demo';
import { SUPPRESS } from '../../lib/checks';
import { Match } from '../../lib/testing';
import { problemsOf } from '../support/schemas';
import { Example } from './support';

const example = new Example(openTelemetryDemo, chart => {
  chart
    .object('Sidecar', 'otel-collector')
    .metadata.addAnnotation(SUPPRESS, 'CallCycle: it scrapes services that export to it');
});
const { objects, problems, traffic } = example;
const callersOf = (callee: string) => [
  ...new Set(example.callersOf(`otel-demo/${callee}`).map(each => each.replace(/^otel-demo\/|-v1$/g, ''))),
];

test('every object is valid, and the checks find no error and no warning', () => {
  expect(problemsOf(objects)).toEqual([]);
  expect(problems).toEqual([]);
});

test('the collector scrapes services that export to it: the checks report the cycle', () => {
  expect(new Example(openTelemetryDemo).problems).toEqual([expect.stringContaining('(CallCycle)')]);
});

test('the objects of the OpenTelemetry demo', () => {
  expect(objects).toMatchSnapshot();
});

test('an order passes from the edge to the payment', () => {
  traffic.fromInternet('POST https://astronomy.example/api/checkout').expectRoutedTo('frontend-proxy');
  traffic.from('frontend-proxy').http('POST http://frontend:8080/api/checkout').expectRoutedTo('frontend');
  traffic.from('frontend').grpc('checkout', 'PlaceOrder').expectRoutedTo('checkout');
  traffic.from('checkout').grpc('payment', 'Charge').expectRoutedTo('payment');
  traffic.from('checkout').http('POST http://shipping:8080/ship-order').expectRoutedTo('shipping');
  traffic.from('shipping').http('POST http://quote:8080/getquote').expectRoutedTo('quote');
  traffic.from('checkout').http('POST http://email:8080/send_order_confirmation').expectRoutedTo('email');
});

test('calls and operations that are not declared are denied', () => {
  traffic.from('frontend').grpc('payment', 'Charge').expectDenied();
  traffic.from('frontend').http('POST http://shipping:8080/ship-order').expectDenied(403);
  traffic.from('checkout').grpc('product-catalog', 'oteldemo.ProductCatalogService/ListProducts').expectDenied();
  traffic.from('recommendation').tcp('postgresql:5432').expectDenied();
});

test('the user interfaces of operators are not reached from outside', () => {
  for (const path of ['grafana/', 'jaeger/ui', 'loadgen/', 'feature']) {
    traffic.fromInternet(`GET https://astronomy.example/${path}`).expectDenied(404);
  }
});

test('checkout writes orders to Kafka, and accounting and fraud detection read them', () => {
  expect(callersOf('kafka')).toEqual(['accounting', 'checkout', 'fraud-detection', 'kafka']);
  traffic.from('accounting').tcp('kafka:9092').expectRoutedTo('kafka');
  traffic.from('fraud-detection').tcp('kafka-0.kafka-headless:9092').expectRoutedTo('kafka');
});

test('Kafka alone reaches its controller', () => {
  traffic.from('kafka').tcp('kafka:9093').expectRoutedTo('kafka');
  traffic.from('accounting').tcp('kafka:9093').expectDenied();
});

test('of the shop, cart alone reaches Valkey and accounting alone the database; the collector scrapes both', () => {
  expect(callersOf('valkey-cart')).toEqual(['cart', 'otel-collector']);
  expect(callersOf('postgresql')).toEqual(['accounting', 'otel-collector']);
});

test('every component exports to the collector, except for the databases', () => {
  const components = openTelemetryDemo.services.map(({ name }) => name).filter(name => !BACKENDS.includes(name));
  expect(callersOf('otel-collector').sort()).toEqual(components.sort());
});

const BACKENDS = ['prometheus', 'jaeger', 'opensearch', 'grafana', 'postgresql', 'valkey-cart'];

test.each([
  ['accounting', 'DB_CONNECTION_STRING', /^Host=postgresql;Port=5432;.*Password=\$\(DB_PASSWORD\)/],
  ['cart', 'VALKEY_ADDR', /^valkey-cart:6379$/],
  ['checkout', 'SHIPPING_ADDR', /^http:\/\/shipping:8080$/],
  ['frontend-proxy', 'FLAGD_UI_HOST', /^flagd$/],
  ['frontend-proxy', 'FLAGD_UI_PORT', /^4000$/],
  ['jaeger', 'PROMETHEUS_URL', /^http:\/\/prometheus:9090$/],
])('the address in the environment of %s comes from its call: %s', (name, variable, value) => {
  example.manifests.has('Deployment', {
    metadata: { name: `${name}-v1` },
    spec: {
      template: {
        spec: {
          containers: Match.arrayWith([
            Match.objectLike({
              env: Match.arrayWith([{ name: variable, value: Match.stringLikeRegexp(value.source) }]),
            }),
          ]),
        },
      },
    },
  });
});
