import { Duration } from 'cdk8s';
import {
  Capability,
  HeaderMatch,
  Operation,
  OutboundTraffic,
  Peer,
  Port,
  ProxyLogLevel,
  RateLimit,
  RetryOn,
  type ServiceProps,
  TlsOrigination,
  Topology,
} from '../../lib';
import { names, one, plain, type Rendered } from '../istio/support';
import { problemsOf } from '../support/schemas';
import { linkerd } from './support';

const VERSIONS = { v1: { image: 'example/payment:1' }, v2: { image: 'example/payment:2' } };

function shop(props: ServiceProps = {}) {
  const topology = new Topology('shop');
  const payment = topology.addService('payment', { image: 'example/payment:1', port: Port.http(80), ...props });
  return { topology, checkout: plain(topology, 'checkout'), payment };
}

const versioned = (props: ServiceProps = {}) => shop({ image: undefined, versions: VERSIONS, ...props });
const annotations = (objects: readonly Rendered[]) => one(objects, 'Service', 'payment').metadata.annotations;
const parent = { group: '', kind: 'Service', name: 'payment', port: 80 };

describe('timeouts and retries', () => {
  test('are annotations of the Service', () => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, {
      timeout: Duration.seconds(2),
      retries: { attempts: 3, perTryTimeout: Duration.millis(400), on: [RetryOn.SERVER_ERROR, RetryOn.CONFLICT] },
    });
    expect(annotations(linkerd(topology))).toEqual({
      'timeout.linkerd.io/request': '2s',
      'retry.linkerd.io/limit': '3',
      'retry.linkerd.io/timeout': '400ms',
      'retry.linkerd.io/http': '5xx,409',
    });
  });

  test('of gRPC are retried by the status of gRPC', () => {
    const { topology, checkout, payment } = shop({ port: Port.grpc(80) });
    checkout.calls(payment, { retries: { attempts: 1 } });
    expect(annotations(linkerd(topology))).toEqual({
      'retry.linkerd.io/limit': '1',
      'retry.linkerd.io/grpc': 'unavailable',
    });
  });

  test('are annotations of the route where there is one', () => {
    const { topology, checkout, payment } = versioned();
    checkout.calls(payment, { timeout: Duration.millis(1500) });
    payment.split({ v1: 90, v2: 10 });
    const rendered = linkerd(topology);
    expect(annotations(rendered)).toBeUndefined();
    expect(one(rendered, 'HTTPRoute', 'payment').metadata.annotations).toEqual({
      'timeout.linkerd.io/request': '1500ms',
    });
  });

  test('none are rendered where none are declared', () => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, { retries: { attempts: 0 } });
    expect(annotations(linkerd(topology))).toBeUndefined();
  });

  test.each([
    [Port.http(80), [RetryOn.RESET], 'connections that are reset'],
    [Port.http(80), [RetryOn.UNAVAILABLE], 'HTTP requests by their HTTP status only'],
    [Port.grpc(80), [RetryOn.GATEWAY_ERROR], 'gRPC requests by their gRPC status only'],
    [Port.http(80), [RetryOn.CONNECT_FAILURE], 'needs a status to retry on'],
  ])('%# that Linkerd does not have is an error of the call', (port, on, message) => {
    const { topology, checkout, payment } = shop({ port });
    checkout.calls(payment, { retries: { attempts: 1, on } });
    expect(() => linkerd(topology)).toThrow(message);
    expect(() => linkerd(topology)).toThrow('shop/checkout → payment');
  });
});

describe('settings of the Service are those of all callers', () => {
  const timeout = Duration.seconds(1);

  test('so that a peer with an identity is an error', () => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, { timeout });
    payment.allowFrom(Peer.serviceAccount({ namespace: 'ops', name: 'audit' }));
    expect(() => linkerd(topology)).toThrow('would apply to ops/audit, too');
  });

  test('so that different ones are an error', () => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, { timeout });
    plain(topology, 'web').calls(payment);
    expect(() => linkerd(topology)).toThrow(Capability.POLICY_BY_CALLER);
  });

  test('so that a caller without a proxy is an error', () => {
    const { topology, payment } = shop({ inMesh: false });
    plain(topology, 'web', { inMesh: false }).calls(payment, { timeout });
    expect(() => linkerd(topology)).toThrow('applied by the proxy of the caller, which has none');
  });

  test('so that they are an error for a Service that other manifests declare', () => {
    const topology = new Topology('shop');
    const legacy = topology.addService('legacy', {
      port: Port.http(80),
      existingWorkload: { labels: { app: 'legacy' }, serviceAccount: 'legacy', hasService: true },
    });
    plain(topology, 'web').calls(legacy, { timeout });
    expect(() => linkerd(topology)).toThrow('Other manifests declare its Service');
  });
});

