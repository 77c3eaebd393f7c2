import { Testing } from 'cdk8s';
import { dump, load } from 'js-yaml';
import {
  ClusterApp,
  Install,
  IstioInstallation,
  type MeshSettings,
  OutboundTraffic,
  TlsVersion,
  Tracing,
} from '../../lib';

interface MeshConfig {
  [field: string]: unknown;
}

/** The mesh configuration that an installation of the package has. */
function configured(settings: MeshSettings = {}): MeshConfig {
  const [operator] = Testing.synth(new IstioInstallation(new ClusterApp(), 'istio', settings)) as [
    { spec: { meshConfig: MeshConfig } },
  ];
  return load(dump(operator.spec.meshConfig)) as MeshConfig;
}

function verify(existing: MeshConfig, settings: MeshSettings = {}): unknown[] {
  const install = Install.existing({ meshConfig: dump(existing) });
  return Testing.synth(new IstioInstallation(new ClusterApp(), 'istio', { ...settings, install })) as unknown[];
}

const tracing = Tracing.openTelemetry({ service: 'otel', namespace: 'observability' });

test.each<[string, MeshSettings]>([
  ['without settings', {}],
  ['with a trust domain and aliases', { trustDomain: 'shop.example', trustDomainAliases: ['old.example'] }],
  ['with any destination outside', { outboundTraffic: OutboundTraffic.any('a test') }],
  ['with a tracing backend', { tracing }],
  ['with a version of TLS', { minTlsVersion: TlsVersion.V1_3 }],
])('an existing installation with the required settings renders nothing: %s', (_name, settings) => {
  expect(verify(configured(settings), settings)).toEqual([]);
});

test('further settings of an existing installation are its own', () => {
  const existing = {
    ...configured(),
    accessLogFile: '/dev/stdout',
    extensionProviders: [{ name: 'other', zipkin: {} }],
  };
  expect(verify(existing)).toEqual([]);
});

test.each<[string, MeshConfig, MeshSettings, string]>([
  ['another trust domain', { trustDomain: 'x.example' }, {}, 'trustDomain: "cluster.local", not "x.example"'],
  ['further aliases', { trustDomainAliases: ['x.example'] }, {}, 'trustDomainAliases: [], not ["x.example"]'],
  [
    'other paths',
    { pathNormalization: undefined },
    {},
    'pathNormalization.normalization: "MERGE_SLASHES", not nothing',
  ],
  ['retries', { defaultHttpRetryPolicy: undefined }, {}, 'defaultHttpRetryPolicy.attempts: 0, not nothing'],
  [
    'open egress',
    { outboundTrafficPolicy: undefined },
    {},
    'outboundTrafficPolicy.mode: "REGISTRY_ONLY", not "ALLOW_ANY"',
  ],
  ['old TLS', {}, { minTlsVersion: TlsVersion.V1_3 }, 'meshMTLS.minProtocolVersion: "TLSV1_3", not nothing'],
  ['early applications', { defaultConfig: {} }, {}, 'defaultConfig.holdApplicationUntilProxyStarts: true, not nothing'],
  ['no provider', {}, { tracing }, 'extensionProviders: {"name":"opentelemetry"'],
])('an existing installation with %s is an error', (_name, changes, settings, message) => {
  expect(() => verify({ ...configured(), ...changes }, settings)).toThrow(message);
  expect(() => verify({ ...configured(), ...changes }, settings)).toThrow('UnsuitableInstallation');
});

test('each difference is in the message', () => {
  expect(() => verify({})).toThrow(/outboundTrafficPolicy.*defaultHttpRetryPolicy.*pathNormalization/s);
});

test.each(['', 'text', '[]', 'kind: ConfigMap\ndata: {}'])('%j is not a mesh configuration', meshConfig => {
  const install = Install.existing({ meshConfig });
  expect(() => new IstioInstallation(new ClusterApp(), 'istio', { install })).toThrow('not the text of a mesh');
});
