import { Health, Operation, Peer, Port, RateLimit, type ServiceProps, Topology } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { problemsOf } from '../support/schemas';
import { linkerd } from './support';

const POLICY = 'policy.linkerd.io';
const account = (name: string, namespace = 'shop') => ({ kind: 'ServiceAccount', name, namespace });

/** checkout calls payment, whose port differs from that of its pods. */
function shop(props: ServiceProps = {}) {
  const topology = new Topology('shop');
  const payment = plain(topology, 'payment', { port: Port.http(80, { target: 8080 }), ...props });
  return { topology, checkout: plain(topology, 'checkout'), payment };
}

/** The names of the routes of a kind that match a path, with the clients that are allowed it. */
function allowed(objects: readonly Rendered[], text: string): unknown {
  const [method, path] = text.split(' ');
  const route = objects.find(
    each =>
      each.kind === 'HTTPRoute'
      && (each.spec.rules[0].matches as { method?: string; path: { value: string } }[]).some(
        match => match.method === (method === 'ANY' ? undefined : method) && match.path.value === path,
      ),
  );
  const name = route?.metadata.name ?? '';
  const refs = one(objects, 'MeshTLSAuthentication', name).spec.identityRefs as { name: string }[];
  return refs.map(each => each.name);
}

describe('without rules for requests', () => {
  const objects = () => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment);
    return linkerd(topology);
  };

  test('every object is valid, and there is no route and nothing of Istio', () => {
    expect(problemsOf(objects())).toEqual([]);
    expect(objects().filter(each => each.apiVersion.includes('istio') || each.kind.endsWith('Route'))).toEqual([]);
  });

  test('the namespace is injected, and denies what no Server has', () => {
    expect(one(objects(), 'Namespace', 'shop').metadata.annotations).toEqual({
      'linkerd.io/inject': 'enabled',
      'config.linkerd.io/default-inbound-policy': 'deny',
    });
  });

  test('the port of the pods is a Server that denies by default, for the identity of the caller', () => {
    expect(one(objects(), 'Server', 'payment').spec).toEqual({
      podSelector: { matchLabels: { app: 'payment' } },
      port: 8080,
      proxyProtocol: 'HTTP/1',
      accessPolicy: 'deny',
    });
    expect(one(objects(), 'AuthorizationPolicy', 'payment').spec).toEqual({
      targetRef: { group: POLICY, kind: 'Server', name: 'payment' },
      requiredAuthenticationRefs: [{ group: POLICY, kind: 'MeshTLSAuthentication', name: 'payment' }],
    });
    expect(one(objects(), 'MeshTLSAuthentication', 'payment').spec).toEqual({ identityRefs: [account('checkout')] });
  });

  test('a service that is not called has a Server and no policy', () => {
    expect(names(objects(), 'Server')).toContain('checkout');
    expect(names(objects(), 'AuthorizationPolicy')).toEqual(['payment']);
  });

  test('the metrics of the proxies are a Server of the namespace', () => {
    expect(one(objects(), 'Server', 'linkerd-admin').spec).toEqual({
      podSelector: {},
      port: 4191,
      proxyProtocol: 'HTTP/1',
      accessPolicy: 'all-unauthenticated',
    });
  });

  test('NetworkPolicies allow the port of the proxies between pods, metrics, and the control plane', () => {
    const [from] = one(objects(), 'NetworkPolicy', 'payment').spec.ingress;
    expect(from.ports).toEqual([{ protocol: 'TCP', port: 4143 }]);
    expect(from.from[0].podSelector).toEqual({ matchLabels: { app: 'checkout' } });
    const { ingress, egress } = one(objects(), 'NetworkPolicy', 'default-deny').spec;
    expect(ingress).toEqual([{ from: [{ namespaceSelector: {} }], ports: [{ protocol: 'TCP', port: 4191 }] }]);
    expect(egress[1].ports.map((each: { port: number }) => each.port)).toEqual([8080, 8086, 8090]);
    expect(egress[1].to[0].namespaceSelector.matchLabels).toEqual({ 'kubernetes.io/metadata.name': 'linkerd' });
  });

  test('pods outside the mesh opt out, have no Server, and are called at their own port', () => {
    const { topology, checkout, payment } = shop({ inMesh: false });
    checkout.calls(payment);
    const rendered = linkerd(topology);
    expect(names(rendered, 'Server')).toEqual(['linkerd-admin', 'checkout']);
    const template = one(rendered, 'Deployment', 'payment-v1').spec.template;
    expect(template.metadata.annotations).toEqual({ 'linkerd.io/inject': 'disabled' });
    expect(one(rendered, 'NetworkPolicy', 'checkout').spec.egress[0].ports).toEqual([{ protocol: 'TCP', port: 8080 }]);
  });

  test('pods in a namespace of others are injected one by one, and deny by default', () => {
    const { topology, checkout, payment } = shop({ namespace: 'others' });
    checkout.calls(payment);
    expect(one(linkerd(topology), 'Deployment', 'payment-v1').spec.template.metadata.annotations).toEqual({
      'linkerd.io/inject': 'enabled',
      'config.linkerd.io/default-inbound-policy': 'deny',
    });
  });
});

