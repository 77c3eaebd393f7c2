import { checkManifests, checkObjects } from '../../../lib/checks';
import { type ApiVersions, Cluster, type KubernetesObject, resourcesOf, Schemas } from '../../../lib/manifests';

const metadata = { name: 'web', namespace: 'shop' };
const object = (apiVersion: string, kind: string, spec: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata,
  spec,
});
const pod = (spec: object, container: object = {}) =>
  object('v1', 'Pod', { containers: [{ name: 'web', image: 'web', ...container }], ...spec });
const requestPrincipal = { rules: [{ from: [{ source: { serviceAccounts: ['shop/web'] } }] }] };
const service = { ports: [{ port: 80, name: 'http' }] };
const warmup = { trafficPolicy: { loadBalancer: { simple: 'ROUND_ROBIN', warmup: { duration: '30s' } } } };
const customResourceDefinition = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
  group: 'networking.istio.io',
  names: { kind: 'Sidecar', plural: 'sidecars' },
  versions: [{ name: 'v1', schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } } }],
});

/** What the schemas say, as `field: message fix`. */
function found(objects: readonly KubernetesObject[], versions: ApiVersions): string[] {
  return checkObjects(objects, versions)
    .findings.filter(({ id }) => id === 'SchemaViolation')
    .map(({ field, message, fix, severity }) => `${severity} ${field}: ${message} ${fix}`);
}

test.each<[string, KubernetesObject, ApiVersions, ApiVersions, string]>([
  [
    'field of Kubernetes',
    pod({ hostnameOverride: 'web' }),
    { kubernetesVersion: '1.33' },
    { kubernetesVersion: '1.34' },
    'error spec.hostnameOverride: There is no field "hostnameOverride" here before Kubernetes 1.34, and the cluster has '
      + '1.33, so it has no effect, or the object is rejected. Remove it, or upgrade the cluster to Kubernetes 1.34 or newer.',
  ],
  [
    'field of a type with few fields',
    pod({}, { lifecycle: { stopSignal: 'SIGTERM' } }),
    { kubernetesVersion: '1.32' },
    { kubernetesVersion: '1.33' },
    'error spec.containers[0].lifecycle.stopSignal: There is no field "stopSignal" here before Kubernetes 1.33, and the '
      + 'cluster has 1.32, so it has no effect, or the object is rejected. Use one of postStart, preStop, or upgrade the '
      + 'cluster to Kubernetes 1.33 or newer.',
  ],
  [
    'value of Kubernetes',
    pod({ tolerations: [{ key: 'a', operator: 'Gt', value: '1' }] }),
    { kubernetesVersion: '1.34' },
    { kubernetesVersion: '1.35' },
    'error spec.tolerations[0].operator: "Gt" is no value of this field before Kubernetes 1.35, and the cluster has 1.34, '
      + 'so the API server rejects the object. Use one of Equal, Exists, or upgrade the cluster to Kubernetes 1.35 or newer.',
  ],
  [
    'kind of Kubernetes',
    object('networking.k8s.io/v1', 'ServiceCIDR', { cidrs: ['10.0.0.0/16'] }),
    { kubernetesVersion: '1.32' },
    { kubernetesVersion: '1.33' },
    'error apiVersion: There is no networking.k8s.io/v1 ServiceCIDR before Kubernetes 1.33, and the cluster has 1.32, so '
      + 'the API server rejects the object. Remove it, or upgrade the cluster to Kubernetes 1.33 or newer.',
  ],
  [
    'field of Istio',
    object('security.istio.io/v1', 'AuthorizationPolicy', requestPrincipal),
    { istioVersion: '1.24' },
    { istioVersion: '1.25' },
    'error spec.rules[0].from[0].source.serviceAccounts: There is no field "serviceAccounts" here before Istio 1.25, and '
      + 'the cluster has 1.24, so it has no effect, or the object is rejected. Use one of ipBlocks, namespaces, notIpBlocks, '
      + 'notNamespaces, notPrincipals, notRemoteIpBlocks, notRequestPrincipals, principals, remoteIpBlocks, '
      + 'requestPrincipals, or upgrade the cluster to Istio 1.25 or newer.',
  ],
  [
    'field at several places',
    object('networking.istio.io/v1', 'DestinationRule', { host: 'web', subsets: [{ name: 'a', ...warmup }] }),
    { istioVersion: '1.23' },
    { istioVersion: '1.24' },
    'error spec.subsets[0].trafficPolicy.loadBalancer.warmup: There is no field "warmup" here before Istio 1.24, and the '
      + 'cluster has 1.23, so it has no effect, or the object is rejected. Use one of consistentHash, localityLbSetting, '
      + 'simple, warmupDurationSecs, or upgrade the cluster to Istio 1.24 or newer.',
  ],
  [
    'value of Istio',
    object('networking.istio.io/v1', 'ServiceEntry', { hosts: ['*.example.com'], resolution: 'DYNAMIC_DNS' }),
    { istioVersion: '1.27' },
    { istioVersion: '1.28' },
    'error spec.resolution: "DYNAMIC_DNS" is no value of this field before Istio 1.28, and the cluster has 1.27, so the '
      + 'API server rejects the object. Use one of NONE, STATIC, DNS, DNS_ROUND_ROBIN, or upgrade the cluster to Istio 1.28 '
      + 'or newer.',
  ],
  [
    'kind of Istio that it has in other versions',
    object('networking.istio.io/v1', 'Sidecar', { egress: [{ hosts: ['./*'] }] }),
    { istioVersion: '1.21' },
    { istioVersion: '1.22' },
    'error apiVersion: There is no networking.istio.io/v1 Sidecar before Istio 1.22, and the cluster has 1.21, so the API '
      + 'server rejects the object. Use networking.istio.io/v1alpha3, networking.istio.io/v1beta1, or upgrade the cluster to '
      + 'Istio 1.22 or newer.',
  ],
])('a newer %s is an error, with the version', (_, newer, lacking, having, message) => {
  expect(found([newer], lacking)).toEqual([message]);
  expect(found([newer], having)).toEqual([]);
  expect(found([newer], {})).toEqual([]);
});

