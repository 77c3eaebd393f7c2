import { platform } from '../../../examples/company/platform';
import { shop } from '../../../examples/company/shop';
import { warehouse } from '../../../examples/company/warehouse';
import { Traffic } from '../../../lib/testing';
import { Example, problemsIn } from '../support';
import { manifestsOf } from '../../support/manifests';

const REPOSITORIES = [platform, shop, warehouse];
const examples = new Map(REPOSITORIES.map(topology => [topology.name, new Example(topology)]));
const objectsOf = (...names: string[]) => names.flatMap(name => examples.get(name)?.objects ?? []);

/** Workloads of other teams without a proxy. */
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const pod = (namespace: string, name: string, labels: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name }] } } },
});
const nginx = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' };
const outside = [
  namespace('monitoring'),
  namespace('ingress-nginx'),
  pod('monitoring', 'prometheus', { 'app.kubernetes.io/name': 'prometheus' }),
  pod('ingress-nginx', 'controller', nginx),
  pod('monitoring', 'stranger', { 'app.kubernetes.io/name': 'stranger' }),
];
const company = manifestsOf([...objectsOf('platform', 'shop', 'warehouse'), ...outside]);
const traffic = Traffic.of(company);
const { reaches } = traffic.matrix();
const callersOf = (callee: string) =>
  [...new Set(reaches.filter(each => each.to.startsWith(callee)).map(each => each.from.replace(/-v\d$/, '')))].sort();

test('the checks find no error and no warning in the three outputs together', () => {
  expect(problemsIn(objectsOf('platform', 'shop', 'warehouse'))).toEqual([]);
});

test('the company has more than 40 services of its own, in five namespaces', () => {
  const own = REPOSITORIES.flatMap(each => each.services.filter(service => !service.isForeign));
  expect(own.length).toBeGreaterThan(40);
  expect(REPOSITORIES.flatMap(each => each.ownNamespaces)).toEqual([
    'accounts',
    'messaging',
    'shop',
    'payments',
    'warehouse',
  ]);
});

describe('an order', () => {
  const customer = { iss: 'https://login.northgate.example', sub: 'ann', aud: 'shop' };

  test('is placed by a customer with a token', () => {
    const order = 'POST https://www.northgate.example/orders';
    traffic.fromInternet(order, { claims: customer }).expectRoutedTo('web');
    traffic.fromInternet(order).expectDenied(403);
    traffic.fromInternet(order, { claims: { ...customer, aud: 'partners' } }).expectDenied(403);
    traffic.fromInternet(order, { claims: customer, badToken: true }).expectDenied(401);
  });

  test('reserves stock of the warehouse, charges the card, and is written', () => {
    traffic.from('web').grpc('checkout', 'PlaceOrder').expectRoutedTo('checkout');
    const checkout = traffic.from('checkout');
    checkout.grpc('stock.warehouse', 'Reserve').expectRoutedTo('stock');
    checkout.grpc('delivery-options.warehouse', 'Quote').expectRoutedTo('delivery-options');
    checkout.http('GET http://accounts.accounts/accounts/7/addresses').expectRoutedTo('accounts');
    const payment = checkout.grpc('payments.payments', 'Authorize');
    payment.expectRoutedTo('payments');
    expect([payment.timeout, payment.retries, payment.retryOn]).toEqual([
      8000,
      2,
      ['connect-failure', 'refused-stream'],
    ]);
    checkout.http('POST http://orders/orders').expectRoutedTo('orders');
  });

  test('is charged by the card processor, which the vault alone reaches', () => {
    traffic.from('payments/payments').grpc('card-vault', 'Charge').expectRoutedTo('card-vault');
    traffic.from('card-vault').http('POST http://api.cards.example/charges').expectRoutedTo('api.cards.example');
    expect(callersOf('api.cards.example').filter(each => !/^(monitoring|ingress-nginx)/.test(each))).toEqual([
      'payments/card-vault',
    ]);
  });

  test('is announced in Kafka, of which each broker is reached by its name', () => {
    const orders = traffic.from('orders');
    orders.tcp('kafka.messaging:9092').expectRoutedTo('kafka');
    orders.tcp('kafka-2.kafka-headless.messaging:9092').expectRoutedTo('kafka');
    orders.tcp('kafka-0.kafka-headless.messaging:9093').expectDenied();
  });

  test('is picked and shipped by the warehouse, which reports its shipment', () => {
    traffic.from('picking').http('GET http://orders.shop/orders/7/items').expectRoutedTo('orders');
    traffic.from('shipments').http('PUT http://orders.shop/orders/7/shipment').expectRoutedTo('orders');
    traffic.from('shipments').http('POST http://documents.accounts/delivery-notes').expectRoutedTo('documents');
    traffic.from('labels').tcp('rabbitmq.messaging:5672').expectRoutedTo('rabbitmq');
    traffic.from('web').http('GET http://tracking.warehouse/shipments/7').expectRoutedTo('tracking');
  });

  test('is refunded on behalf of the warehouse', () => {
    traffic.from('returns').grpc('payments.payments', 'Refund').expectRoutedTo('payments');
    traffic.from('returns').grpc('payments.payments', 'Authorize').expectDenied();
  });
});

