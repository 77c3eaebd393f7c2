import { Duration } from 'cdk8s';
import { load } from 'js-yaml';
import { GatewayService, HeaderMatch, Port, RateLimit, Topology } from '../../lib';
import { names, one, plain, render } from './support';

test('an edge is a Gateway that listens for its host alone', () => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'));

  expect(one(render(shop), 'Gateway', 'door').spec).toEqual({
    gatewayClassName: 'istio',
    infrastructure: {
      labels: { 'app.kubernetes.io/name': 'door', 'app.kubernetes.io/part-of': 'shop' },
      parametersRef: { group: '', kind: 'ConfigMap', name: 'door-gateway' },
    },
    listeners: [
      {
        name: 'http',
        port: 80,
        protocol: 'HTTP',
        hostname: 'shop.example',
        allowedRoutes: { namespaces: { from: 'Same' } },
      },
    ],
  });
});

test('further labels and annotations of an edge are for the objects of its gateway', () => {
  const shop = new Topology('shop');
  const gatewayMetadata = {
    labels: { team: 'web' },
    annotations: { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' },
  };
  shop.addEdge('door', { host: 'shop.example', gatewayMetadata }).route('GET /', plain(shop, 'web'));

  expect(one(render(shop), 'Gateway', 'door').spec.infrastructure).toMatchObject({
    labels: { team: 'web', 'app.kubernetes.io/name': 'door' },
    annotations: { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' },
  });
});

test.each([{ labels: { 'app.kubernetes.io/name': 'x' } }, { annotations: { 'proxy.istio.io/config': '{}' } }])(
  'a label or annotation that the topology sets is an error: %j',
  gatewayMetadata => {
    expect(() => new Topology('shop').addEdge('door', { host: 'shop.example', gatewayMetadata })).toThrow(
      expect.objectContaining({ code: 'ReservedName' }),
    );
  },
);

test('the gateway has more than one pod, drained one at a time, behind a load balancer of its own', () => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'));

  const { data } = one(render(shop), 'ConfigMap', 'door-gateway');
  expect(load(data?.service ?? '')).toEqual({ spec: { type: 'LoadBalancer' } });
  expect(load(data?.horizontalPodAutoscaler ?? '')).toMatchObject({ spec: { minReplicas: 2, maxReplicas: 5 } });
  expect(load(data?.podDisruptionBudget ?? '')).toEqual({ spec: { maxUnavailable: 1 } });
});

test('a gateway behind a load balancer that exists is a ClusterIP', () => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'));

  const { data } = one(render(shop, { gatewayService: GatewayService.CLUSTER_IP }), 'ConfigMap', 'door-gateway');
  expect(load(data?.service ?? '')).toEqual({ spec: { type: 'ClusterIP' } });
});

test('with a certificate the edge ends TLS, and HTTP is redirected', () => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example', tlsSecret: 'door-tls' }).route('GET /', plain(shop, 'web'));

  const objects = render(shop);
  expect(one(objects, 'Gateway', 'door').spec.listeners[1]).toEqual({
    name: 'https',
    port: 443,
    protocol: 'HTTPS',
    hostname: 'shop.example',
    tls: { mode: 'Terminate', certificateRefs: [{ name: 'door-tls' }] },
    allowedRoutes: { namespaces: { from: 'Same' } },
  });
  expect(one(objects, 'HTTPRoute', 'door').spec.parentRefs).toEqual([{ name: 'door', sectionName: 'https' }]);
  expect(one(objects, 'HTTPRoute', 'door-redirect').spec).toEqual({
    parentRefs: [{ name: 'door', sectionName: 'http' }],
    hostnames: ['shop.example'],
    rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }],
  });
});

test('a method of gRPC is a route of its full name', () => {
  const shop = new Topology('shop');
  const catalog = plain(shop, 'catalog', { port: Port.grpc(3550, { service: 'shop.Catalog' }) });
  shop.addEdge('door', { host: 'shop.example' }).route('POST /shop.Catalog/GetProduct', catalog);

  expect(one(render(shop), 'HTTPRoute', 'door').spec.rules).toMatchObject([
    {
      matches: [{ method: 'POST', path: { type: 'Exact', value: '/shop.Catalog/GetProduct' } }],
      backendRefs: [{ name: 'catalog', port: 3550 }],
    },
  ]);
  expect(one(render(shop), 'Service', 'catalog').spec.ports).toMatchObject([{ name: 'grpc', port: 3550 }]);
});