test.each<[string, KubernetesObject, string, string, string]>([
  [
    'field',
    pod({ resourceClaims: [{ name: 'gpu', source: { resourceClaimName: 'gpu' } }] }),
    '1.30',
    '1.31',
    'error spec.resourceClaims[0].source: There is no field "source" here since Kubernetes 1.31, so it has no effect, or '
      + 'the object is rejected. Use one of name, resourceClaimName, resourceClaimTemplateName.',
  ],
  [
    'field of one version alone',
    pod({ workloadRef: { name: 'a', podGroup: 'b' } }),
    '1.35',
    '1.36',
    'error spec.workloadRef: There is no field "workloadRef" here since Kubernetes 1.36, so it has no effect, or the object '
      + 'is rejected. Remove it.',
  ],
])('a removed %s is an error of the versions after', (_, removed, having, lacking, message) => {
  expect(found([removed], { kubernetesVersion: having })).toEqual([]);
  expect(found([removed], {})).toEqual([message]);
  expect(found([removed], { kubernetesVersion: lacking })).toEqual([
    message.replace(`since Kubernetes ${lacking}`, `since Kubernetes ${lacking}, and the cluster has ${lacking}`),
  ]);
});

test('a kind that no version serves any more is an error, with the versions that there are', () => {
  const budget = object('policy/v1beta1', 'PodDisruptionBudget', { selector: { matchLabels: { app: 'web' } } });
  expect(found([budget], {})).toEqual([
    'error apiVersion: There is no policy/v1beta1 PodDisruptionBudget since Kubernetes 1.25, so the API server rejects the '
      + 'object. Use policy/v1.',
  ]);
  expect(found([budget], { kubernetesVersion: '1.27' })).toEqual([
    'error apiVersion: There is no policy/v1beta1 PodDisruptionBudget since Kubernetes 1.25, and the cluster has 1.27, so '
      + 'the API server rejects the object. Use policy/v1.',
  ]);
  expect(found([object('policy/v1beta1', 'PodSecurityPolicy', {})], {})).toEqual([
    'error apiVersion: There is no policy/v1beta1 PodSecurityPolicy since Kubernetes 1.25, so the API server rejects the '
      + 'object. Remove it.',
  ]);
});

test('a name that resembles a newer field alone is not corrected to it', () => {
  const misspelt = pod({ hostnameOverrid: 'web' });
  expect(found([misspelt], { kubernetesVersion: '1.33' })[0]).not.toContain('Did you mean');
  expect(found([misspelt], { kubernetesVersion: '1.34' })[0]).toContain('Did you mean hostnameOverride?');
});

