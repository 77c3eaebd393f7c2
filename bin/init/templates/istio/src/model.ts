import { Duration } from 'cdk8s';
import { Auth, Operation, Port, Topology } from 'cdk8s-cardinal';
import { frontProps } from './front';

/** The services of the shop, the calls between them, and what clients may request. */
export const shop = new Topology('shop');

const web = shop.addService('web', {
  image: 'registry.example/shop/web:1.0.0',
  port: Port.http(80, { target: 8080 }),
  runAsUser: 1000,
});
const orders = shop.addService('orders', {
  image: 'registry.example/shop/orders:1.0.0',
  port: Port.http(80, { target: 8080 }),
  runAsUser: 1000,
});

web.calls(orders, {
  addressEnvVar: 'ORDERS_ADDR',
  allowedOperations: [Operation.http('GET /orders'), Operation.http('POST /orders')],
  timeout: Duration.seconds(2),
});

export const edge = shop.addEdge('api', { host: 'shop.example', tlsSecret: 'api-tls', ...frontProps });
edge.route('GET /', web);
edge.route('POST /orders', web, {
  auth: Auth.jwt({ issuer: 'https://login.shop.example', audiences: ['shop'] }),
});