test.each([
  [Port.http(80), 'HTTP/1'],
  [Port.http2(80), 'HTTP/2'],
  [Port.grpc(80), 'gRPC'],
  [Port.tcp(80), 'opaque'],
  [Port.tls(80), 'opaque'],
])('the protocol of %# is %s', (port, protocol) => {
  const { topology } = shop({ port });
  expect(one(linkerd(topology), 'Server', 'payment').spec.proxyProtocol).toBe(protocol);
});

test('ports without requests are opaque for callers and callee, in case the server sends first', () => {
  const { topology } = shop({ port: Port.tcp(5432, { target: 15_432 }) });
  const rendered = linkerd(topology);
  expect(one(rendered, 'Service', 'payment').metadata.annotations).toEqual({
    'config.linkerd.io/opaque-ports': '5432',
  });
  expect(one(rendered, 'Deployment', 'payment-v1').spec.template.metadata.annotations).toEqual({
    'config.linkerd.io/opaque-ports': '15432',
  });
});

test('each further container port is a Server of its own', () => {
  const { topology, checkout, payment } = shop({ ports: [Port.tcp(81)] });
  checkout.calls(payment, { port: 81 });
  const rendered = linkerd(topology);
  expect(one(rendered, 'Server', 'payment-81').spec.port).toBe(81);
  expect(names(rendered, 'AuthorizationPolicy')).toEqual(['payment-81']);
});

