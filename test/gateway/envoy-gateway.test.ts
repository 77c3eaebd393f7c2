import { Chart, Testing } from 'cdk8s';
import {
  Auth, ClientKey, ClientLimit, ClusterApp, type EdgeProps, Mesh, Period, Port, type RouteProps, TargetGroupBinding, Throttle, Topology, TopologyChart, Tracing,
  WhenUnavailable,
} from '../../lib';
import { EnvoyGateway, type EnvoyGatewayProps, EnvoyService } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { catalogDescriptor } from '../support/descriptors';

const token = { issuer: 'https://login.example', audiences: ['shop'], jwksUri: 'https://login.example/keys' };
const jwt = (scopes?: string[]) => Auth.jwt({ ...token, scopes });
const limit = (client: ClientKey, whenUnavailable = WhenUnavailable.ALLOW) => ClientLimit.of({ client, requests: 100, per: Period.MINUTE, whenUnavailable });

function render(topology: Topology, props: EnvoyGatewayProps = {}): Rendered[] {
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh: Mesh.none({ gateway: new EnvoyGateway(props) }) })) as Rendered[];
}

function door(ofEdge: Partial<EdgeProps> = {}, ...routes: [operation: string, props?: RouteProps][]): Topology {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const edge = shop.addEdge('door', { host: 'shop.example', ...ofEdge });
  routes.forEach(([operation, props]) => edge.route(operation, web, props));
  return shop;
}

const gatewayRef = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' };

test('an edge with everything, without a mesh', () => {
  const shop = door(
    { tlsSecret: 'tls', certificateIssuer: 'letsencrypt', clientCa: 'clients', throttle: Throttle.perSecond(100), clientLimit: limit(ClientKey.claim('sub')), cors: { origins: ['*'] } },
    ['GET /', {}],
    ['POST /orders', { auth: jwt(['write']) }],
    ['GET /keyed', { auth: Auth.apiKey({ secret: 'keys' }), throttle: Throttle.perSecond(5) }],
  );

  expect(render(shop).filter(each => !['Deployment', 'ServiceAccount', 'PodDisruptionBudget'].includes(each.kind))).toMatchSnapshot();
});

test('an edge is a Gateway of Envoy Gateway\'s class, whose proxies have a Service of a known name', () => {
  const objects = render(door({}, ['GET /']), { gatewayClass: 'envoy', service: EnvoyService.CLUSTER_IP });

  expect(one(objects, 'Gateway', 'door').spec).toMatchObject({
    gatewayClassName: 'envoy',
    infrastructure: { parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'door' } },
  });
  expect(one(objects, 'EnvoyProxy', 'door').spec.provider.kubernetes).toMatchObject({
    envoyService: { name: 'shop-door', type: 'ClusterIP' }, envoyHpa: { minReplicas: 2, maxReplicas: 5 }, envoyPDB: { minAvailable: 1 },
  });
});

test('the proxies, in their own namespace, are let in to the services of their routes', () => {
  const objects = render(door({}, ['GET /']), { namespace: 'gateways' });

  expect(one(objects, 'NetworkPolicy', 'web').spec.ingress).toEqual([{
    from: [{
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gateways' } },
      podSelector: { matchLabels: { 'gateway.envoyproxy.io/owning-gateway-name': 'door', 'gateway.envoyproxy.io/owning-gateway-namespace': 'shop' } },
    }],
    ports: [{ port: 80, protocol: 'TCP' }],
  }]);
  expect(names(objects, 'NetworkPolicy')).toEqual(['default-deny', 'web']);
});