describe('routes', () => {
  test('split requests over a Service for each version', () => {
    const { topology, checkout, payment } = versioned();
    checkout.calls(payment);
    payment.split({ v1: 90, v2: 10 });
    const rendered = linkerd(topology);
    expect(problemsOf(rendered)).toEqual([]);
    expect(names(rendered, 'Service').sort()).toEqual(['checkout', 'payment', 'payment-v1', 'payment-v2']);
    expect(one(rendered, 'HTTPRoute', 'payment').spec).toEqual({
      parentRefs: [parent],
      rules: [
        {
          backendRefs: [
            { name: 'payment-v1', port: 80, weight: 90 },
            { name: 'payment-v2', port: 80, weight: 10 },
          ],
        },
      ],
    });
  });

  test('match headers before all other requests', () => {
    const { topology, checkout, payment } = versioned();
    checkout.calls(payment);
    payment.routeTo('v2', HeaderMatch.prefix('x-user', 'test-'));
    const { rules } = one(linkerd(topology), 'HTTPRoute', 'payment').spec;
    expect(rules[0]).toEqual({
      matches: [{ headers: [{ type: 'RegularExpression', name: 'x-user', value: 'test-.*' }] }],
      backendRefs: [{ name: 'payment-v2', port: 80 }],
    });
    expect(rules[1].matches).toBeUndefined();
  });

  test('change headers', () => {
    const { topology, checkout, payment } = shop();
    checkout.calls(payment, { headers: { request: { set: { 'x-a': '1' } }, response: { remove: ['server'] } } });
    expect(one(linkerd(topology), 'HTTPRoute', 'payment').spec.rules).toEqual([
      {
        filters: [
          { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-a', value: '1' }] } },
          { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } },
        ],
        backendRefs: [{ name: 'payment', port: 80 }],
      },
    ]);
  });

  test('are of the kind of the protocol', () => {
    for (const [port, kind] of [
      [Port.grpc(80), 'GRPCRoute'],
      [Port.tcp(80), 'TCPRoute'],
    ] as const) {
      const { topology, checkout, payment } = versioned({ port });
      checkout.calls(payment);
      payment.split({ v1: 50, v2: 50 });
      const rendered = linkerd(topology);
      expect(one(rendered, kind, 'payment').spec.parentRefs).toEqual([parent]);
    }
  });
});

describe('circuit breakers', () => {
  test('eject endpoints by consecutive failures', () => {
    const { topology, payment } = shop();
    payment.addCircuitBreaker({ consecutive5xxErrors: 5, baseEjectionTime: Duration.seconds(10) });
    expect(annotations(linkerd(topology))).toEqual({
      'balancer.linkerd.io/failure-accrual': 'consecutive',
      'balancer.linkerd.io/failure-accrual-consecutive-max-failures': '5',
      'balancer.linkerd.io/failure-accrual-consecutive-min-penalty': '10000ms',
      'balancer.linkerd.io/failure-accrual-consecutive-max-penalty': '300000ms',
    });
  });

  test('with other limits are an error that names them', () => {
    const { topology, payment } = shop();
    payment.addCircuitBreaker({ consecutive5xxErrors: 5, maxConnections: 10 });
    expect(() => linkerd(topology)).toThrow('Its circuit breaker declares maxConnections');
  });

  test('of TCP are an error', () => {
    const { topology, payment } = shop({ port: Port.tcp(80) });
    payment.addCircuitBreaker({ consecutive5xxErrors: 5 });
    expect(() => linkerd(topology)).toThrow('Linkerd counts failed requests only');
  });
});

