import { type Env, EnvValue, type InitContainer, Operation, Port, type Service, Volume } from '../lib';
import { component, hostOf, RELEASE } from './opentelemetry-demo/component';
import { flagd, kafka, postgresql, valkey } from './opentelemetry-demo/stores';
import { collector, grafana, jaeger, openTelemetryDemo } from './opentelemetry-demo/telemetry';

export { openTelemetryDemo };

const HOST = 'astronomy.example';

const grpc = (service: string, methods: string[]) => Port.grpc(8080, { service: `oteldemo.${service}`, methods });
const waitFor = (callee: Service): InitContainer => ({
  name: `wait-for-${callee.name}`,
  image: 'busybox:1.37',
  runAsUser: 65534,
  command: ['sh', '-c', `until nc -z -w30 ${hostOf(callee)} ${callee.firstPort().number}; do sleep 2; done`],
});

const accounting = component('accounting', '120Mi', {
  runAsUser: 1654,
  securityContext: { readOnlyRootFilesystem: false },
  env: {
    DB_PASSWORD: EnvValue.fromSecret('postgresql', 'accounting-password'),
    OTEL_DOTNET_AUTO_TRACES_ENTITYFRAMEWORKCORE_INSTRUMENTATION_ENABLED: 'false',
  },
  initContainers: [waitFor(kafka)],
});
const fraudDetection = component('fraud-detection', '300Mi', {
  env: {
    OTEL_INSTRUMENTATION_KAFKA_EXPERIMENTAL_SPAN_ATTRIBUTES: 'true',
    OTEL_INSTRUMENTATION_MESSAGING_EXPERIMENTAL_RECEIVE_TELEMETRY_ENABLED: 'true',
  },
  initContainers: [waitFor(kafka)],
});
const ad = component('ad', '300Mi', {
  port: grpc('AdService', ['GetAds']),
  env: { AD_PORT: '8080', OTEL_LOGS_EXPORTER: 'otlp' },
});
const cart = component('cart', '160Mi', {
  port: grpc('CartService', ['AddItem', 'GetCart', 'EmptyCart']),
  runAsUser: 1654,
  env: { CART_PORT: '8080', ASPNETCORE_URLS: 'http://*:$(CART_PORT)' },
  initContainers: [waitFor(valkey)],
});
const checkout = component('checkout', '20Mi', {
  port: grpc('CheckoutService', ['PlaceOrder']),
  env: { CHECKOUT_PORT: '8080', GOMEMLIMIT: '16MiB' },
  initContainers: [waitFor(kafka)],
});
const currency = component('currency', '20Mi', {
  port: grpc('CurrencyService', ['GetSupportedCurrencies', 'Convert']),
  env: { CURRENCY_PORT: '8080', VERSION: RELEASE },
});
const email = component('email', '100Mi', {
  port: Port.http(8080),
  env: { EMAIL_PORT: '8080', APP_ENV: 'production' },
});
const payment = component('payment', '120Mi', {
  port: grpc('PaymentService', ['Charge']),
  runAsUser: 1000,
  securityContext: { runAsGroup: 1000 },
  env: { PAYMENT_PORT: '8080' },
});
const productCatalog = component('product-catalog', '20Mi', {
  port: grpc('ProductCatalogService', ['ListProducts', 'GetProduct', 'SearchProducts']),
  env: { PRODUCT_CATALOG_PORT: '8080', PRODUCT_CATALOG_RELOAD_INTERVAL: '10', GOMEMLIMIT: '16MiB' },
  volumeMounts: [{ path: '/usr/src/app/products', volume: Volume.configMap('products', 'product-catalog-products') }],
});
const quote = component('quote', '40Mi', {
  port: Port.http(8080),
  runAsUser: 33,
  securityContext: { runAsGroup: 33 },
  env: { QUOTE_PORT: '8080', OTEL_PHP_AUTOLOAD_ENABLED: 'true', OTEL_PHP_INTERNAL_METRICS_ENABLED: 'true' },
});
const python: Env = { PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: 'python' };
const recommendation = component('recommendation', '500Mi', {
  port: grpc('RecommendationService', ['ListRecommendations']),
  env: { ...python, RECOMMENDATION_PORT: '8080', OTEL_PYTHON_LOG_CORRELATION: 'true' },
});
const shipping = component('shipping', '20Mi', { port: Port.http(8080), env: { SHIPPING_PORT: '8080' } });
const imageProvider = component('image-provider', '50Mi', {
  port: Port.http(8081),
  runAsUser: 101,
  securityContext: { readOnlyRootFilesystem: false },
  env: { IMAGE_PROVIDER_PORT: '8081' },
});
const frontend = component('frontend', '250Mi', {
  port: Port.http(8080),
  runAsUser: 1001,
  securityContext: { runAsGroup: 1001, readOnlyRootFilesystem: false },
  env: {
    FRONTEND_PORT: '8080',
    PORT: '$(FRONTEND_PORT)',
    FRONTEND_ADDR: ':8080',
    ENV_PLATFORM: 'kubernetes',
    WEB_OTEL_SERVICE_NAME: 'frontend-web',
    PUBLIC_OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `https://${HOST}/otlp-http/v1/traces`,
  },
});
const frontendProxy = component('frontend-proxy', '65Mi', {
  port: Port.http(8080),
  runAsUser: 101,
  securityContext: { runAsGroup: 101, readOnlyRootFilesystem: false },
  env: { ENVOY_PORT: '8080', ENVOY_ADMIN_PORT: '10000' },
});
const loadGenerator = component('load-generator', '1500Mi', {
  port: Port.http(8089),
  runAsUser: 1000,
  securityContext: { readOnlyRootFilesystem: false },
  env: {
    ...python,
    LOCUST_WEB_HOST: '0.0.0.0',
    LOCUST_WEB_PORT: '8089',
    LOCUST_USERS: '10',
    LOCUST_SPAWN_RATE: '1',
    LOCUST_HEADLESS: 'false',
    LOCUST_AUTOSTART: 'true',
    LOCUST_BROWSER_TRAFFIC_ENABLED: 'true',
  },
});