test('routes to one service under one timeout share a rule', () => {
  const shop = new Topology('shop');
  const [web, cart] = [plain(shop, 'web'), plain(shop, 'cart')];
  const edge = shop.addEdge('door', { host: 'shop.example' });
  edge.route('GET /', web);
  edge.route('ANY /product/{id}', web);
  edge.route('GET /cart', cart);
  edge.route('GET /slow', web, { timeout: Duration.seconds(5) });

  expect(one(render(shop), 'HTTPRoute', 'door').spec.rules).toEqual([
    {
      matches: [
        { method: 'GET', path: { type: 'Exact', value: '/' } },
        { path: { type: 'RegularExpression', value: '/product/[^/]+' } },
      ],
      backendRefs: [{ name: 'web', port: 80 }],
      timeouts: { request: '29s' },
    },
    {
      matches: [{ method: 'GET', path: { type: 'Exact', value: '/cart' } }],
      backendRefs: [{ name: 'cart', port: 80 }],
      timeouts: { request: '29s' },
    },
    {
      matches: [{ method: 'GET', path: { type: 'Exact', value: '/slow' } }],
      backendRefs: [{ name: 'web', port: 80 }],
      timeouts: { request: '5s' },
    },
  ]);
});

test('more routes than an HTTPRoute can have are spread over several', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  Array.from({ length: 300 }, (_, index) => edge.route(`GET /page-${index}`, web));

  const routes = render(shop).filter(each => each.kind === 'HTTPRoute');
  expect(routes.map(each => each.metadata.name)).toEqual(['door', 'door-2', 'door-3']);
  for (const { spec } of routes) {
    expect(spec.rules.length).toBeLessThanOrEqual(16);
    expect(spec.rules.flatMap((rule: { matches: unknown[] }) => rule.matches).length).toBeLessThanOrEqual(128);
  }
  expect(routes.flatMap(({ spec }) => spec.rules).flatMap((rule: { matches: unknown[] }) => rule.matches)).toHaveLength(
    300,
  );
});

test('a service in another namespace grants the reference', () => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example', namespace: 'ingress' }).route('GET /', plain(shop, 'web'));

  const objects = render(shop);
  expect(one(objects, 'HTTPRoute', 'door').spec.rules[0].backendRefs).toEqual([
    { name: 'web', namespace: 'shop', port: 80 },
  ]);
  expect(one(objects, 'ReferenceGrant', 'door-routes', 'shop').spec).toEqual({
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'ingress' }],
    to: [{ group: '', kind: 'Service' }],
  });
});

test('a split service behind an edge is a Service for each version, with weights and the same circuit breaker', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { versions: { v1: {}, v2: {} } });
  web.split({ v1: 80, v2: 20 });
  web.routeTo('v2', HeaderMatch.prefix('x-user', 'a.b'));
  web.mirrorTo('v2', 10);
  web.addCircuitBreaker({ maxConnections: 9 });
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', web);

  const objects = render(shop);
  const [byHeader, split] = one(objects, 'HTTPRoute', 'door').spec.rules;
  expect(byHeader.matches[0].headers).toEqual([{ type: 'RegularExpression', name: 'x-user', value: 'a\\.b.*' }]);
  expect(byHeader.backendRefs).toEqual([{ name: 'web-v2', port: 80 }]);
  expect(split.backendRefs).toEqual([
    { name: 'web-v1', port: 80, weight: 80 },
    { name: 'web-v2', port: 80, weight: 20 },
  ]);
  expect(split.filters).toEqual([
    { type: 'RequestMirror', requestMirror: { backendRef: { name: 'web-v2', port: 80 }, percent: 10 } },
  ]);
  expect(one(objects, 'Service', 'web-v2').spec.selector).toEqual({ app: 'web', version: 'v2' });
  expect(one(objects, 'DestinationRule', 'web-v2').spec).toEqual({
    host: 'web-v2.shop.svc.cluster.local',
    trafficPolicy: { connectionPool: { tcp: { maxConnections: 9 } } },
  });
});

test('behind an edge, a circuit breaker ejects one of the replicas of each version', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { versions: { v1: { replicas: 8 }, v2: { replicas: 1 } } });
  web.split({ v1: 80, v2: 20 });
  web.addCircuitBreaker({ consecutive5xxErrors: 5 });
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', web);

  const objects = render(shop);
  expect(
    ['web-v1', 'web-v2'].map(
      name => one(objects, 'DestinationRule', name).spec.trafficPolicy.outlierDetection.maxEjectionPercent,
    ),
  ).toEqual([13, 100]);
});