describe('hosts outside the cluster', () => {
  test('are routes of an EgressNetwork that denies all others', () => {
    const { topology, payment } = shop();
    payment.calls(topology.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) }));
    payment.calls(topology.addExternalService('rates', { host: '*.rates.example', port: Port.http(80) }), {
      timeout: Duration.seconds(1),
      allowedOperations: [Operation.http('GET /eur')],
    });
    const rendered = linkerd(topology);
    expect(problemsOf(rendered)).toEqual([]);
    expect(one(rendered, 'EgressNetwork', 'external').spec).toEqual({ trafficPolicy: 'Deny' });
    const at = (port: number) => ({ group: 'policy.linkerd.io', kind: 'EgressNetwork', name: 'external', port });
    expect(one(rendered, 'TLSRoute', 'bank-443').spec).toEqual({
      parentRefs: [at(443)],
      hostnames: ['bank.example'],
      rules: [{ backendRefs: [at(443)] }],
    });
    const route = one(rendered, 'HTTPRoute', 'rates-80');
    expect(route.metadata.annotations).toEqual({ 'timeout.linkerd.io/request': '1s' });
    expect(route.spec).toEqual({
      parentRefs: [at(80)],
      hostnames: ['*.rates.example'],
      rules: [{ matches: [{ path: { type: 'Exact', value: '/eur' }, method: 'GET' }], backendRefs: [at(80)] }],
    });
  });

  test('with addresses are an EgressNetwork of their own', () => {
    const { topology, payment } = shop();
    payment.calls(topology.addExternalService('mainframe', { addresses: ['10.9.0.7'], port: Port.tcp(5432) }));
    const rendered = linkerd(topology);
    expect(names(rendered, 'EgressNetwork')).toEqual(['mainframe']);
    expect(one(rendered, 'EgressNetwork', 'mainframe').spec.networks).toEqual([{ cidr: '10.9.0.7/32' }]);
    expect(names(rendered, 'TCPRoute')).toEqual(['mainframe-5432']);
  });

  test('that two callers of a namespace do not share are an error', () => {
    const { topology, checkout, payment } = shop();
    payment.calls(topology.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) }));
    checkout.calls(topology.addExternalService('mail', { host: 'mail.example', port: Port.tls(443) }));
    expect(() => linkerd(topology)).toThrow('call different hosts or operations outside the cluster');
  });

  test('a caller of any host beside a caller of some is an error, alone it has no EgressNetwork', () => {
    const { topology, payment } = shop({ outboundTraffic: OutboundTraffic.any('a crawler') });
    expect(names(linkerd(topology), 'EgressNetwork')).toEqual([]);
    const other = new Topology('other');
    plain(other, 'crawler', { outboundTraffic: OutboundTraffic.any('a crawler') });
    plain(other, 'web').calls(other.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) }));
    expect(() => linkerd(other)).toThrow('call different hosts');
    expect(payment.name).toBe('payment');
  });

  test.each([
    [
      'TLS origination',
      { port: Port.http(80, { target: 443 }), tlsOrigination: TlsOrigination.simple() },
      'originates no TLS',
    ],
    ['another target port', { port: Port.http(80, { target: 8080 }) }, 'leads to port 8080'],
    ['plain TCP without addresses', { port: Port.tcp(5432) }, 'names its host'],
  ])('with %s are an error', (_, props, message) => {
    const { topology, payment } = shop();
    payment.calls(topology.addExternalService('bank', { host: 'bank.example', ...props }));
    expect(() => linkerd(topology)).toThrow(message);
  });
});

describe('what is not supported is an error that names it', () => {
  test('rate limits of an operation, two limits, or a burst', () => {
    const one = shop();
    one.payment.addRateLimit(RateLimit.perSecond(5, 5), { operation: Operation.http('GET /a') });
    expect(() => linkerd(one.topology)).toThrow('It limits the rate of GET /a');
    const burst = shop();
    burst.payment.addRateLimit(RateLimit.perSecond(5));
    expect(() => linkerd(burst.topology)).toThrow('allows 10 requests at once');
  });

  test('denied operations', () => {
    const { topology } = shop({ deniedOperations: [Operation.http('ANY /admin')] });
    expect(() => linkerd(topology)).toThrow('It denies ANY /admin to all callers');
  });

  test('settings of Envoy', () => {
    const { topology } = shop({ proxy: { logLevel: ProxyLogLevel.DEBUG } });
    expect(() => linkerd(topology)).toThrow('`logLevel`');
  });
});

test('settings of the proxy are annotations of the pods', () => {
  const { topology } = shop({
    proxy: {
      resources: { cpu: '50m', cpuLimit: '1', memory: '32Mi', memoryLimit: '64Mi' },
      terminationDrainDuration: Duration.seconds(20),
      excludeOutboundPorts: [9999],
    },
  });
  expect(one(linkerd(topology), 'Deployment', 'payment-v1').spec.template.metadata.annotations).toEqual({
    'config.linkerd.io/proxy-cpu-request': '50m',
    'config.linkerd.io/proxy-cpu-limit': '1',
    'config.linkerd.io/proxy-memory-request': '32Mi',
    'config.linkerd.io/proxy-memory-limit': '64Mi',
    'config.linkerd.io/shutdown-grace-period': '20s',
    'config.linkerd.io/skip-outbound-ports': '9999',
  });
});

test('no workload of a topology is in the namespace of the control plane', () => {
  const topology = new Topology('linkerd');
  plain(topology, 'web');
  expect(() => linkerd(topology)).toThrow();
  expect(() => linkerd(topology, { controlPlaneNamespace: 'mesh' })).not.toThrow();
});
