import { Duration } from 'cdk8s';
import { EnvValue, Health, Operation, Port, Volume, WorkloadKind } from '../../../lib';
import { stock } from './stock';
import { platform, service, shop, warehouse } from './topology';

const http = (text: string) => Operation.http(text);
const [kafka, rabbitmq] = [platform.service('kafka'), platform.service('rabbitmq')];
const [orders, payments] = [shop.service('orders'), shop.service('payments')];
const amqp = { addressEnvVars: { AMQP_URL: 'amqp://warehouse:$(AMQP_PASSWORD)@{host}:{port}' } };
const amqpPassword = { AMQP_PASSWORD: EnvValue.fromSecret('rabbitmq', 'password') };

/** Lists of what is taken from which shelf. */
const picking = service('picking', { health: Health.http('/healthz', { port: 8080 }) });
picking.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
picking.calls(stock, {
  addressEnvVar: 'STOCK_ADDR',
  allowedOperations: stock.methods('Take'),
  timeout: Duration.seconds(2),
});
picking.calls(orders, {
  addressEnvVars: { ORDERS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('GET /orders/{order}/items')],
  timeout: Duration.seconds(2),
  retries: { attempts: 2 },
});

const shipmentsDb = warehouse.addService('shipments-db', {
  image: 'mysql:8.4.6',
  port: Port.tcp(3306, { name: 'mysql' }),
  workload: WorkloadKind.statefulSet({
    volumeClaimTemplates: [{ name: 'data', mountPath: '/var/lib/mysql', storage: '50Gi', storageClassName: 'ssd' }],
  }),
  runAsUser: 999,
  pod: { securityContext: { fsGroup: 999 } },
  writablePaths: ['/var/run/mysqld', '/tmp'],
  resources: { cpu: '500m', memory: '1Gi', memoryLimit: '1Gi' },
  env: { MYSQL_DATABASE: 'shipments', MYSQL_ROOT_PASSWORD: EnvValue.fromSecret('shipments-db', 'root-password') },
});
export const shipments = service('shipments', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  replicas: 3,
  env: { ...amqpPassword, DB_PASSWORD: EnvValue.fromSecret('shipments-db', 'password') },
});
shipments.calls(shipmentsDb, { addressEnvVars: { DB_DSN: 'shipments:$(DB_PASSWORD)@tcp({host}:{port})/shipments' } });
shipments.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
shipments.calls(rabbitmq, amqp);
shipments.calls(orders, {
  addressEnvVars: { ORDERS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('PUT /orders/{order}/shipment')],
  timeout: Duration.seconds(2),
});
shipments.calls(platform.service('documents'), {
  addressEnvVars: { DOCUMENTS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('POST /delivery-notes')],
  timeout: Duration.seconds(2),
});

/** Orders labels of the carriers and sends them to printers; orders of labels wait in RabbitMQ. */
const labels = service('labels', {
  env: amqpPassword,
  volumeMounts: [{ path: '/spool', volume: Volume.claim('spool', { storage: '5Gi' }) }],
  pod: { securityContext: { fsGroup: 65532 } },
  replicas: 1,
});
labels.calls(rabbitmq, amqp);
const carriers = warehouse.addExternalService('carriers', { host: 'api.carriers.example', port: Port.tls(443) });
labels.calls(carriers);
labels.calls(shipments, {
  addressEnvVars: { SHIPMENTS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('PUT /shipments/{shipment}/label')],
  timeout: Duration.seconds(3),
});

/** How and when an order can be delivered, and for what price. */
export const deliveryOptions = service('delivery-options', {
  port: Port.grpc(50051, { service: 'northgate.DeliveryOptions', methods: ['Quote'] }),
  health: Health.grpc(),
});
deliveryOptions.calls(carriers);
deliveryOptions.calls(stock, {
  addressEnvVar: 'STOCK_ADDR',
  allowedOperations: stock.methods('Availability'),
  timeout: Duration.seconds(1),
});

export const tracking = service('tracking', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
});
tracking.calls(shipments, {
  addressEnvVars: { SHIPMENTS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('GET /shipments/{shipment}')],
  timeout: Duration.millis(800),
});

export const returns = service('returns', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
});
returns.calls(stock, {
  addressEnvVar: 'STOCK_ADDR',
  allowedOperations: stock.methods('Book'),
  timeout: Duration.seconds(2),
});
returns.calls(payments, {
  addressEnvVar: 'PAYMENTS_ADDR',
  allowedOperations: payments.methods('Refund'),
  timeout: Duration.seconds(10),
});
