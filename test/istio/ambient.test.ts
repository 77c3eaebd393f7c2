import { Duration, Testing } from 'cdk8s';
import {
  Auth,
  ClusterApp,
  type IstioAmbientProps,
  HeaderMatch,
  LoadBalancingAlgorithm,
  Mesh,
  Operation,
  Peer,
  Port,
  ProxyExtension,
  type ServiceProps,
  TlsOrigination,
  Topology,
  TopologyChart,
} from '../../lib';
import { Traffic } from '../../lib/testing';
import { problemsOf } from '../support/schemas';
import { manifestsOf } from '../support/manifests';
import { names, one, plain, type Rendered } from './support';

const JWKS = { issuer: 'https://issuer.example', audiences: ['shop'], jwksUri: 'https://issuer.example/keys' };

function ambient(topology: Topology, props: IstioAmbientProps = {}): Rendered[] {
  return Testing.synth(
    new TopologyChart(new ClusterApp(), 'test', { topology, mesh: Mesh.ambient(props) }),
  ) as Rendered[];
}

const principal = (name: string) => `cluster.local/ns/shop/sa/${name}`;
const pods = (labels: object) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
  podSelector: { matchLabels: labels },
});
const WAYPOINT = pods({ 'gateway.networking.k8s.io/gateway-name': 'waypoint' });
const HBONE = [{ protocol: 'TCP', port: 15008 }];

/** checkout calls payment, whose port differs from that of its pods. */
function shop(props: ServiceProps = {}) {
  const topology = new Topology('shop');
  const payment = plain(topology, 'payment', { port: Port.http(80, { target: 8080 }), ...props });
  return { topology, checkout: plain(topology, 'checkout'), payment };
}

