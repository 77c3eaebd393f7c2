import { Duration } from 'cdk8s';
import { Auth, ClientKey, FailureMode, Health, Operation, PerClientRateLimit, Period, Port } from '../../../lib';
import { RateLimit } from '../../../lib';
import { catalog, images, pricing, recommendations, reviews, search } from './catalog';
import { accounts, flags } from './foreign';
import { carts, checkout, orders } from './orders';
import { service, shop, warehouse } from './topology';

const http = (text: string) => Operation.http(text);

/** The pages of the shop, and the API of its apps. */
const web = service('web', {
  port: Port.http(80, { target: 3000 }),
  health: Health.http('/healthz'),
  autoscaling: { min: 4, max: 40 },
  writablePaths: ['/tmp'],
  resources: { cpu: '500m', memory: '512Mi', memoryLimit: '1Gi' },
});
const quickly = { timeout: Duration.millis(900), retries: { attempts: 1, perTryTimeout: Duration.millis(400) } };
web.calls(catalog, {
  addressEnvVar: 'CATALOG_ADDR',
  allowedOperations: catalog.methods('GetArticle', 'ListArticles'),
  ...quickly,
});
web.calls(pricing, { addressEnvVar: 'PRICING_ADDR', allowedOperations: pricing.methods('Price'), ...quickly });
web.calls(search, {
  addressEnvVars: { SEARCH_URL: 'http://{host}:{port}' },
  allowedOperations: [http('GET /search')],
  ...quickly,
});
web.calls(reviews, {
  addressEnvVars: { REVIEWS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('GET /articles/{article}/reviews'), http('POST /articles/{article}/reviews')],
  timeout: Duration.seconds(1),
});
web.calls(recommendations, {
  addressEnvVar: 'RECOMMENDATIONS_ADDR',
  allowedOperations: recommendations.methods('ForArticle', 'ForCustomer'),
  timeout: Duration.millis(600),
});
web.calls(carts, {
  addressEnvVar: 'CARTS_ADDR',
  allowedOperations: carts.methods('Get', 'Put'),
  timeout: Duration.seconds(1),
});
web.calls(checkout, {
  addressEnvVar: 'CHECKOUT_ADDR',
  allowedOperations: checkout.methods('Quote', 'PlaceOrder'),
  timeout: Duration.seconds(20),
});
web.calls(orders, {
  addressEnvVars: { ORDERS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('GET /orders'), http('GET /orders/{order}')],
  timeout: Duration.seconds(2),
});
web.calls(accounts, {
  addressEnvVars: { ACCOUNTS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('GET /accounts/{account}'), http('PUT /accounts/{account}')],
  timeout: Duration.seconds(2),
});
// The stream of changes stays open, so a timeout of requests would end it.
web.calls(flags, { addressEnvVar: 'FLAGS_ADDR', allowedOperations: flags.methods('ResolveBoolean', 'EventStream') });
web.calls(warehouse.service('tracking'), {
  addressEnvVars: { TRACKING_URL: 'http://{host}:{port}' },
  allowedOperations: [http('GET /shipments/{shipment}')],
  timeout: Duration.seconds(1),
});

const counts = shop.addService('client-counts', {
  image: 'valkey/valkey:8.1.4-alpine',
  port: Port.tcp(6379, { name: 'redis' }),
  replicas: 1,
  runAsUser: 999,
  writablePaths: ['/data'],
  resources: { cpu: '100m', memory: '128Mi', memoryLimit: '256Mi' },
});

const customer = Auth.jwt({ issuer: 'https://login.northgate.example', audiences: ['shop'] });
const edge = shop.addEdge('www', {
  host: 'www.northgate.example',
  alternativeHosts: ['northgate.example'],
  tlsSecret: 'www-tls',
  certificateIssuer: 'letsencrypt',
  auth: customer,
  rateLimit: RateLimit.perSecond(2000),
  perClientRateLimit: PerClientRateLimit.of({
    client: ClientKey.claim('sub'),
    requests: 300,
    per: Period.MINUTE,
    failureMode: FailureMode.FAIL_OPEN,
  }),
  rateLimiter: shop.addRateLimiter('client-limiter', { redis: counts }),
  cors: { origins: ['https://apps.northgate.example'] },
});

const open = { auth: Auth.none() };
edge.route('GET /', web, open);
edge.route('GET /articles/{article}', web, open);
edge.route('GET /search', web, open);
edge.route('GET /static/*', web, open);
edge.route('GET /images/{image+}', images, open);
edge.route('ANY /cart/*', web, open);
edge.route('ANY /account/*', web);
edge.route('POST /articles/{article}/reviews', web);
edge.route('GET /orders/{order}', web);
edge.route('POST /orders', web, {
  timeout: Duration.seconds(25),
  rateLimit: RateLimit.perSecond(100),
  perClientRateLimit: PerClientRateLimit.of({
    client: ClientKey.claim('sub'),
    requests: 10,
    per: Period.MINUTE,
    failureMode: FailureMode.FAIL_OPEN,
  }),
});
