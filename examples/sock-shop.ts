import { Duration } from 'cdk8s';
import { Port, type Service, type ServiceProps, Topology, type WorkloadProps } from '../lib';

/** Weaveworks' Sock Shop: an online shop with a database for each service, and a message queue for its shipments. */
export const sockShop = new Topology('sock-shop');

const service = (name: string, release: string, props: ServiceProps = {}) =>
  sockShop.addService(name, {
    image: `weaveworksdemos/${name}:${release}`,
    port: Port.http(80, { target: 8080 }),
    replicas: 1,
    runAsUser: 10001,
    writablePaths: ['/tmp'],
    ...props,
  });

const java: WorkloadProps = {
  resources: { cpu: '100m', cpuLimit: '500m', memory: '500Mi', memoryLimit: '500Mi' },
  env: { JAVA_OPTS: '-Xms64m -Xmx128m -XX:+UseG1GC -Djava.security.egd=file:/dev/urandom -Dserver.port=8080' },
};
const go: WorkloadProps = {
  resources: { cpu: '100m', cpuLimit: '200m', memory: '100Mi', memoryLimit: '200Mi' },
  command: ['/app'],
  args: ['-port=8080'],
};

const database = (name: string, image: string, port: Port, writablePaths: string[], env?: WorkloadProps['env']) =>
  sockShop.addService(name, { image, port, env, replicas: 1, runAsUser: 999, writablePaths });
const mongo = (name: string, image = 'mongo:3.4') =>
  database(name, image, Port.tcp(27017, { name: 'mongo' }), ['/data/db', '/tmp']);

const frontEnd = service('front-end', '0.3.12', {
  port: Port.http(80, { target: 8079 }),
  env: { SESSION_REDIS: 'true' },
  resources: { cpu: '100m', cpuLimit: '300m', memory: '300Mi', memoryLimit: '1Gi' },
});
const catalogue = service('catalogue', '0.3.5', go);
const carts = service('carts', '0.4.8', java);
const orders = service('orders', '0.4.7', java);
const payment = service('payment', '0.4.3', go);
const shipping = service('shipping', '0.4.8', java);
const queueMaster = service('queue-master', '0.3.1', java);
const user = service('user', '0.4.7', go);

const catalogueDb = database(
  'catalogue-db',
  'weaveworksdemos/catalogue-db:0.3.0',
  Port.tcp(3306, { name: 'mysql' }),
  ['/var/lib/mysql', '/var/run/mysqld', '/tmp'],
  { MYSQL_ROOT_PASSWORD: 'fake_password', MYSQL_DATABASE: 'socksdb' },
);
const cartsDb = mongo('carts-db');
const ordersDb = mongo('orders-db');
const userDb = mongo('user-db', 'weaveworksdemos/user-db:0.3.0');
const sessionDb = database('session-db', 'redis:alpine', Port.tcp(6379, { name: 'redis' }), ['/data']);
const rabbitmq = database('rabbitmq', 'rabbitmq:3.6.8', Port.tcp(5672, { name: 'amqp' }), ['/var/lib/rabbitmq']);

const read = (callee: Service) => frontEnd.calls(callee, { timeout: Duration.seconds(3), retries: { attempts: 1 } });
read(catalogue);
read(user);
frontEnd.calls(carts, { timeout: Duration.seconds(3) });
frontEnd.calls(orders, { timeout: Duration.seconds(10) });
frontEnd.calls(sessionDb);
catalogue.calls(catalogueDb);
carts.calls(cartsDb);
user.calls(userDb, { addressEnvVar: 'MONGO_HOST' });
orders.calls(ordersDb);
orders.calls(user, { timeout: Duration.seconds(2) });
orders.calls(carts, { timeout: Duration.seconds(2) });
orders.calls(payment, { timeout: Duration.seconds(2) });
orders.calls(shipping, { timeout: Duration.seconds(2) });
shipping.calls(rabbitmq);
queueMaster.calls(rabbitmq);

const shop = sockShop.addEdge('shop', { host: 'socks.example', tlsSecret: 'socks-tls' });
shop.route('GET /', frontEnd);
shop.route('ANY /{path+}', frontEnd);