[accounting, checkout, fraudDetection].forEach(each => each.calls(kafka, { addressEnvVar: 'KAFKA_ADDR' }));
accounting.calls(postgresql, {
  addressEnvVars: {
    DB_CONNECTION_STRING: 'Host={host};Port={port};Username=otelu;Password=$(DB_PASSWORD);Database=otel',
  },
});
cart.calls(valkey, { addressEnvVar: 'VALKEY_ADDR' });

frontend.calls(ad, { addressEnvVar: 'AD_ADDR', allowedOperations: ad.methods('GetAds') });
frontend.calls(cart, {
  addressEnvVar: 'CART_ADDR',
  allowedOperations: cart.methods('AddItem', 'GetCart', 'EmptyCart'),
});
frontend.calls(checkout, { addressEnvVar: 'CHECKOUT_ADDR', allowedOperations: checkout.methods('PlaceOrder') });
frontend.calls(currency, {
  addressEnvVar: 'CURRENCY_ADDR',
  allowedOperations: currency.methods('GetSupportedCurrencies', 'Convert'),
});
frontend.calls(productCatalog, {
  addressEnvVar: 'PRODUCT_CATALOG_ADDR',
  allowedOperations: productCatalog.methods('ListProducts', 'GetProduct'),
});
frontend.calls(recommendation, {
  addressEnvVar: 'RECOMMENDATION_ADDR',
  allowedOperations: recommendation.methods('ListRecommendations'),
});
frontend.calls(shipping, {
  addressEnvVars: { SHIPPING_ADDR: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('POST /get-quote')],
});
recommendation.calls(productCatalog, {
  addressEnvVar: 'PRODUCT_CATALOG_ADDR',
  allowedOperations: productCatalog.methods('ListProducts'),
});
checkout.calls(cart, { addressEnvVar: 'CART_ADDR', allowedOperations: cart.methods('GetCart', 'EmptyCart') });
checkout.calls(currency, { addressEnvVar: 'CURRENCY_ADDR', allowedOperations: currency.methods('Convert') });
checkout.calls(payment, { addressEnvVar: 'PAYMENT_ADDR', allowedOperations: payment.methods('Charge') });
checkout.calls(productCatalog, {
  addressEnvVar: 'PRODUCT_CATALOG_ADDR',
  allowedOperations: productCatalog.methods('GetProduct'),
});
checkout.calls(email, {
  addressEnvVars: { EMAIL_ADDR: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('POST /send_order_confirmation')],
});
checkout.calls(shipping, {
  addressEnvVars: { SHIPPING_ADDR: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('POST /get-quote'), Operation.http('POST /ship-order')],
});
shipping.calls(quote, {
  addressEnvVars: { QUOTE_ADDR: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('POST /getquote')],
});
loadGenerator.calls(frontendProxy, { addressEnvVars: { LOCUST_HOST: 'http://{host}:{port}' } });
loadGenerator.calls(flagd, { port: 8016, addressEnvVars: { FLAGD_OFREP_PORT: '{port}' } });

