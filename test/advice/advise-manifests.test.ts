import { adviseManifests } from '../../lib/advice';
import { Cluster, loadResources } from '../../lib/manifests';

const cluster = (...objects: string[]) => new Cluster(loadResources(objects.join('\n---\n'), { file: 'f.yaml' }));
const networking = (kind: string, spec: string) =>
  `{apiVersion: networking.istio.io/v1, kind: ${kind}, metadata: {name: a, namespace: shop}, spec: ${spec}}`;
const security = (kind: string, spec: string, namespace = 'shop') =>
  `{apiVersion: security.istio.io/v1, kind: ${kind}, metadata: {name: a, namespace: ${namespace}}, spec: ${spec}}`;
const route = (spec: string) =>
  `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a, namespace: shop}, spec: ${spec}}`;
const workload = (kind: string, spec = '') =>
  `{apiVersion: apps/v1, kind: ${kind}, metadata: {name: a, namespace: shop}, spec: {${spec}selector: {matchLabels: {app: a}}, `
  + 'template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: a}]}}}}';
const virtualService = (rule: string) => networking('VirtualService', `{hosts: [a], http: [${rule}]}`);

const features = (...objects: string[]) =>
  adviseManifests(cluster(...objects)).tiers[0]?.missing.map(({ feature }) => feature);

test.each([
  ['a timeout', virtualService('{timeout: 1s}')],
  ['retries', virtualService('{retries: {attempts: 2}}')],
  ['injected faults', virtualService('{fault: {abort: {httpStatus: 500}}}')],
  ['mirroring', virtualService('{mirror: {host: b}}')],
  ['rewrites', virtualService('{rewrite: {uri: /}}')],
  ['header changes', virtualService('{headers: {request: {set: {a: b}}}}')],
  [
    'a traffic split',
    virtualService('{route: [{destination: {host: a}, weight: 90}, {destination: {host: b}, weight: 10}]}'),
  ],
  ['routing by header', virtualService('{match: [{headers: {a: {exact: b}}}]}')],
  ['a circuit breaker', networking('DestinationRule', '{host: a, trafficPolicy: {outlierDetection: {}}}')],
  ['a circuit breaker', networking('DestinationRule', '{host: a, subsets: [{trafficPolicy: {connectionPool: {}}}]}')],
  ['load balancing settings', networking('DestinationRule', '{host: a, trafficPolicy: {loadBalancer: {}}}')],
  ['mutual TLS', security('PeerAuthentication', '{mtls: {mode: STRICT}}')],
  ['mutual TLS', security('AuthorizationPolicy', '{rules: [{from: [{source: {principals: [a]}}]}]}')],
  ['allowed operations', security('AuthorizationPolicy', '{rules: [{to: [{operation: {methods: [GET]}}]}]}')],
  ['token verification at services', security('RequestAuthentication', '{jwtRules: []}')],
  ['egress by host name', networking('ServiceEntry', '{hosts: [a.example]}')],
  ['changed configuration of Envoy', networking('EnvoyFilter', '{configPatches: []}')],
  ['a timeout', route('{parentRefs: [{kind: Service, group: "", name: a}], rules: [{timeouts: {request: 1s}}]}')],
  ['rewrites', route('{parentRefs: [{kind: Service, group: "", name: a}], rules: [{filters: [{type: URLRewrite}]}]}')],
])('%s needs a mesh: %s', (feature, object) => {
  expect(features(object)).toEqual([feature]);
});

test.each([
  ['retries that are off', virtualService('{retries: {attempts: 0}}')],
  ['one destination', virtualService('{route: [{destination: {host: a}}]}')],
  [
    'a destination without a share',
    virtualService('{route: [{destination: {host: a}}, {destination: {host: b}, weight: 0}]}'),
  ],
  ['routes of a gateway', networking('VirtualService', '{hosts: [a], gateways: [g], http: [{timeout: 1s}]}')],
  ['routes of a Gateway', route('{parentRefs: [{name: g}], rules: [{timeouts: {request: 1s}}]}')],
  ['policies of a Gateway', security('RequestAuthentication', '{targetRefs: [{kind: Gateway, name: g}]}')],
  ['policies of gateways', security('RequestAuthentication', '{selector: {matchLabels: {istio: ingressgateway}}}')],
  [
    'filters of gateways',
    networking('EnvoyFilter', '{workloadSelector: {labels: {gateway.networking.k8s.io/gateway-name: g}}}'),
  ],
  ['PERMISSIVE', security('PeerAuthentication', '{mtls: {mode: PERMISSIVE}}')],
])('%s need no mesh: %s', (_, object) => {
  expect(features(object)).toEqual([]);
});