test('two edges to one split service share its version Services', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { versions: { v1: {}, v2: {} } });
  web.split({ v1: 80, v2: 20 });
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', web);
  shop.addEdge('gate', { host: 'partners.example' }).route('GET /', web);

  expect(names(render(shop), 'Service').sort()).toEqual(['web', 'web-v1', 'web-v2']);
});

test('any source can connect to the gateway, which reaches only the services of its routes', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  plain(shop, 'cart');
  shop.addEdge('door', { host: 'shop.example', tlsSecret: 'door-tls' }).route('GET /', web);

  const objects = render(shop);
  const { podSelector, ingress, egress } = one(objects, 'NetworkPolicy', 'door').spec;
  const gateway = { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'door' } };
  expect(podSelector).toEqual(gateway);
  expect(ingress).toEqual([{ ports: [80, 443, 15021].map(port => ({ protocol: 'TCP', port })) }]);
  expect(egress).toHaveLength(1);
  expect(egress[0].to[0].podSelector).toEqual({ matchLabels: { app: 'web' } });
  expect(one(objects, 'NetworkPolicy', 'web').spec.ingress[0].from[0].podSelector).toEqual(gateway);
  expect(one(objects, 'NetworkPolicy', 'cart').spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
  expect(one(objects, 'NetworkPolicy', 'cart').spec).not.toHaveProperty('ingress');
});

describe('throttles', () => {
  test('are one local rate limit: a bucket for the edge, and one for each route that has its own', () => {
    const shop = new Topology('shop');
    const web = plain(shop, 'web');
    const edge = shop.addEdge('door', { host: 'shop.example', rateLimit: RateLimit.perSecond(100, 150) });
    edge.route('GET /', web);
    edge.route('POST /orders/{id}', web, { rateLimit: RateLimit.perSecond(5) });

    const { configPatches, workloadSelector, priority } = one(render(shop), 'EnvoyFilter', 'door-filters').spec;
    const limit = configPatches[0].patch.value.typed_config;
    expect(workloadSelector.labels).toEqual({ 'gateway.networking.k8s.io/gateway-name': 'door' });
    expect(priority).toBe(10);
    expect(limit.token_bucket).toEqual({ max_tokens: 150, tokens_per_fill: 100, fill_interval: '1s' });
    expect(limit.descriptors).toEqual([
      {
        entries: [{ key: 'header_match', value: 'POST /orders/{id}' }],
        token_bucket: { max_tokens: 10, tokens_per_fill: 5, fill_interval: '1s' },
      },
    ]);
    expect(limit.rate_limits[0].actions[0].header_value_match).toEqual({
      descriptor_value: 'POST /orders/{id}',
      headers: [
        { name: ':method', string_match: { exact: 'POST' } },
        { name: ':path', string_match: { safe_regex: { regex: '/orders/[^/?]+(\\?.*)?' } } },
      ],
    });
  });

  test('count a request for the route that matches it, and no query makes it another one', () => {
    const shop = new Topology('shop');
    const web = plain(shop, 'web');
    const edge = shop.addEdge('door', { host: 'shop.example' });
    edge.route('GET /orders/{id}', web);
    edge.route('ANY /{path+}', web, { rateLimit: RateLimit.perSecond(5) });

    const { rate_limits: limits } = one(render(shop), 'EnvoyFilter', 'door-filters').spec.configPatches[0].patch.value
      .typed_config;
    const path = (regex: string) => ({ name: ':path', string_match: { safe_regex: { regex: `${regex}(\\?.*)?` } } });
    const get = { name: ':method', string_match: { exact: 'GET' } };
    expect(
      limits.map((limit: { actions: { header_value_match: object }[] }) => limit.actions[0]?.header_value_match),
    ).toEqual([
      {
        descriptor_value: 'ANY /{path+}',
        headers: [get, path('/[^?]+'), { ...path('/orders/[^/?]+'), invert_match: true }],
      },
      { descriptor_value: 'ANY /{path+}', headers: [{ ...get, invert_match: true }, path('/[^?]+')] },
    ]);
  });

  test('that are not declared are not rendered', () => {
    const shop = new Topology('shop');
    shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'));

    const { configPatches } = one(render(shop), 'EnvoyFilter', 'door-filters').spec;
    expect(configPatches.map((each: { applyTo: string }) => each.applyTo)).toEqual(['NETWORK_FILTER']);
  });
});