describe('the public edge', () => {
  test('has open pages, and redirects plain HTTP', () => {
    traffic.fromInternet('GET https://www.northgate.example/search?q=chair').expectRoutedTo('web');
    traffic.fromInternet('GET https://northgate.example/images/chair/1.jpg').expectRoutedTo('images');
    traffic.fromInternet('GET http://www.northgate.example/').expectRedirectedTo('https://www.northgate.example/');
  });

  test('has no route to what is not declared', () => {
    traffic.fromInternet('GET https://www.northgate.example/metrics').expectDenied(404);
    traffic.fromInternet('DELETE https://www.northgate.example/orders/7').expectDenied(404);
  });

  test('reaches the web front end and images alone', () => {
    expect(reaches.filter(each => each.from === 'internet').map(each => each.to)).toEqual([
      'shop/images-v1:8080',
      'shop/web-v1:3000',
      'warehouse/partner-api-v1:8080',
    ]);
  });
});

describe('the edge of partners', () => {
  const stock = 'GET https://partners.northgate.example/stock/4711';
  const address = '198.51.100.7';

  test('requires a client certificate and an address of a partner', () => {
    traffic.fromInternet(stock, { clientCertificate: true, address }).expectRoutedTo('partner-api');
    traffic.fromInternet(stock, { clientCertificate: false, address }).expectDenied();
    traffic.fromInternet(stock, { clientCertificate: true, address: '192.0.2.7' }).expectDenied(403);
  });

  test('has no route to the shop', () => {
    traffic
      .fromInternet('GET https://partners.northgate.example/search', { clientCertificate: true, address })
      .expectDenied(404);
  });
});

