import { Duration } from 'cdk8s';
import { Auth, Front, Health, Port, RateLimit, type Resources, RetryOn, type ServiceProps, Topology } from '../lib';
import { FRONT_CIDRS } from './network';

/** Google's Online Boutique: ten microservices, a cache, and the load generator that simulates its customers. */
export const boutique = new Topology('boutique');

const image = (name: string, release = 'v0.10.6') =>
  `us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo/${name}:${release}`;
const small: Resources = { cpu: '100m', cpuLimit: '200m', memory: '64Mi', memoryLimit: '128Mi' };
const medium: Resources = { cpu: '200m', cpuLimit: '300m', memory: '180Mi', memoryLimit: '300Mi' };
const large: Resources = { cpu: '300m', cpuLimit: '500m', memory: '256Mi', memoryLimit: '512Mi' };

const service = (name: string, props: ServiceProps) =>
  boutique.addService(name, { image: image(name), runAsUser: 1000, resources: small, ...props });

const grpcService = (name: string, port: Port, props: ServiceProps = {}) =>
  service(name, {
    port,
    health: Health.grpc(),
    ...props,
    env: { PORT: String(port.target), DISABLE_PROFILER: '1', ...props.env },
  });

// The services, from the frontend inwards.
const loadgenerator = service('loadgenerator', { replicas: 1, resources: large, env: { USERS: '10', RATE: '1' } });
const frontend = service('frontend', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/_healthz'),
  autoscaling: { min: 2, max: 6 },
  env: { PORT: '8080', ENABLE_PROFILER: '0', SHOPPING_ASSISTANT_SERVICE_ADDR: 'shoppingassistantservice:80' },
});
const checkout = grpcService(
  'checkoutservice',
  Port.grpc(5050, { service: 'hipstershop.CheckoutService', methods: ['PlaceOrder'] }),
);
const cart = grpcService(
  'cartservice',
  Port.grpc(7070, { service: 'hipstershop.CartService', methods: ['AddItem', 'GetCart', 'EmptyCart'] }),
  {
    resources: { ...small, cpu: '200m', cpuLimit: '300m' },
  },
);
const catalog = grpcService(
  'productcatalogservice',
  Port.grpc(3550, {
    service: 'hipstershop.ProductCatalogService',
    methods: ['GetProduct', 'ListProducts', 'SearchProducts'],
  }),
);
const currency = grpcService(
  'currencyservice',
  Port.grpc(7000, {
    service: 'hipstershop.CurrencyService',
    methods: ['Convert', 'GetSupportedCurrencies'],
  }),
);
const shipping = grpcService(
  'shippingservice',
  Port.grpc(50051, { service: 'hipstershop.ShippingService', methods: ['GetQuote', 'ShipOrder'] }),
);
const payment = grpcService(
  'paymentservice',
  Port.grpc(50051, { service: 'hipstershop.PaymentService', methods: ['Charge'] }),
  {
    versions: { v1: { image: image('paymentservice', 'v0.10.5') }, v2: {} },
  },
);
const email = grpcService(
  'emailservice',
  Port.grpc(5000, {
    target: 8080,
    service: 'hipstershop.EmailService',
    methods: ['SendOrderConfirmation'],
  }),
);
const recommendation = grpcService(
  'recommendationservice',
  Port.grpc(8080, { service: 'hipstershop.RecommendationService', methods: ['ListRecommendations'] }),
  { resources: { cpu: '100m', cpuLimit: '200m', memory: '220Mi', memoryLimit: '450Mi' } },
);
const ad = grpcService('adservice', Port.grpc(9555, { service: 'hipstershop.AdService', methods: ['GetAds'] }), {
  resources: medium,
});
const redis = service('redis-cart', {
  image: 'redis:alpine',
  port: Port.tcp(6379, { name: 'redis' }),
  replicas: 1,
  writablePaths: ['/data'],
  resources: { cpu: '70m', cpuLimit: '125m', memory: '200Mi', memoryLimit: '256Mi' },
});

// The calls, with their operations, timeouts and retries.
const briefly = { timeout: Duration.millis(500) };
const reading = { timeout: Duration.seconds(2), retries: { attempts: 2, perTryTimeout: Duration.millis(600) } };

loadgenerator.calls(frontend, { addressEnvVar: 'FRONTEND_ADDR', timeout: Duration.seconds(20) });