describe('with rules for requests', () => {
  test('a route for the operations of each set of callers, which alone are allowed', () => {
    const { topology, checkout, payment } = shop();
    const web = plain(topology, 'web');
    checkout.calls(payment, { allowedOperations: [Operation.http('POST /charges'), Operation.http('GET /rates')] });
    web.calls(payment, { allowedOperations: [Operation.http('GET /rates')] });
    const rendered = linkerd(topology);
    expect(problemsOf(rendered)).toEqual([]);
    expect(allowed(rendered, 'POST /charges')).toEqual(['checkout']);
    expect(allowed(rendered, 'GET /rates')).toEqual(['checkout', 'web']);
    expect(names(rendered, 'AuthorizationPolicy').filter(each => each === 'payment')).toEqual([]);
    const [route] = names(rendered, 'HTTPRoute');
    expect(one(rendered, 'HTTPRoute', route ?? '').spec.parentRefs).toEqual([
      { group: POLICY, kind: 'Server', name: 'payment' },
    ]);
    expect(one(rendered, 'AuthorizationPolicy', route ?? '').spec.targetRef).toEqual({
      group: 'gateway.networking.k8s.io',
      kind: 'HTTPRoute',
      name: route,
    });
  });

  test('a caller of everything has a route for all paths, and is allowed what others are', () => {
    const { topology, checkout, payment } = shop();
    plain(topology, 'web').calls(payment);
    checkout.calls(payment, { allowedOperations: [Operation.http('POST /charges')] });
    const rendered = linkerd(topology);
    expect(allowed(rendered, 'POST /charges')).toEqual(['checkout', 'web']);
    expect(allowed(rendered, 'ANY /')).toEqual(['web']);
  });

  test('a caller of a method only precedes one of any method', () => {
    const { topology, checkout, payment } = shop();
    plain(topology, 'web').calls(payment, { allowedOperations: [Operation.http('ANY /rates')] });
    checkout.calls(payment, { allowedOperations: [Operation.http('GET /rates')] });
    expect(allowed(linkerd(topology), 'GET /rates')).toEqual(['checkout', 'web']);
  });

  test.each([
    ['GET /rates/new', 'GET /rates/{id}'],
    ['GET /rates/{id}', 'GET /rates/*'],
    ['GET /rates/{id}/now', 'GET /rates/eur/{time}'],
    ['ANY /', undefined],
  ])('%s of one caller and %s of another are an error, since the age of the routes would decide', (one, other) => {
    const { topology, checkout, payment } = shop();
    plain(topology, 'web').calls(payment, other === undefined ? {} : { allowedOperations: [Operation.http(other)] });
    checkout.calls(payment, { allowedOperations: [Operation.http(one)] });
    expect(() => linkerd(topology)).toThrow(/"[^"]*" and "[^"]*" match the same requests/);
  });

  test.each([
    ['/rates/{id}', '/rates/eur', true],
    ['/rates/{id}', '/rates/.eur', true],
    ['/rates/{id}', '/rates/e%20r', true],
    ['/rates/{id}', '/rates/..', false],
    ['/rates/{id}', '/rates/.', false],
    ['/rates/{id}', '/rates/%2e%2E', false],
    ['/rates/{id}', '/rates/a%2fb', false],
    ['/rates/{id}', '/rates/a%5Cb', false],
    ['/rates/{id}', '/rates/a\\b', false],
    ['/rates/{id}', '/rates/', false],
    ['/rates/{id}', '/rates/a/b', false],
    ['/rates/{rest+}', '/rates/a/b/', true],
    ['/rates/{rest+}', '/rates/a/../b', false],
    ['/rates/{rest+}', '/rates/', false],
    ['/rates/*', '/rates', true],
    ['/rates/*', '/rates/', true],
    ['/rates/*', '/rates/a/b', true],
    ['/rates/*', '/rates/../b', false],
    ['/rates/*', '/ratesb', false],
  ])('the expression for %s on %s: %s, since the proxy does not resolve paths', (pattern, path, isMatched) => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, { allowedOperations: [Operation.http(`GET ${pattern}`)] });
    const rendered = linkerd(topology);
    const { value } = one(rendered, 'HTTPRoute', names(rendered, 'HTTPRoute')[0] ?? '').spec.rules[0].matches[0].path;
    expect(new RegExp(`^(?:${String(value)})$`).test(path)).toBe(isMatched);
  });

  test('methods of gRPC are matches of a GRPCRoute', () => {
    const { topology, checkout, payment } = shop({ port: Port.grpc(50051, { service: 'pay.Pay' }) });
    checkout.calls(payment, { allowedOperations: payment.methods('Charge') });
    const rendered = linkerd(topology);
    const [route = ''] = names(rendered, 'GRPCRoute');
    expect(problemsOf(rendered)).toEqual([]);
    expect(one(rendered, 'GRPCRoute', route).spec.rules).toEqual([
      { matches: [{ method: { type: 'Exact', service: 'pay.Pay', method: 'Charge' } }] },
    ]);
    expect(one(rendered, 'AuthorizationPolicy', route).spec.targetRef.kind).toBe('GRPCRoute');
  });

  test('a path that is no method of gRPC is an error', () => {
    const { topology, checkout, payment } = shop({ port: Port.grpc(50051) });
    checkout.calls(payment, { allowedOperations: [Operation.http('POST /a/b/c')] });
    expect(() => linkerd(topology)).toThrow('is no method of a gRPC service');
  });

  test('the name of a route depends on its clients alone', () => {
    const nameOf = (...operations: string[]) => {
      const { topology, checkout, payment } = shop();
      checkout.calls(payment, { allowedOperations: operations.map(each => Operation.http(each)) });
      return names(linkerd(topology), 'HTTPRoute');
    };
    expect(nameOf('GET /a')).toEqual(nameOf('GET /b', 'GET /c'));
  });
});

describe('probes', () => {
  test('of HTTP are authorized by a route where the Server has others', () => {
    const { topology, checkout, payment } = shop({ health: Health.http('/healthz?full=1') });
    checkout.calls(payment, { allowedOperations: [Operation.http('POST /charges')] });
    const rendered = linkerd(topology, { probeCidrs: ['10.0.0.0/24'] });
    const [networks = ''] = names(rendered, 'NetworkAuthentication');
    expect(one(rendered, 'NetworkAuthentication', networks).spec).toEqual({ networks: [{ cidr: '10.0.0.0/24' }] });
    expect(one(rendered, 'HTTPRoute', networks.replace('.networks', '')).spec.rules).toEqual([
      { matches: [{ path: { type: 'Exact', value: '/healthz' }, method: 'GET' }] },
    ]);
  });

  test('of HTTP need none elsewhere: Linkerd authorizes them', () => {
    const { topology, checkout, payment } = shop({ health: Health.http('/healthz') });
    checkout.calls(payment);
    expect(names(linkerd(topology), 'NetworkAuthentication')).toEqual([]);
  });

  test('of gRPC are authorized by a route in any case', () => {
    const { topology, checkout, payment } = shop({ port: Port.grpc(50051), health: Health.grpc() });
    checkout.calls(payment);
    const rendered = linkerd(topology);
    const [networks = ''] = names(rendered, 'NetworkAuthentication');
    expect(one(rendered, 'GRPCRoute', networks.replace('.networks', '')).spec.rules).toEqual([
      { matches: [{ method: { type: 'Exact', service: 'grpc.health.v1.Health', method: 'Check' } }] },
    ]);
  });

  test('of pods that other manifests declare are not known, which is an error where they would be denied', () => {
    const topology = new Topology('shop');
    const legacy = topology.addService('legacy', {
      port: Port.http(80),
      existingWorkload: { labels: { app: 'legacy' }, serviceAccount: 'legacy' },
    });
    plain(topology, 'web').calls(legacy, { allowedOperations: [Operation.http('GET /')] });
    expect(() => linkerd(topology)).toThrow('so their probes are not known');
  });
});