/** A callee that the front proxy forwards to, in variables for host and port. */
const forward = (callee: Service, host: string, port: string, number?: number) =>
  frontendProxy.calls(callee, { port: number, addressEnvVars: { [host]: '{host}', [port]: '{port}' } });
forward(frontend, 'FRONTEND_HOST', 'FRONTEND_PORT');
forward(imageProvider, 'IMAGE_PROVIDER_HOST', 'IMAGE_PROVIDER_PORT');
forward(loadGenerator, 'LOCUST_WEB_HOST', 'LOCUST_WEB_PORT');
forward(grafana, 'GRAFANA_HOST', 'GRAFANA_PORT');
forward(jaeger, 'JAEGER_HOST', 'JAEGER_UI_PORT', 16686);
forward(flagd, 'FLAGD_UI_HOST', 'FLAGD_UI_PORT', 4000);
forward(collector, 'OTEL_COLLECTOR_HOST', 'OTEL_COLLECTOR_PORT_GRPC');
frontendProxy.calls(collector, { port: 4318, addressEnvVars: { OTEL_COLLECTOR_PORT_HTTP: '{port}' } });

for (const caller of [
  ad,
  cart,
  checkout,
  email,
  fraudDetection,
  frontend,
  frontendProxy,
  loadGenerator,
  payment,
  productCatalog,
  recommendation,
]) {
  caller.calls(flagd, { addressEnvVars: { FLAGD_HOST: '{host}', FLAGD_PORT: '{port}' } });
}
const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://{host}:{port}';
for (const caller of [cart, checkout, currency, loadGenerator, payment, productCatalog, recommendation, shipping]) {
  caller.calls(collector, { addressEnvVars: { OTEL_EXPORTER_OTLP_ENDPOINT } });
}
for (const caller of [accounting, ad, email, fraudDetection, quote]) {
  caller.calls(collector, { port: 4318, addressEnvVars: { OTEL_EXPORTER_OTLP_ENDPOINT } });
}
frontend.calls(collector, { addressEnvVars: { OTEL_COLLECTOR_HOST: '{host}', OTEL_EXPORTER_OTLP_ENDPOINT } });
imageProvider.calls(collector, {
  addressEnvVars: { OTEL_COLLECTOR_HOST: '{host}', OTEL_COLLECTOR_PORT_GRPC: '{port}' },
});
collector.calls(frontendProxy, { addressEnvVars: { FRONTEND_PROXY_URL: 'http://{host}:{port}' } });
collector.calls(imageProvider, { addressEnvVars: { IMAGE_PROVIDER_URL: 'http://{host}:{port}/status' } });

const shop = openTelemetryDemo.addEdge('shop', { host: HOST, tlsSecret: 'astronomy-tls' });
for (const page of [
  'GET /',
  'GET /cart',
  'GET /cart/checkout/{order}',
  'GET /product/{product}',
  'ANY /api/{path+}',
  'GET /_next/{path+}',
  'GET /icons/{path+}',
  'GET /images/{path+}',
  'GET /favicon.ico',
  'POST /flagservice/{path+}',
  'POST /otlp-http/v1/traces',
]) {
  shop.route(page, frontendProxy);
}

/**
 * What is not carried over from the demo's own manifests, or differs from them:
 * - Connections to the API server, and the ClusterRoles for them: the collector has no `k8sattributes` processor,
 *   Prometheus discovers no targets (metrics are pushed to it), and Grafana mounts its dashboards instead of watching
 *   ConfigMaps. The address of the API server belongs to the cluster.
 * - UDP: the collector's and Jaeger's ports for Jaeger agents, and the gossip port of Grafana. No service uses them,
 * nor   the receivers for Zipkin and other formats of Jaeger, which are left out.
 * - The init containers wait for the proxy only: it accepts a connection before the callee does.
 * - The address of the collector in flagd's second container is that of the call, but written by hand.
 * - The edge exposes the pages of the shop only; the user interfaces of operators stay behind `kubectl port-forward`.
 * - The loaded files are ConfigMaps of the demo, in which addresses are replaced by the variables declared here.
 */