test('versions of one platform do not concern objects of the other one', () => {
  const both = [
    pod({ hostnameOverride: 'web' }),
    object('networking.istio.io/v1', 'DestinationRule', { host: 'web', ...warmup }),
    object('v1', 'Service', service),
  ];
  expect(found(both, { kubernetesVersion: '1.34', istioVersion: '1.24' })).toEqual([]);
  expect(found(both, { kubernetesVersion: '1.33', istioVersion: '1.24' })).toHaveLength(1);
  expect(found(both, { kubernetesVersion: '1.34', istioVersion: '1.23' })).toHaveLength(1);
});

test.each(['1.33', 'v1.33', '1.33.4', 'v1.33.4-eks-113cf36', '1.33+'])(
  '%s is a version of Kubernetes 1.33',
  version => {
    expect(found([pod({ hostnameOverride: 'web' })], { kubernetesVersion: version })).toEqual([
      expect.stringContaining('the cluster has 1.33,'),
    ]);
  },
);

test('1.30 is newer than 1.29', () => {
  const later = { kubernetesVersion: '1.30' };
  expect(found([pod({}, { lifecycle: { preStop: { sleep: { seconds: 1 } } } })], later)).toEqual([]);
});

test('a CustomResourceDefinition among the manifests counts before the version of Istio', () => {
  const sidecar = object('networking.istio.io/v1', 'Sidecar', {});
  expect(found([customResourceDefinition, sidecar], { istioVersion: '1.21' })).toEqual([]);
  expect(found([sidecar], { istioVersion: '1.21' })).toHaveLength(1);
});

test('the same objects are checked for each version that they are checked with', () => {
  const resources = resourcesOf([pod({ hostnameOverride: 'web' })]);
  const count = (kubernetesVersion: string) =>
    checkManifests(new Cluster(resources, { kubernetesVersion })).findings.filter(({ id }) => id === 'SchemaViolation')
      .length;
  expect([count('1.33'), count('1.34'), count('1.33')]).toEqual([1, 0, 1]);
});

test.each<[ApiVersions, string]>([
  [
    { kubernetesVersion: '1.26' },
    'There are no schemas of Kubernetes "1.26". Use one of 1.27, 1.28, 1.29, 1.30, 1.31, 1.32, 1.33, 1.34, 1.35, 1.36, or '
      + 'none for the newest.',
  ],
  [
    { istioVersion: '1.3' },
    'There are no schemas of Istio "1.3". Use one of 1.20, 1.21, 1.22, 1.23, 1.24, 1.25, 1.26, 1.27, 1.28, 1.29, 1.30, '
      + '1.31, or none for the newest.',
  ],
  [{ istioVersion: 'newest' }, 'There are no schemas of Istio "newest".'],
  [{ kubernetesVersion: '1.333' }, 'There are no schemas of Kubernetes "1.333".'],
  [{ kubernetesVersion: '' }, 'There are no schemas of Kubernetes "".'],
])('a version without schemas is an error with those that have some: %j', (versions, message) => {
  expect(() => new Cluster([], versions)).toThrow(RangeError);
  expect(() => new Cluster([], versions)).toThrow(message);
});

test('the oldest versions do not have the kinds of newer ones', () => {
  const oldest = Schemas.of(new Cluster([], { kubernetesVersion: '1.27', istioVersion: '1.20' }));
  const newest = Schemas.of(new Cluster([]));
  expect(newest.kinds.filter(each => !oldest.kinds.includes(each))).toEqual([
    'networking.k8s.io/v1/IPAddress',
    'networking.k8s.io/v1/ServiceCIDR',
    'storage.k8s.io/v1/VolumeAttributesClass',
    'networking.istio.io/v1/DestinationRule',
    'networking.istio.io/v1/Gateway',
    'networking.istio.io/v1/ServiceEntry',
    'networking.istio.io/v1/Sidecar',
    'networking.istio.io/v1/VirtualService',
    'networking.istio.io/v1/WorkloadEntry',
    'networking.istio.io/v1/WorkloadGroup',
    'security.istio.io/v1/PeerAuthentication',
    'telemetry.istio.io/v1/Telemetry',
    'extensions.istio.io/v1alpha1/TrafficExtension',
  ]);
});