describe('without rules for requests', () => {
  function objects(): Rendered[] {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment);
    return ambient(topology);
  }

  test('every object is valid, and there is no waypoint, no Sidecar and no VirtualService', () => {
    expect(problemsOf(objects())).toEqual([]);
    for (const kind of ['Gateway', 'HTTPRoute', 'Sidecar', 'VirtualService', 'DestinationRule', 'EnvoyFilter']) {
      expect(names(objects(), kind)).toEqual([]);
    }
  });

  test('the namespace is in ambient mode, and strict', () => {
    expect(one(objects(), 'Namespace', 'shop').metadata.labels).toMatchObject({ 'istio.io/dataplane-mode': 'ambient' });
    expect(one(objects(), 'PeerAuthentication', 'default').spec).toEqual({ mtls: { mode: 'STRICT' } });
    expect(one(objects(), 'AuthorizationPolicy', 'allow-nothing').spec).toEqual({});
  });

  test('ztunnel allows the identity of the caller at the port of the pods', () => {
    expect(one(objects(), 'AuthorizationPolicy', 'payment').spec).toEqual({
      selector: { matchLabels: { app: 'payment' } },
      action: 'ALLOW',
      rules: [
        { from: [{ source: { principals: [principal('checkout')] } }], to: [{ operation: { ports: ['8080'] } }] },
      ],
    });
  });

  test('NetworkPolicies allow HBONE between the pods, and the probes of the kubelet', () => {
    expect(one(objects(), 'NetworkPolicy', 'payment').spec.ingress).toEqual([
      { from: [pods({ app: 'checkout' })], ports: HBONE },
    ]);
    expect(one(objects(), 'NetworkPolicy', 'checkout').spec.egress).toEqual([
      { to: [pods({ app: 'payment' })], ports: HBONE },
    ]);
    expect(one(objects(), 'NetworkPolicy', 'default-deny').spec.ingress[0]).toEqual({
      from: [
        { ipBlock: { cidr: '169.254.7.127/32' } },
        { ipBlock: { cidr: 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128' } },
      ],
    });
  });

  test('pods outside the mesh opt out, and are called at their own port', () => {
    const { topology, checkout, payment } = shop({ inMesh: false });
    checkout.calls(payment);
    const rendered = ambient(topology);
    expect(one(rendered, 'Deployment', 'payment-v1').spec.template.metadata.labels).toMatchObject({
      'istio.io/dataplane-mode': 'none',
    });
    expect(one(rendered, 'NetworkPolicy', 'checkout').spec.egress).toEqual([
      { to: [pods({ app: 'payment' })], ports: [{ protocol: 'TCP', port: 8080 }] },
    ]);
  });
});

describe('with rules for requests', () => {
  function objects(): Rendered[] {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, { allowedOperations: [Operation.http('POST /charge')], timeout: Duration.seconds(2) });
    return ambient(topology);
  }

  test('every object is valid', () => {
    expect(problemsOf(objects())).toEqual([]);
  });

  test('the namespace has a waypoint that allows nothing by itself, for the Services with its label', () => {
    expect(one(objects(), 'Gateway', 'waypoint').spec).toMatchObject({
      gatewayClassName: 'istio-waypoint',
      listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
    });
    expect(one(objects(), 'AuthorizationPolicy', 'waypoint.allow-nothing').spec).toEqual({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }],
      action: 'ALLOW',
    });
    expect(one(objects(), 'Service', 'payment').metadata.labels).toMatchObject({ 'istio.io/use-waypoint': 'waypoint' });
    expect(one(objects(), 'Service', 'checkout').metadata.labels).not.toHaveProperty(['istio.io/use-waypoint']);
  });

  test('istiod runs at least two pods of the waypoint', () => {
    expect(one(objects(), 'ConfigMap', 'waypoint-parameters').data?.horizontalPodAutoscaler).toContain(
      'minReplicas: 2',
    );
  });

  test('the waypoint allows the operations of the caller at the port of the Service', () => {
    expect(one(objects(), 'AuthorizationPolicy', 'payment.waypoint').spec).toEqual({
      targetRefs: [{ group: '', kind: 'Service', name: 'payment' }],
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: [principal('checkout')] } }],
          to: [{ operation: { ports: ['80'], methods: ['POST'], paths: ['/charge'] } }],
        },
      ],
    });
  });

  test('ztunnel allows the identity of the waypoint alone', () => {
    expect(one(objects(), 'AuthorizationPolicy', 'payment').spec.rules).toEqual([
      { from: [{ source: { principals: [principal('waypoint')] } }], to: [{ operation: { ports: ['8080'] } }] },
    ]);
  });

  test('a route of the Service has the timeout', () => {
    expect(one(objects(), 'HTTPRoute', 'payment').spec).toEqual({
      parentRefs: [{ group: '', kind: 'Service', name: 'payment', port: 80 }],
      rules: [{ backendRefs: [{ name: 'payment', port: 80 }], timeouts: { request: '2s' } }],
    });
  });

  test('NetworkPolicies lead from the caller to the waypoint, and from there to the pods', () => {
    expect(one(objects(), 'NetworkPolicy', 'checkout').spec.egress).toEqual([{ to: [WAYPOINT], ports: HBONE }]);
    expect(one(objects(), 'NetworkPolicy', 'waypoint').spec).toMatchObject({
      ingress: [{ from: [pods({ app: 'checkout' })], ports: HBONE }],
      egress: [{ to: [pods({ app: 'payment' })], ports: HBONE }],
    });
    expect(one(objects(), 'NetworkPolicy', 'payment').spec.ingress).toEqual([{ from: [WAYPOINT], ports: HBONE }]);
  });

  test('tokens and denied operations are enforced by the waypoint, which the gateway of an edge connects to', () => {
    const { topology, checkout, payment } = shop({ deniedOperations: [Operation.http('ANY /admin')] });
    checkout.calls(payment);
    payment.requireAuth({ auth: Auth.jwt(JWKS) });
    topology.addEdge('api', { host: 'api.example', tlsSecret: 'tls' }).route('GET /charges', payment);
    const rendered = ambient(topology);
    const targetRefs = [{ group: '', kind: 'Service', name: 'payment' }];
    expect(problemsOf(rendered)).toEqual([]);
    expect(one(rendered, 'RequestAuthentication', 'payment').spec.targetRefs).toEqual(targetRefs);
    expect(one(rendered, 'AuthorizationPolicy', 'payment.denied-operations').spec).toMatchObject({
      targetRefs,
      rules: [{ to: [{ operation: { ports: ['80'], paths: ['/admin'] } }] }],
    });
    expect(one(rendered, 'Service', 'payment').metadata.labels).toMatchObject({
      'istio.io/ingress-use-waypoint': 'true',
    });
    expect(one(rendered, 'AuthorizationPolicy', 'payment').spec.rules).toHaveLength(1);
    expect(JSON.stringify(one(rendered, 'AuthorizationPolicy', 'payment.waypoint').spec)).toContain(
      principal('api-istio'),
    );
    expect(one(rendered, 'NetworkPolicy', 'api').spec.egress).toEqual([{ to: [WAYPOINT], ports: HBONE }]);
  });

  test('requests of an edge whose gateway enforces everything pass the waypoint by', () => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, { timeout: Duration.seconds(2) });
    topology.addEdge('api', { host: 'api.example', tlsSecret: 'tls' }).route('GET /charges', payment);
    const rendered = ambient(topology);
    expect(one(rendered, 'Service', 'payment').metadata.labels).not.toHaveProperty(['istio.io/ingress-use-waypoint']);
    expect(one(rendered, 'AuthorizationPolicy', 'payment').spec.rules[1]).toEqual({
      from: [{ source: { principals: [principal('api-istio')] } }],
      to: [{ operation: { ports: ['8080'] } }],
    });
    expect(one(rendered, 'NetworkPolicy', 'payment').spec.ingress).toEqual([
      { from: [WAYPOINT], ports: HBONE },
      { from: [pods({ 'gateway.networking.k8s.io/gateway-name': 'api' })], ports: HBONE },
    ]);
  });
});