frontend.calls(catalog, {
  addressEnvVar: 'PRODUCT_CATALOG_SERVICE_ADDR',
  allowedOperations: catalog.methods('GetProduct', 'ListProducts'),
  ...reading,
});
frontend.calls(currency, {
  addressEnvVar: 'CURRENCY_SERVICE_ADDR',
  allowedOperations: currency.methods('GetSupportedCurrencies', 'Convert'),
  ...reading,
});
frontend.calls(cart, {
  addressEnvVar: 'CART_SERVICE_ADDR',
  allowedOperations: cart.methods('GetCart', 'AddItem', 'EmptyCart'),
  timeout: Duration.seconds(3),
});
frontend.calls(recommendation, {
  addressEnvVar: 'RECOMMENDATION_SERVICE_ADDR',
  allowedOperations: recommendation.methods('ListRecommendations'),
  ...reading,
});
frontend.calls(shipping, {
  addressEnvVar: 'SHIPPING_SERVICE_ADDR',
  allowedOperations: shipping.methods('GetQuote'),
  ...reading,
});
frontend.calls(checkout, {
  addressEnvVar: 'CHECKOUT_SERVICE_ADDR',
  allowedOperations: checkout.methods('PlaceOrder'),
  timeout: Duration.seconds(15),
});
frontend.calls(ad, { addressEnvVar: 'AD_SERVICE_ADDR', allowedOperations: ad.methods('GetAds'), ...briefly });

recommendation.calls(catalog, {
  addressEnvVar: 'PRODUCT_CATALOG_SERVICE_ADDR',
  allowedOperations: catalog.methods('ListProducts'),
  ...briefly,
});

checkout.calls(cart, {
  addressEnvVar: 'CART_SERVICE_ADDR',
  allowedOperations: cart.methods('GetCart', 'EmptyCart'),
  timeout: Duration.seconds(3),
});
checkout.calls(catalog, {
  addressEnvVar: 'PRODUCT_CATALOG_SERVICE_ADDR',
  allowedOperations: catalog.methods('GetProduct'),
  ...reading,
});
checkout.calls(currency, {
  addressEnvVar: 'CURRENCY_SERVICE_ADDR',
  allowedOperations: currency.methods('Convert'),
  ...briefly,
});
checkout.calls(shipping, {
  addressEnvVar: 'SHIPPING_SERVICE_ADDR',
  allowedOperations: shipping.methods('GetQuote', 'ShipOrder'),
  timeout: Duration.seconds(2),
});
checkout.calls(email, {
  addressEnvVar: 'EMAIL_SERVICE_ADDR',
  allowedOperations: email.methods('SendOrderConfirmation'),
  ...briefly,
});
checkout.calls(payment, {
  addressEnvVar: 'PAYMENT_SERVICE_ADDR',
  allowedOperations: payment.methods('Charge'),
  timeout: Duration.seconds(3),
  // A charge is retried only if the payment service cannot have received it.
  retries: { attempts: 2, perTryTimeout: Duration.millis(900), on: [RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM] },
});

cart.calls(redis, { addressEnvVar: 'REDIS_ADDR' });

// A canary of the payment service, and a circuit breaker that protects its callers.
payment.split({ v1: 90, v2: 10 });
payment.addCircuitBreaker({
  consecutive5xxErrors: 5,
  baseEjectionTime: Duration.seconds(30),
  maxConnections: 100,
  maxPendingRequests: 50,
});

// The routes of the edge: the pages, and the checkout for authenticated customers.
export const shop = boutique.addEdge('shop', {
  host: 'shop.example',
  tlsSecret: 'shop-tls',
  front: Front.httpApi({ addresses: FRONT_CIDRS }),
  rateLimit: RateLimit.perSecond(500, 1000),
});
const signedIn = Auth.jwt({ issuer: 'https://login.shop.example', audiences: ['shop'] });

for (const page of [
  'GET /',
  'GET /product/{id}',
  'GET /cart',
  'POST /cart',
  'POST /cart/empty',
  'POST /setCurrency',
  'GET /logout',
  'GET /static/{file+}',
]) {
  shop.route(page, frontend);
}
shop.route('POST /cart/checkout', frontend, { auth: signedIn, rateLimit: RateLimit.perSecond(20, 40) });
