import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

const OF_ISTIO = [
  'AuthorizationPolicy',
  'BackendTlsPolicy',
  'DestinationRule',
  'EnvoyFilter',
  'Gateway',
  'GatewayService',
  'GrpcRoute',
  'HttpRoute',
  'Injection',
  'Install',
  'IstioCharts',
  'IstioGateway',
  'IstioIngress',
  'IstioInstallation',
  'IstioSidecars',
  'PeerAuthentication',
  'ProxyConfig',
  'ReferenceGrant',
  'RequestAuthentication',
  'ServiceEntry',
  'Sidecar',
  'Telemetry',
  'Tracing',
  'VirtualService',
  'WasmPlugin',
];

test.each<[string, string[]]>([
  [
    'index',
    [
      ...OF_ISTIO,
      'Aggregate',
      'AllowedPeer',
      'Auth',
      'Call',
      'Callee',
      'Capability',
      'CircuitBreaker',
      'ClientKey',
      'Contract',
      'PerClientRateLimit',
      'ClusterApp',
      'ClusterDns',
      'Edge',
      'EdgeGateway',
      'ExternalService',
      'ForeignService',
      'ForeignTopology',
      'HashKey',
      'HeaderMatch',
      'Health',
      'LoadBalancingAlgorithm',
      'Mesh',
      'ValidationError',
      'NoMesh',
      'Operation',
      'Peer',
      'Period',
      'Phase',
      'Port',
      'ProtoDescriptor',
      'Protocol',
      'RateLimit',
      'RetryOn',
      'Route',
      'Service',
      'Severity',
      'Target',
      'TargetGroupBinding',
      'TlsOrigination',
      'Topology',
      'TopologyChart',
      'Version',
      'FailureMode',
      'checkTemplate',
      'describeFinding',
    ],
  ],
  ['istio', OF_ISTIO],
  [
    'gateway',
    [
      'BackendTrafficPolicy',
      'ClientTrafficPolicy',
      'EnvoyGateway',
      'EnvoyPatchPolicy',
      'EnvoyProxy',
      'EnvoyService',
      'SecurityPolicy',
    ],
  ],
  ['aws', ['HttpApiEdge', 'IstioOnEks', 'LambdaAggregator', 'PrivateLink', 'RestApiEdge', 'Waf']],
  ['testing', ['Capture', 'Manifests', 'Match', 'Matcher', 'Traffic', 'Unsimulated']],
])('the entry point %s exports these names and no others', async (entry, names) => {
  expect(Object.keys((await import(`../lib/${entry}`)) as object).sort()).toEqual([...names].sort());
});

test('each entry point of the package is one of those above', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  expect(Object.keys(exports)).toEqual([
    '.',
    './istio',
    './gateway',
    './aws',
    './checks',
    './testing',
    './cardinal.schema.json',
    './package.json',
  ]);
});