describe('databases and brokers', () => {
  test('each database is reached by its own services and its peers', () => {
    expect(callersOf('accounts/accounts-db')).toEqual([
      'accounts/accounts',
      'accounts/accounts-db',
      'accounts/accounts-migrate',
    ]);
    expect(callersOf('shop/orders-db')).toEqual(['shop/orders', 'shop/orders-db', 'shop/orders-migrate']);
    expect(callersOf('shop/reviews-db')).toEqual(['shop/reviews', 'shop/reviews-db']);
    expect(callersOf('payments/payments-db')).toEqual([
      'payments/payments',
      'payments/payments-db',
      'payments/payments-migrate',
    ]);
    expect(callersOf('warehouse/shipments-db')).toEqual(['warehouse/shipments']);
  });

  test('the members of a replica set and of a search cluster reach each other by name', () => {
    traffic.from('reviews-db').tcp('reviews-db-1.reviews-db-headless:27017').expectRoutedTo('reviews-db');
    traffic.from('search-index').tcp('search-index-2.search-index-headless:9300').expectRoutedTo('search-index');
    traffic.from('search').tcp('search-index-0.search-index-headless:9300').expectDenied();
    traffic.from('rabbitmq').tcp('rabbitmq-1.rabbitmq-headless:25672').expectRoutedTo('rabbitmq');
  });

  test('Kafka has the declared clients of three repositories', () => {
    const clients = new Set(callersOf('messaging/kafka:9092'));
    expect([...clients].filter(each => !/^(accounts|messaging)/.test(each)).sort()).toEqual([
      'payments/ledger',
      'payments/payments',
      'shop/catalog',
      'shop/orders',
      'shop/recommendations',
      'shop/search-indexer',
      'warehouse/picking',
      'warehouse/shipments',
      'warehouse/stock',
    ]);
  });
});

describe('callers outside the topologies', () => {
  test('Prometheus reads the metrics of brokers and databases, and nothing else', () => {
    const prometheus = traffic.from('prometheus');
    prometheus.http('GET http://kafka.messaging:9404/metrics').expectRoutedTo('kafka');
    prometheus.http('GET http://stock-db.warehouse:9187/metrics').expectRoutedTo('stock-db');
    prometheus.http('GET http://flags.accounts:8014/metrics').expectRoutedTo('flags');
    prometheus.http('GET http://flags.accounts:8014/flags').expectDenied(403);
    prometheus.tcp('kafka.messaging:9092').expectDenied();
    traffic.from('stranger').http('GET http://kafka.messaging:9404/metrics').expectDenied();
  });

  test('the internal ingress controller reaches the user interfaces of operators', () => {
    traffic.from('controller').http('GET http://kafka-ui.messaging/').expectRoutedTo('kafka-ui');
    traffic.from('controller').http('GET http://rabbitmq.messaging:15672/').expectRoutedTo('rabbitmq');
    traffic.from('controller').http('GET http://accounts.accounts/accounts/7').expectDenied();
  });
});

test('calls across repositories that no contract allows are denied', () => {
  traffic.from('web').grpc('stock.warehouse', 'northgate.Stock/Reserve').expectDenied();
  traffic.from('catalog').grpc('stock.warehouse', 'northgate.Stock/Take').expectDenied();
  traffic.from('notifications').http('DELETE http://orders.shop/orders/7').expectDenied(403);
  traffic.from('labels').http('PUT http://orders.shop/orders/7/shipment').expectDenied();
  traffic.from('reviews').tcp('orders-db:5432').expectDenied();
  traffic.from('fraud').tcp('kafka.messaging:9092').expectDenied();
});

describe.each(['platform', 'shop', 'warehouse'])('without the output of %s', removed => {
  const others = ['platform', 'shop', 'warehouse'].filter(each => each !== removed);

  test('the traffic among the other two is unchanged', () => {
    const namespaces = REPOSITORIES.filter(each => each.name !== removed).flatMap(each => each.ownNamespaces);
    const isOfOthers = ({ from, to }: { from: string; to: string }) =>
      [from, to].every(each => namespaces.some(namespace => each.startsWith(`${namespace}/`)));
    const left = Traffic.of(manifestsOf([...objectsOf(...others), ...outside])).matrix();
    expect(left.reaches.filter(isOfOthers)).toEqual(reaches.filter(isOfOthers));
  });

  test('no object of the others has the identity of one of its own', () => {
    const identities = (objects: typeof company.objects) =>
      objects.map(({ apiVersion, kind, metadata }) => `${apiVersion}/${kind} ${metadata.namespace}/${metadata.name}`);
    const own = new Set(identities(objectsOf(removed)));
    expect(identities(objectsOf(...others)).filter(each => own.has(each))).toEqual([]);
  });
});
