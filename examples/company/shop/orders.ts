import { Duration } from 'cdk8s';
import { Health, Operation, Port, RetryOn, WorkloadKind } from '../../../lib';
import { accounts, flags } from './foreign';
import { catalog, pricing } from './catalog';
import { payments } from './payments';
import { databaseUrl, image, passwordOf, platform, postgres, service, shop, warehouse } from './topology';

const http = (text: string) => Operation.http(text);

const cartsStore = shop.addService('carts-store', {
  image: 'valkey/valkey:8.1.4-alpine',
  port: Port.tcp(6379, { name: 'redis' }),
  workload: WorkloadKind.statefulSet({ volumeClaimTemplates: [{ name: 'data', mountPath: '/data', storage: '10Gi' }] }),
  runAsUser: 999,
  pod: { securityContext: { fsGroup: 999 } },
  args: ['--appendonly', 'yes'],
  resources: { cpu: '200m', memory: '1Gi', memoryLimit: '1Gi' },
});
export const carts = service('carts', {
  port: Port.grpc(50051, { service: 'northgate.Carts', methods: ['Get', 'Put', 'Empty', 'Expire'] }),
  health: Health.grpc(),
  autoscaling: { min: 2, max: 10 },
});
carts.calls(cartsStore, { addressEnvVar: 'STORE_ADDR' });
carts.calls(pricing, {
  addressEnvVar: 'PRICING_ADDR',
  allowedOperations: pricing.methods('PriceCart'),
  timeout: Duration.seconds(1),
});

/** Removes carts that their owners have left. */
const cleanup = service('cart-cleanup', {
  podMetadata: {},
  workload: WorkloadKind.cronJob({ schedule: '*/20 * * * *', activeDeadline: Duration.minutes(15) }),
});
cleanup.calls(carts, {
  addressEnvVar: 'CARTS_ADDR',
  allowedOperations: carts.methods('Expire'),
  timeout: Duration.minutes(5),
});

const ordersDb = postgres('orders-db', '200Gi');
const migrate = service('orders-migrate', {
  image: image('orders'),
  command: ['/orders', 'migrate'],
  podMetadata: {},
  workload: WorkloadKind.job({ ttlAfterFinished: Duration.hours(1), activeDeadline: Duration.minutes(30) }),
  env: passwordOf('orders-db'),
});
migrate.calls(ordersDb, databaseUrl);

export const orders = service('orders', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  replicas: 4,
  env: passwordOf('orders-db'),
});
orders.calls(ordersDb, databaseUrl);
orders.calls(platform.service('kafka'), { addressEnvVar: 'KAFKA_BOOTSTRAP' });
orders.calls(platform.service('schema-registry'), {
  addressEnvVars: { SCHEMAS_URL: 'http://{host}:{port}/apis' },
  allowedOperations: [http('GET /apis/{path+}')],
});
orders.calls(platform.service('documents'), {
  addressEnvVars: { DOCUMENTS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('POST /invoices')],
  timeout: Duration.seconds(10),
});
orders.addCircuitBreaker({ consecutiveGatewayErrors: 5, baseEjectionTime: Duration.seconds(30), maxConnections: 400 });

/** Turns a cart into an order: reserves stock, charges the card, and writes the order. */
export const checkout = service('checkout', {
  port: Port.grpc(50051, { service: 'northgate.Checkout', methods: ['Quote', 'PlaceOrder'] }),
  health: Health.grpc(),
  autoscaling: { min: 3, max: 15 },
});
checkout.calls(carts, {
  addressEnvVar: 'CARTS_ADDR',
  allowedOperations: carts.methods('Get', 'Empty'),
  timeout: Duration.seconds(2),
});
checkout.calls(catalog, {
  addressEnvVar: 'CATALOG_ADDR',
  allowedOperations: catalog.methods('GetArticle'),
  timeout: Duration.seconds(1),
});
checkout.calls(accounts, {
  addressEnvVars: { ACCOUNTS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('GET /accounts/{account}/addresses')],
  timeout: Duration.seconds(1),
});
checkout.calls(flags, {
  addressEnvVar: 'FLAGS_ADDR',
  allowedOperations: flags.methods('ResolveBoolean'),
  timeout: Duration.millis(300),
});
const stock = warehouse.service('stock');
checkout.calls(stock, {
  addressEnvVar: 'STOCK_ADDR',
  allowedOperations: stock.methods('Reserve', 'Release'),
  timeout: Duration.seconds(2),
});
const delivery = warehouse.service('delivery-options');
checkout.calls(delivery, {
  addressEnvVar: 'DELIVERY_ADDR',
  allowedOperations: delivery.methods('Quote'),
  timeout: Duration.seconds(2),
  retries: { attempts: 1 },
});
checkout.calls(payments, {
  addressEnvVar: 'PAYMENTS_ADDR',
  allowedOperations: payments.methods('Authorize', 'Void'),
  timeout: Duration.seconds(8),
  // A payment is retried only if the service cannot have received it.
  retries: { attempts: 2, on: [RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM] },
});
checkout.calls(orders, {
  addressEnvVars: { ORDERS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('POST /orders')],
  timeout: Duration.seconds(3),
});