test('a VirtualService for gateways and the mesh needs a mesh, once for each feature', () => {
  const object = networking(
    'VirtualService',
    '{hosts: [a], gateways: [g, mesh], http: [{timeout: 1s}, {timeout: 2s}]}',
  );

  expect(adviseManifests(cluster(object)).tiers[0]?.missing).toEqual([
    { path: 'VirtualService shop/a', feature: 'a timeout' },
  ]);
});

test.each([
  [3, workload('Deployment', 'replicas: 3, ')],
  [1, workload('StatefulSet')],
  [4, workload('DaemonSet')],
  [0, '{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {spec: {containers: [{name: a}]}}}}'],
])('sidecars are %d proxies for %s on four nodes', (proxies, object) => {
  expect(adviseManifests(cluster(object), { nodes: 4 }).tiers[2]?.cost.proxies).toBe(proxies);
});

const INJECTED = '{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}';

test('proxies without a use are a warning, and a use without proxies is one', () => {
  const warnings = (...objects: string[]) => adviseManifests(cluster(...objects)).warnings;

  expect(warnings(INJECTED, workload('Deployment'))).toEqual([
    expect.stringMatching(/^Nothing that is declared requires/),
  ]);
  expect(warnings(workload('Deployment'), virtualService('{timeout: 1s}'))).toEqual([
    'Plain Kubernetes lacks a timeout: VirtualService shop/a. Istio in ambient mode has it.',
  ]);
  expect(warnings(INJECTED, workload('Deployment'), virtualService('{timeout: 1s}'))).toEqual([]);
});

test('required mutual TLS is missing without a mesh', () => {
  expect(adviseManifests(cluster(workload('Deployment')), { mutualTls: true }).simplest?.name).toBe(
    'Istio in ambient mode',
  );
});

const AMBIENT = INJECTED.replace('istio-injection: enabled', 'istio.io/dataplane-mode: ambient');

test.each([
  ['a timeout', virtualService('{timeout: 1s}'), []],
  ['retries', virtualService('{retries: {attempts: 2}}'), ['retries']],
  ['an EnvoyFilter', networking('EnvoyFilter', '{configPatches: []}'), ['changed configuration of Envoy']],
  ['mutual TLS', security('PeerAuthentication', '{mtls: {mode: STRICT}}'), []],
])('ambient mode lacks what waypoints do not have, of %s', (_, object, missing) => {
  expect(adviseManifests(cluster(object)).tiers[1]?.missing.map(({ feature }) => feature)).toEqual(missing);
});

test.each([
  ['mutual TLS alone', security('PeerAuthentication', '{mtls: {mode: STRICT}}'), 3],
  ['a timeout', virtualService('{timeout: 1s}'), 5],
])(
  'ambient mode has two replicas of a waypoint in namespaces that use more than mutual TLS: %s',
  (_, object, proxies) => {
    expect(adviseManifests(cluster(object)).tiers[1]?.cost.proxies).toBe(proxies);
  },
);

test('ambient mode in use that lacks something is a warning', () => {
  expect(
    adviseManifests(cluster(AMBIENT, workload('Deployment'), virtualService('{retries: {attempts: 2}}'))).warnings,
  ).toEqual(['Istio in ambient mode lacks retries: VirtualService shop/a. Istio with sidecars has it.']);
});