describe('routing by version', () => {
  function objects(declare: (service: ReturnType<typeof plain>) => void): Rendered[] {
    const { topology, checkout, payment } = shop({ versions: { v1: {}, v2: {} } });
    checkout.calls(payment);
    declare(payment);
    return ambient(topology);
  }

  test('each version has a Service, and requests are split among them', () => {
    const rendered = objects(payment => payment.split({ v1: 90, v2: 10 }));
    expect(problemsOf(rendered)).toEqual([]);
    expect(one(rendered, 'HTTPRoute', 'payment').spec.rules).toEqual([
      {
        backendRefs: [
          { name: 'payment-v1', port: 80, weight: 90 },
          { name: 'payment-v2', port: 80, weight: 10 },
        ],
      },
    ]);
    expect(one(rendered, 'Service', 'payment-v2').spec.selector).toEqual({ app: 'payment', version: 'v2' });
    expect(one(rendered, 'Service', 'payment-v2').metadata.labels).not.toHaveProperty(['istio.io/use-waypoint']);
  });

  test('requests with a header come first, with a copy to another version', () => {
    const rendered = objects(payment => {
      payment.split({ v1: 100 });
      payment.routeTo('v2', HeaderMatch.prefix('x-user', 'qa.'));
      payment.mirrorTo('v2', 50);
    });
    expect(problemsOf(rendered)).toEqual([]);
    expect(one(rendered, 'HTTPRoute', 'payment').spec.rules[0]).toMatchObject({
      matches: [{ headers: [{ type: 'RegularExpression', name: 'x-user', value: 'qa\\..*' }] }],
      filters: [
        { type: 'RequestMirror', requestMirror: { backendRef: { name: 'payment-v2', port: 80 }, percent: 50 } },
      ],
      backendRefs: [{ name: 'payment-v2', port: 80 }],
    });
  });

  test('every version has the circuit breaker, with the ejection limit of its own replicas', () => {
    const rendered = objects(payment => {
      payment.split({ v1: 50, v2: 50 });
      payment.addCircuitBreaker({ maxConnections: 7, consecutive5xxErrors: 3 });
    });
    expect(names(rendered, 'DestinationRule')).toEqual(['payment-v1', 'payment-v2', 'payment']);
    expect(one(rendered, 'DestinationRule', 'payment-v1').spec).toMatchObject({
      host: 'payment-v1.shop.svc.cluster.local',
      trafficPolicy: { connectionPool: { tcp: { maxConnections: 7 } } },
    });
    expect(one(rendered, 'DestinationRule', 'payment').spec).not.toHaveProperty('subsets');
  });
});

