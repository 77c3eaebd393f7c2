import { ApiObject, Testing } from 'cdk8s';
import {
  AccessLog,
  ClusterApp,
  Install,
  IstioCharts,
  IstioInstallation,
  type MeshSettings,
  TlsVersion,
  Tracing,
} from '../../lib';

const rendered = (props: ConstructorParameters<typeof IstioInstallation>[2]) =>
  Testing.synth(new IstioInstallation(new ClusterApp(), 'istio', props));

test('an installation is an IstioOperator without gateways, since each edge brings its own', () => {
  expect(rendered({})).toEqual([
    {
      apiVersion: 'install.istio.io/v1alpha1',
      kind: 'IstioOperator',
      metadata: { name: 'istio', namespace: 'istio-system' },
      spec: {
        profile: 'minimal',
        components: { pilot: { enabled: true, k8s: { hpaSpec: { minReplicas: 2, maxReplicas: 5 } } } },
        meshConfig: {
          trustDomain: 'cluster.local',
          outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
          defaultHttpRetryPolicy: { attempts: 0 },
          pathNormalization: { normalization: 'MERGE_SLASHES' },
          defaultConfig: { holdApplicationUntilProxyStarts: true },
        },
      },
    },
  ]);
});

test('ambient mode is the profile that installs ztunnel and the CNI plugin', () => {
  expect(rendered({ ambient: true })[0].spec.profile).toBe('ambient');
});

test('every property changes something', () => {
  const tracing = Tracing.openTelemetry({ service: 'otel', namespace: 'observability', port: 4000 });
  const [{ metadata, spec }] = rendered({
    revision: '1-30',
    trustDomain: 'prod.example',
    tracing,
    install: Install.istioctl({ replicas: 7, hub: 'registry.example/istio', tag: '1.30.0' }),
  });

  expect(metadata.name).toBe('istio-1-30');
  expect([spec.revision, spec.hub, spec.tag, spec.meshConfig.trustDomain]).toEqual([
    '1-30',
    'registry.example/istio',
    '1.30.0',
    'prod.example',
  ]);
  expect(spec.components.pilot.k8s.hpaSpec).toEqual({ minReplicas: 7, maxReplicas: 7 });
  expect(spec.meshConfig.extensionProviders).toEqual([
    {
      name: 'opentelemetry',
      opentelemetry: { service: 'otel.observability.svc.cluster.local', port: 4000 },
    },
  ]);
});

test.each<[string, Tracing, object]>([
  [
    'Zipkin',
    Tracing.zipkin({ service: 'zipkin', namespace: 'tracing' }),
    { name: 'zipkin', zipkin: { service: 'zipkin.tracing.svc.cluster.local', port: 9411 } },
  ],
  [
    'SkyWalking',
    Tracing.skyWalking({ service: 'oap', namespace: 'tracing' }),
    { name: 'skywalking', skywalking: { service: 'oap.tracing.svc.cluster.local', port: 11_800 } },
  ],
])('a tracing backend is a provider of the mesh configuration: %s', (_name, tracing, provider) => {
  expect(rendered({ tracing })[0].spec.meshConfig.extensionProviders).toEqual([provider]);
});

test('the collector of an access log is a provider of the mesh configuration; the standard output needs none', () => {
  const accessLog = AccessLog.openTelemetry({ service: 'logs', namespace: 'observability' });
  expect(rendered({ accessLog })[0].spec.meshConfig.extensionProviders).toEqual([
    {
      name: 'opentelemetry-access-log',
      envoyOtelAls: { service: 'logs.observability.svc.cluster.local', port: 4317 },
    },
  ]);
  expect(rendered({ accessLog: AccessLog.standardOutput() })[0].spec.meshConfig.extensionProviders).toBeUndefined();
});

test('aliases of the trust domain are those of the mesh configuration', () => {
  const [{ spec }] = rendered({ trustDomain: 'new.example', trustDomainAliases: ['old.example'] });
  expect(spec.meshConfig).toMatchObject({ trustDomain: 'new.example', trustDomainAliases: ['old.example'] });
});

test.each([
  [TlsVersion.V1_2, 'TLSV1_2'],
  [TlsVersion.V1_3, 'TLSV1_3'],
])('workloads use TLS %s or newer', (minTlsVersion, minProtocolVersion) => {
  expect(rendered({ minTlsVersion })[0].spec.meshConfig.meshMTLS).toEqual({ minProtocolVersion });
});

test('it is an object of its chart like any other', () => {
  const installation = new IstioInstallation(new ClusterApp(), 'istio');
  expect(installation.node.findAll().filter(each => ApiObject.isApiObject(each))).toHaveLength(1);
});

test('tags of a revision are those of its chart', () => {
  const settings = { revision: '1-30', revisionTags: ['stable', 'default'] };
  expect(rendered(settings)[0].spec.values).toEqual({ revisionTags: ['stable', 'default'] });
  expect(IstioCharts.istiodValues(settings)).toMatchObject({ revision: '1-30', revisionTags: ['stable', 'default'] });
  expect(rendered({ revision: '1-30' })[0].spec).not.toHaveProperty('values');
  expect(IstioCharts.istiodValues({})).not.toHaveProperty('revisionTags');
});

test.each<[string, MeshSettings]>([
  ['given twice', { revision: '1-30', revisionTags: ['stable', 'stable'] }],
  ['like the revision', { revision: '1-30', revisionTags: ['1-30'] }],
  ['like the default revision', { revisionTags: ['default'] }],
])('a tag %s is an error, since two webhooks would inject the same pods', (_name, settings) => {
  expect(() => rendered(settings)).toThrow('two webhooks');
  expect(() => rendered({ ...settings, install: Install.argoCd({ version: '1.30.0' }) })).toThrow('two webhooks');
});

test.each<MeshSettings>([{ revision: '1.30' }, { revision: '1-30', revisionTags: ['Stable'] }])(
  'a revision or tag that is no label is an error: %j',
  settings => {
    expect(() => rendered(settings)).toThrow('InvalidName');
  },
);

test('control planes of two revisions are releases of their own', () => {
  const [, istiod] = rendered({ revision: '1-30', install: Install.flux({ version: '1.30.0' }) }).filter(
    ({ kind }: { kind: string }) => kind === 'HelmRelease',
  );
  expect(istiod.metadata.name).toBe('istiod-1-30');
});
