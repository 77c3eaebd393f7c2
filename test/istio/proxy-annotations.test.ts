import { Duration, Testing } from 'cdk8s';
import { ClusterApp, ProxyLogLevel, type ProxyProps, type ServiceProps, Topology, TopologyChart } from '../../lib';
import { one, plain, render } from './support';

function annotationsOf(props: ServiceProps): Record<string, string> | undefined {
  const shop = new Topology('shop');
  plain(shop, 'cart', props);
  return one(render(shop), 'Deployment', 'cart-v1').spec.template.metadata.annotations as
    Record<string, string> | undefined;
}

test.each<[ProxyProps, Record<string, string>]>([
  [
    { resources: { cpu: '50m', cpuLimit: '2', memory: '64Mi', memoryLimit: '1Gi' } },
    {
      'sidecar.istio.io/proxyCPU': '50m',
      'sidecar.istio.io/proxyCPULimit': '2',
      'sidecar.istio.io/proxyMemory': '64Mi',
      'sidecar.istio.io/proxyMemoryLimit': '1Gi',
    },
  ],
  [{ concurrency: 0 }, { 'proxy.istio.io/config': 'concurrency: 0\n' }],
  [{ holdApplicationUntilProxyStarts: false }, { 'proxy.istio.io/config': 'holdApplicationUntilProxyStarts: false\n' }],
  [
    { drainDuration: Duration.seconds(20), terminationDrainDuration: Duration.minutes(1) },
    { 'proxy.istio.io/config': 'drainDuration: 20s\nterminationDrainDuration: 60s\n' },
  ],
  [{ env: { A: 'true' } }, { 'proxy.istio.io/config': 'proxyMetadata:\n  A: "true"\n' }],
  [{ excludeInboundPorts: [9000, 9001] }, { 'traffic.sidecar.istio.io/excludeInboundPorts': '9000,9001' }],
  [{ excludeOutboundPorts: [3306] }, { 'traffic.sidecar.istio.io/excludeOutboundPorts': '3306' }],
  [
    { excludeOutboundIPRanges: ['10.0.0.0/8', '169.254.169.254/32'] },
    { 'traffic.sidecar.istio.io/excludeOutboundIPRanges': '10.0.0.0/8,169.254.169.254/32' },
  ],
  [{ logLevel: ProxyLogLevel.DEBUG }, { 'sidecar.istio.io/logLevel': 'debug' }],
  [
    { componentLogLevel: { http: ProxyLogLevel.TRACE, upstream: ProxyLogLevel.INFO } },
    { 'sidecar.istio.io/componentLogLevel': 'http:trace,upstream:info' },
  ],
])('settings of a proxy are annotations of its pod, and no others (%#)', (proxy, annotations) => {
  expect(annotationsOf({ proxy })).toEqual(annotations);
});

test('a pod with init containers has its proxy before them', () => {
  const initContainers = [{ name: 'migrate', image: 'example/m:1' }];
  expect(annotationsOf({ initContainers })).toEqual({ 'sidecar.istio.io/nativeSidecar': 'true' });
  expect(annotationsOf({ initContainers, inMesh: false })).toBeUndefined();
  expect(annotationsOf({ initContainers: [] })).toBeUndefined();
});

test.each([
  [true, {}, 'true'],
  [false, {}, 'false'],
  [false, { initContainers: [{ name: 'migrate', image: 'example/m:1' }] }, 'true'],
  [true, { inMesh: false }, undefined],
  [undefined, {}, undefined],
])(
  'nativeSidecars: %j decides for the pods in the mesh without init containers: %j',
  (nativeSidecars, props, native) => {
    const shop = new Topology('shop');
    plain(shop, 'cart', props);
    const { template } = one(render(shop, { nativeSidecars }), 'Deployment', 'cart-v1').spec as {
      template: { metadata: { annotations?: Record<string, string> } };
    };
    expect(template.metadata.annotations?.['sidecar.istio.io/nativeSidecar']).toBe(native);
  },
);

test('a target without proxies rejects their settings', () => {
  const shop = new Topology('shop');
  plain(shop, 'cart', { proxy: { concurrency: 1 } });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });
  expect(chart.findings.map(({ id, message }) => [id, message])).toEqual([
    ['TargetCannot', 'It requires settings of its proxy, which plain Kubernetes without a mesh does not support.'],
  ]);
  expect(() => Testing.synth(chart)).toThrow('settings of its proxy');
});

test('ports and addresses outside of the mesh can be called past the proxy', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { proxy: { excludeOutboundPorts: [80, 5432] } });
  expect(() => web.calls(plain(shop, 'legacy', { inMesh: false }))).not.toThrow();
});