test('a target group is bound to the proxies, on the ports that they have', () => {
  const shop = door({ tlsSecret: 'tls' }, ['GET /']);
  const app = new ClusterApp();
  const chart = new Chart(app, 'aws');
  new TargetGroupBinding(chart, 'shop', { edge: shop.edges[0] ?? never(), mesh: Mesh.none({ gateway: new EnvoyGateway() }), allowFrom: '10.0.0.0/16' });

  const [binding] = Testing.synth(chart) as Rendered[];
  expect(binding?.metadata.namespace).toBe('envoy-gateway-system');
  expect(binding?.spec.serviceRef).toEqual({ name: 'shop-door', port: 443 });
  expect(binding?.spec.networking.ingress[0].ports).toEqual([{ protocol: 'TCP', port: 10443 }, { protocol: 'TCP', port: 19003 }]);
});

describe('what requests must prove', () => {
  test('is a SecurityPolicy of the HTTPRoutes that demand it; public routes have none', () => {
    const objects = render(door({}, ['GET /'], ['GET /orders', { auth: jwt() }], ['GET /carts', { auth: jwt() }]));

    expect(names(objects, 'HTTPRoute')).toEqual(['door', 'door-2']);
    expect(names(objects, 'SecurityPolicy')).toEqual(['door-2']);
    expect(one(objects, 'SecurityPolicy', 'door-2').spec).toEqual({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'door-2' }],
      jwt: {
        providers: [{
          name: 'token', issuer: 'https://login.example', audiences: ['shop'], remoteJWKS: { uri: 'https://login.example/keys' },
          extractFrom: { headers: [{ name: 'Authorization', valuePrefix: 'Bearer ' }] },
        }],
      },
    });
    expect(one(objects, 'HTTPRoute', 'door-2').spec.rules[0].matches).toHaveLength(2);
  });

  test('is one of the scopes, where a route names some', () => {
    expect(one(render(door({}, ['GET /', { auth: jwt(['read', 'admin']) }])), 'SecurityPolicy', 'door').spec.authorization).toEqual({
      defaultAction: 'Deny',
      rules: ['read', 'admin'].map(scope => ({ action: 'Allow', principal: { jwt: { provider: 'token', scopes: [scope] } } })),
    });
  });

  test('is a key of the Secret', () => {
    expect(one(render(door({}, ['GET /', { auth: Auth.apiKey({ secret: 'keys', header: 'x-mine' }) }])), 'SecurityPolicy', 'door').spec.apiKeyAuth).toEqual({
      credentialRefs: [{ name: 'keys' }], extractFrom: [{ headers: ['x-mine'] }], forwardClientIDHeader: 'x-cardinal-client-key',
    });
  });
});

test('throttles are counted in each proxy, limits of clients in all together, by headers that the gateway sets', () => {
  const objects = render(door(
    { throttle: Throttle.perSecond(100), clientLimit: limit(ClientKey.claim('sub')), auth: jwt() },
    ['GET /'],
    ['GET /orders/{id}', { throttle: Throttle.perSecond(5), clientLimit: limit(ClientKey.claim('sub')) }],
  ));

  const orders = { methods: [{ value: 'GET' }], path: { type: 'RegularExpression', value: '/orders/[^/]+' } };
  const headers = ['x-cardinal-client-issuer', 'x-cardinal-client-sub'].map(name => ({ name, type: 'Distinct' }));
  expect(one(objects, 'BackendTrafficPolicy', 'door').spec).toEqual({
    targetRefs: [gatewayRef],
    rateLimit: {
      local: { rules: [{ clientSelectors: [orders], limit: { requests: 5, unit: 'Second' } }, { limit: { requests: 100, unit: 'Second' } }] },
      global: {
        rules: [
          { clientSelectors: [{ ...orders, headers }], limit: { requests: 100, unit: 'Minute' }, shared: true },
          { clientSelectors: [{ headers }], limit: { requests: 100, unit: 'Minute' }, shared: true },
        ],
      },
    },
  });
  expect(one(objects, 'SecurityPolicy', 'door').spec.jwt.providers[0].claimToHeaders).toEqual([
    { claim: 'iss', header: 'x-cardinal-client-issuer' }, { claim: 'sub', header: 'x-cardinal-client-sub' },
  ]);
});