describe('callers outside the topology', () => {
  test('are allowed by their ServiceAccount, or by their addresses without an identity', () => {
    const { topology, payment } = shop();
    payment.allowFrom(Peer.serviceAccount({ namespace: 'ops', name: 'audit' }));
    payment.allowFrom(Peer.cidrs('10.8.0.0/24'), { plaintext: true });
    const rendered = linkerd(topology);
    expect(one(rendered, 'MeshTLSAuthentication', 'payment').spec.identityRefs).toEqual([account('audit', 'ops')]);
    expect(one(rendered, 'NetworkAuthentication', 'payment.networks').spec.networks).toEqual([{ cidr: '10.8.0.0/24' }]);
    expect(one(rendered, 'AuthorizationPolicy', 'payment.networks').spec.requiredAuthenticationRefs).toEqual([
      { group: POLICY, kind: 'NetworkAuthentication', name: 'payment.networks' },
    ]);
  });

  test('pods without an identity are allowed by any address, and NetworkPolicies by their labels', () => {
    const { topology, payment } = shop();
    payment.allowFrom(Peer.pods({ namespace: 'monitoring', labels: { app: 'prometheus' } }), { plaintext: true });
    const rendered = linkerd(topology);
    expect(one(rendered, 'NetworkAuthentication', 'payment.networks').spec.networks).toEqual([
      { cidr: '0.0.0.0/0' },
      { cidr: '::/0' },
    ]);
    expect(one(rendered, 'NetworkPolicy', 'payment').spec.ingress[0].ports).toEqual([{ protocol: 'TCP', port: 8080 }]);
  });

  test.each([
    ['another port', {}, { ports: [Port.http2(81)] }, { port: 81 }],
    ['fewer operations', { allowedOperations: [Operation.http('GET /')] }, {}, {}],
  ])('without an identity would open the port to a caller of %s, which is an error', (_, call, props, peer) => {
    const { topology, checkout, payment } = shop(props);
    checkout.calls(payment, call);
    payment.allowFrom(Peer.pods({ namespace: 'ops', labels: { app: 'x' } }), { plaintext: true, ...peer });
    expect(() => linkerd(topology)).toThrow('has no identity and may connect to port');
  });
});

describe('edges', () => {
  function withEdge() {
    const { topology, payment } = shop();
    topology.addEdge('api', { host: 'shop.example' }).route('GET /rates', payment);
    return linkerd(topology, { gateway: new EnvoyGateway() });
  }

  test('the pods of the gateway join the mesh, and requests from outside do not pass their proxy', () => {
    expect(one(withEdge(), 'Gateway', 'api').spec.infrastructure.annotations).toEqual({
      'linkerd.io/inject': 'enabled',
      'config.linkerd.io/skip-inbound-ports': '10080,19003',
    });
  });

  test('services allow the identity that Envoy Gateway gives its proxies', () => {
    expect(one(withEdge(), 'MeshTLSAuthentication', 'payment').spec.identityRefs).toEqual([
      account('envoy-shop-api-737a40b9', 'envoy-gateway-system'),
    ]);
  });

  test('without a gateway they are an error', () => {
    const { topology, payment } = shop();
    topology.addEdge('api', { host: 'shop.example' }).route('GET /rates', payment);
    expect(() => linkerd(topology)).toThrow('which a target without a gateway does not support');
  });
});

test('a rate limit is counted by each pod of the Server', () => {
  const { topology, payment } = shop();
  payment.addRateLimit(RateLimit.perSecond(50, 50));
  expect(one(linkerd(topology), 'HTTPLocalRateLimitPolicy', 'payment').spec).toEqual({
    targetRef: { group: POLICY, kind: 'Server', name: 'payment' },
    total: { requestsPerSecond: 50 },
  });
});
