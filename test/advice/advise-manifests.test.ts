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