test('clients show certificates, over TLS 1.2 or newer', () => {
  expect(one(render(door({ tlsSecret: 'tls', clientCa: 'clients' }, ['GET /'])), 'ClientTrafficPolicy', 'door').spec).toEqual({
    targetRefs: [{ ...gatewayRef, sectionName: 'https' }],
    tls: { minVersion: '1.2', clientValidation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'clients' }] } },
  });
  expect(names(render(door({}, ['GET /'])), 'ClientTrafficPolicy')).toEqual([]);
});

test('REST for a gRPC service is a patch before the router, and the service is spoken to in HTTP/2', () => {
  const shop = new Topology('shop');
  const catalog = plain(shop, 'catalog', { port: Port.grpc(3550, { service: 'shop.Catalog', descriptor: catalogDescriptor() }) });
  shop.addEdge('door', { host: 'shop.example', tlsSecret: 'tls' }).route('GET /products/{id}', catalog, { grpcMethod: 'GetProduct' });

  const objects = render(shop);
  const [patch] = one(objects, 'EnvoyPatchPolicy', 'door').spec.jsonPatches;
  expect(patch).toMatchObject({ name: 'shop/door/https', operation: { op: 'add', value: { name: 'envoy.filters.http.grpc_json_transcoder' } } });
  expect(one(objects, 'Service', 'catalog').spec.ports).toEqual([{ name: 'grpc', port: 3550, targetPort: 3550, appProtocol: 'kubernetes.io/h2c' }]);
});

test('traces go where they are told to', () => {
  const tracing = Tracing.openTelemetry({ service: 'otel-collector', namespace: 'observability', samplingPercent: 5 });

  expect(one(render(door({}, ['GET /']), { tracing }), 'EnvoyProxy', 'door').spec.telemetry.tracing).toEqual({
    samplingFraction: { numerator: 500, denominator: 10_000 },
    provider: { type: 'OpenTelemetry', backendRefs: [{ name: 'otel-collector', namespace: 'observability', port: 4317 }] },
  });
});

test('behind a managed API clients, keys and certificates are left to it', () => {
  const objects = render(door(
    { tlsSecret: 'tls', clientCa: 'clients', clientLimit: limit(ClientKey.apiKey()), managed: true, firewall: true },
    ['GET /', { auth: Auth.apiKey({ secret: 'keys' }) }],
  ));

  expect([...names(objects, 'SecurityPolicy'), ...names(objects, 'BackendTrafficPolicy')]).toEqual([]);
  expect(one(objects, 'ClientTrafficPolicy', 'door').spec.tls.clientValidation).toBeUndefined();
});

test.each<[string, RegExp, Partial<EdgeProps>, RouteProps]>([
  ['a firewall', /a firewall, and Envoy Gateway cannot.*managed: true/s, { firewall: true }, {}],
  ['request shapes', /what requests look like, and Envoy Gateway cannot/, {}, { requires: { query: ['q'] } }],
  ['keys that it would have to look for', /jwksUri/, {}, { auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] }) }],
  ['client ids in place of audiences', /\[shop\/door\/GET \/\].*without `aud`/s, {}, { auth: Auth.jwt({ ...token, clientIdAsAudience: true }) }],
  ['a claim that it would look for within another', /"a\.b" for a claim within another/, { auth: jwt(), clientLimit: limit(ClientKey.claim('a.b')) }, {}],
  ['an answer that its installation does not give', /failClosed/, { clientLimit: limit(ClientKey.header('x-client'), WhenUnavailable.REFUSE) }, {}],
])('Envoy Gateway is refused %s', (_what, message, edge, route) => {
  expect(() => render(door(edge, ['GET /', route]))).toThrow(message);
});

test('an edge without a gateway is refused', () => {
  expect(() => Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: door({}, ['GET /']), mesh: Mesh.none() }))).toThrow(/a way in from outside/);
});

function never(): never {
  throw new Error('the topology has an edge');
}