describe('what a call changes', () => {
  test('a rewritten prefix is a rule of its own, since other paths stay as they are', () => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, {
      rewrite: { pathPrefix: { from: '/v1', to: '/' }, host: 'pay.example' },
      headers: { request: { set: { 'x-caller': 'checkout' } } },
    });
    const rendered = ambient(topology);
    const headers = {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'x-caller', value: 'checkout' }] },
    };
    expect(problemsOf(rendered)).toEqual([]);
    expect(one(rendered, 'HTTPRoute', 'payment').spec.rules).toMatchObject([
      {
        matches: [{ path: { type: 'PathPrefix', value: '/v1' } }],
        filters: [
          {
            type: 'URLRewrite',
            urlRewrite: { hostname: 'pay.example', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
          },
          headers,
        ],
      },
      { filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'pay.example' } }, headers] },
    ]);
  });
});

describe('what the proxy of a service does', () => {
  const targetRefs = [{ group: '', kind: 'Service', name: 'payment' }];
  const objectsWith = (props: ServiceProps) => {
    const { topology, checkout, payment } = shop(props);
    checkout.calls(payment);
    const rendered = ambient(topology);
    expect(problemsOf(rendered)).toEqual([]);
    return rendered;
  };

  test('modules are those of the waypoint, which loads them', () => {
    const module = ProxyExtension.wasm({ url: 'oci://registry.example/auth:1', sha256: 'a'.repeat(64) });
    const rendered = objectsWith({ proxyExtensions: [module] });
    expect(one(rendered, 'WasmPlugin', 'payment-wasm-0').spec.targetRefs).toEqual(targetRefs);
    expect(one(rendered, 'NetworkPolicy', 'waypoint').spec.egress[1].ports).toEqual([{ protocol: 'TCP', port: 443 }]);
    expect(one(rendered, 'NetworkPolicy', 'payment').spec).not.toHaveProperty('egress');
  });

  test('telemetry is that of the waypoint', () => {
    const rendered = objectsWith({ telemetry: { accessLog: false } });
    expect(one(rendered, 'Telemetry', 'payment').spec).toMatchObject({
      targetRefs,
      accessLogging: [{ disabled: true }],
    });
  });

  test('scripts are TrafficExtensions of the waypoint, after modules and in the declared order', () => {
    const scripts = ['a', 'b'].map(each => `function envoy_on_request() ${each} = 1 end`);
    const module = ProxyExtension.wasm({ url: 'oci://registry.example/auth:1', sha256: 'a'.repeat(64) });
    const rendered = objectsWith({ proxyExtensions: [...scripts.map(each => ProxyExtension.lua(each)), module] });
    expect(scripts.map((_, index) => one(rendered, 'TrafficExtension', `payment-lua-${index}`).spec)).toEqual(
      scripts.map((inlineCode, index) => ({
        targetRefs,
        priority: -index,
        lua: { inlineCode },
        match: [{ mode: 'SERVER' }],
      })),
    );
    expect(one(rendered, 'WasmPlugin', 'payment-wasm-0').spec.priority).toBe(1);
    expect(names(rendered, 'EnvoyFilter')).toEqual([]);
    const traffic = Traffic.of(manifestsOf(rendered)).from('shop/checkout-v1');
    expect(() => traffic.http('GET http://payment/')).toThrow('TrafficExtension');
  });

  test('scripts of a service with sidecars stay an EnvoyFilter', () => {
    const { topology, checkout, payment } = shop({
      proxyExtensions: [ProxyExtension.lua('function envoy_on_request() end')],
    });
    checkout.calls(payment);
    const rendered = ambient(topology, { sidecars: { namespaces: ['shop'] } });
    expect(names(rendered, 'EnvoyFilter')).toEqual(['payment-lua']);
    expect(names(rendered, 'TrafficExtension')).toEqual([]);
  });
});