describe('Linkerd', () => {
  const policy = (kind: string, spec: string) =>
    `{apiVersion: policy.linkerd.io/v1beta3, kind: ${kind}, metadata: {name: a, namespace: shop}, spec: ${spec}}`;
  const annotated = (annotation: string, kind = 'Service', version = 'v1', spec = '{}') =>
    `{apiVersion: ${version}, kind: ${kind}, metadata: {name: a, namespace: shop, annotations: {${annotation}}}, spec: ${spec}}`;
  const ofService = '{parentRefs: [{kind: Service, group: "", name: a}], rules: [{}]}';
  const ofServer =
    '{parentRefs: [{kind: Server, group: policy.linkerd.io, name: a}], rules: [{matches: [{method: GET}]}]}';
  const missing = (...objects: string[]) =>
    adviseManifests(cluster(...objects)).tiers[3]?.missing.map(({ feature }) => feature);

  test.each([
    ['mutual TLS', policy('MeshTLSAuthentication', '{identities: ["*"]}')],
    ['mutual TLS', annotated('config.linkerd.io/default-inbound-policy: all-authenticated', 'Namespace')],
    ['egress by host name', policy('EgressNetwork', '{trafficPolicy: Deny}')],
    ['rate limits at services', policy('HTTPLocalRateLimitPolicy', '{total: {requestsPerSecond: 5}}')],
    ['a timeout', annotated('timeout.linkerd.io/request: 1s')],
    ['retries', annotated('retry.linkerd.io/http: 5xx')],
    ['a circuit breaker', annotated('balancer.linkerd.io/failure-accrual: consecutive')],
    ['a timeout', annotated('timeout.linkerd.io/request: 1s', 'HTTPRoute', 'gateway.networking.k8s.io/v1', ofService)],
    ['retries', annotated('retry.linkerd.io/grpc: internal', 'GRPCRoute', 'gateway.networking.k8s.io/v1', ofService)],
    ['allowed operations', route(ofServer)],
    ['allowed operations', policy('HTTPRoute', ofServer)],
    ['a timeout', policy('HTTPRoute', ofService.replace('rules: [{}]', 'rules: [{timeouts: {request: 1s}}]'))],
    [
      'retries',
      '{apiVersion: linkerd.io/v1alpha2, kind: ServiceProfile, metadata: {name: a}, spec: {routes: [{isRetryable: true}]}}',
    ],
    [
      'a timeout',
      '{apiVersion: linkerd.io/v1alpha2, kind: ServiceProfile, metadata: {name: a}, spec: {routes: [{timeout: 1s}]}}',
    ],
    [
      'a traffic split',
      '{apiVersion: linkerd.io/v1alpha2, kind: ServiceProfile, metadata: {name: a}, spec: {dstOverrides: [{authority: a}, {authority: b}]}}',
    ],
  ])('%s is what its objects use, and it supports it: %s', (feature, object) => {
    expect(features(object)).toEqual([feature]);
    expect(missing(object)).toEqual([]);
  });

  test.each([
    ['injected faults', virtualService('{fault: {abort: {httpStatus: 500}}}')],
    ['rewrites', virtualService('{rewrite: {uri: /}}')],
    ['direct responses', virtualService('{directResponse: {status: 404}}')],
    ['call policies that differ by caller', virtualService('{match: [{sourceLabels: {app: a}}]}')],
    ['token verification at services', security('RequestAuthentication', '{jwtRules: []}')],
    ['changed configuration of Envoy', networking('EnvoyFilter', '{configPatches: []}')],
    ['machines outside of Kubernetes', networking('WorkloadEntry', '{address: 10.0.0.1}')],
    [
      'limits of a circuit breaker other than consecutive failures',
      networking('DestinationRule', '{host: a, trafficPolicy: {outlierDetection: {maxEjectionPercent: 50}}}'),
    ],
    ['policies that deny, audit or use an authorizer', security('AuthorizationPolicy', '{action: DENY, rules: [{}]}')],
    [
      'conditions of policies on more than callers and requests',
      security('AuthorizationPolicy', '{rules: [{when: [{key: a, values: [b]}]}]}'),
    ],
    [
      'conditions of policies on more than callers and requests',
      security('AuthorizationPolicy', '{rules: [{from: [{source: {notNamespaces: [a]}}]}]}'),
    ],
    ['regular expressions of paths and hosts', virtualService('{match: [{uri: {regex: .*}}]}')],
  ])('it lacks %s: %s', (feature, object) => {
    expect(missing(object)).toEqual([feature]);
  });

  test('consecutive failures, callers and operations are what it has', () => {
    expect(
      missing(
        networking('DestinationRule', '{host: a, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 5}}}'),
        security(
          'AuthorizationPolicy',
          '{rules: [{from: [{source: {principals: [a]}}], to: [{operation: {methods: [GET]}}]}]}',
        ),
      ),
    ).toEqual([]);
  });

  test('it has a proxy for each pod, besides those of its control plane', () => {
    expect(adviseManifests(cluster(workload('Deployment', 'replicas: 3, '))).tiers[3]?.cost.proxies).toBe(3);
  });

  test('in use without a use is a warning, and so is what it lacks', () => {
    const injected =
      '{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: {linkerd.io/inject: enabled}}}';
    expect(adviseManifests(cluster(injected, workload('Deployment'))).warnings).toEqual([
      'Nothing that is declared requires Linkerd: plain Kubernetes is enough for 0 services.',
    ]);
    expect(adviseManifests(cluster(injected, workload('Deployment'), virtualService('{fault: {}}'))).warnings).toEqual([
      'Linkerd lacks injected faults: VirtualService shop/a. Istio with sidecars has it.',
    ]);
    expect(
      adviseManifests(cluster(injected, workload('Deployment'), annotated('timeout.linkerd.io/request: 1s'))).warnings,
    ).toEqual([]);
  });
});