describe('external services', () => {
  function objects(): Rendered[] {
    const topology = new Topology('shop');
    const stripe = topology.addExternalService('stripe', { host: 'api.stripe.com', port: Port.tls(443) });
    plain(topology, 'payment').calls(stripe);
    return ambient(topology);
  }

  test('they are reached through the waypoint alone, which allows each caller', () => {
    const rendered = objects();
    expect(problemsOf(rendered)).toEqual([]);
    expect(one(rendered, 'ServiceEntry', 'stripe').metadata.labels).toMatchObject({
      'istio.io/use-waypoint': 'waypoint',
    });
    expect(one(rendered, 'AuthorizationPolicy', 'stripe.waypoint').spec).toEqual({
      targetRefs: [{ group: 'networking.istio.io', kind: 'ServiceEntry', name: 'stripe' }],
      action: 'ALLOW',
      rules: [{ from: [{ source: { principals: [principal('payment')] } }], to: [{ operation: { ports: ['443'] } }] }],
    });
    expect(one(rendered, 'NetworkPolicy', 'payment').spec.egress).toEqual([{ to: [WAYPOINT], ports: HBONE }]);
    expect(one(rendered, 'NetworkPolicy', 'waypoint').spec.egress[0].ports).toEqual([{ protocol: 'TCP', port: 443 }]);
  });
});

describe('what a waypoint cannot enforce is an error', () => {
  const refusal = (declare: (parts: ReturnType<typeof shop>) => void, props: ServiceProps = {}) => {
    const parts = shop(props);
    declare(parts);
    return () => ambient(parts.topology);
  };

  test.each([
    ['retries', { retries: { attempts: 2 } }],
    ['injected faults', { faults: { abort: { status: 503 } } }],
  ])('%s of a call, which is named', (feature, props) => {
    expect(refusal(({ checkout, payment }) => checkout.calls(payment, props))).toThrow(
      `shop/checkout → payment] It requires ${feature}, which Istio in ambient mode does not support`,
    );
  });

  test('a rule for requests at a service in the namespace of another owner', () => {
    expect(
      refusal(({ checkout, payment }) => checkout.calls(payment, { timeout: Duration.seconds(1) }), {
        namespace: 'theirs',
      }),
    ).toThrow("namespace theirs is not the topology's");
  });

  test('a token that callers without mutual TLS would not present', () => {
    expect(
      refusal(({ payment }) => {
        payment.requireAuth({ auth: Auth.jwt(JWKS) });
        payment.allowFrom(Peer.cidrs('10.0.0.0/24'), { plaintext: true });
      }),
    ).toThrow('connects without mutual TLS');
  });

  test('the timeout of calls that would apply to callers outside the topology as well', () => {
    expect(
      refusal(({ checkout, payment }) => {
        checkout.calls(payment, { timeout: Duration.seconds(1) });
        payment.allowFrom(Peer.serviceAccount({ namespace: 'monitoring', name: 'prober' }));
      }),
    ).toThrow('would also apply to requests of monitoring/prober');
  });

  test('rules for the path that a call rewrites', () => {
    expect(
      refusal(
        ({ checkout, payment }) => checkout.calls(payment, { rewrite: { pathPrefix: { from: '/v1', to: '/' } } }),
        { deniedOperations: [Operation.http('GET /x')] },
      ),
    ).toThrow('a waypoint evaluates them before its routes');
  });

  test('a service with the name of the waypoint', () => {
    expect(
      refusal(({ topology, checkout, payment }) => {
        plain(topology, 'waypoint');
        checkout.calls(payment, { timeout: Duration.seconds(1) });
      }),
    ).toThrow('whose Gateway, Service and ServiceAccount have that name');
  });

  test.each<[string, (parts: ReturnType<typeof shop>) => void]>([
    [
      'the timeout, header changes or rewrites of its calls',
      ({ checkout, payment }) => checkout.calls(payment, { timeout: Duration.seconds(1) }),
    ],
    ['its circuit breaker', ({ payment }) => payment.addCircuitBreaker({ maxConnections: 1 })],
    [
      'its load balancing settings',
      ({ payment }) => payment.addLoadBalancing({ algorithm: LoadBalancingAlgorithm.RANDOM }),
    ],
    ['its routing by version', ({ payment }) => payment.split({ v1: 100 })],
  ])('%s of a service outside the mesh, which has no waypoint', (what, declare) => {
    const declaring = refusal(
      parts => {
        declare(parts);
        if (parts.checkout.outgoingCalls.length === 0) {
          parts.checkout.calls(parts.payment);
        }
      },
      { inMesh: false, versions: { v1: {}, v2: {} } },
    );
    expect(declaring).toThrow(`so nothing applies ${what}`);
  });

  const workload = { labels: { app: 'payment' }, serviceAccount: 'payment', hasService: true };
  test.each<[string, ServiceProps, string]>([
    ['a headless service', { headless: true, port: Port.http(80) }, 'connect to its pods, past the waypoint'],
    [
      'a Service of other manifests',
      { image: undefined, existingWorkload: workload },
      'other manifests declare its Service',
    ],
    [
      'the service of another owner',
      { image: undefined, existingWorkload: workload, namespace: 'theirs' },
      'as its owner declares it',
    ],
  ])('the timeout of calls of %s', (_, props, reason) => {
    expect(
      refusal(({ checkout, payment }) => checkout.calls(payment, { timeout: Duration.seconds(1) }), props),
    ).toThrow(reason);
  });

  test('different timeouts of calls of an external service', () => {
    expect(
      refusal(({ topology, checkout, payment }) => {
        const bank = topology.addExternalService('bank', { host: 'bank.example', port: Port.http(80) });
        checkout.calls(bank, { timeout: Duration.seconds(1) });
        payment.calls(bank, { timeout: Duration.seconds(2) });
      }),
    ).toThrow('Its calls have different timeouts');
  });

  test('the timeout of calls of an external service that callers outside the mesh make', () => {
    expect(
      refusal(
        ({ topology, payment }) =>
          payment.calls(topology.addExternalService('bank', { host: 'bank.example', port: Port.http(80) }), {
            timeout: Duration.seconds(2),
          }),
        { inMesh: false },
      ),
    ).toThrow('Callers outside the mesh pass its waypoint by');
  });

  test('a client certificate for an external service', () => {
    expect(
      refusal(({ topology, payment }) =>
        payment.calls(
          topology.addExternalService('bank', {
            host: 'bank.example',
            port: Port.http(80, { target: 443 }),
            tlsOrigination: TlsOrigination.mutual({ secret: 'bank' }),
          }),
        ),
      ),
    ).toThrow('a waypoint mounts no Secrets');
  });

  test('an external service without a single name', () => {
    expect(
      refusal(({ topology, payment }) =>
        payment.calls(topology.addExternalService('any', { host: '*.example.com', port: Port.tls(443) })),
      ),
    ).toThrow('a waypoint resolves external services by one name');
  });
});
