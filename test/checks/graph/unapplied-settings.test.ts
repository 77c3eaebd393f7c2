import { unappliedSettings } from '../../../lib/checks/graph';
import {
  Operation,
  OutboundTraffic,
  Port,
  ProxyExtension,
  ServiceType,
  Topology,
  TrafficDistribution,
} from '../../../lib';
import type { ServiceProps } from '../../../lib';

const outboundTraffic = OutboundTraffic.any('users choose the hosts');

function shopWith(props: Partial<ServiceProps>, usual?: OutboundTraffic): Topology {
  const shop = new Topology('shop', { outboundTraffic: usual });
  shop.addService('web', { image: 'example/web:1' });
  shop.addService('grafana', {
    namespace: 'monitoring',
    existingWorkload: { labels: { app: 'grafana' }, serviceAccount: 'grafana' },
    port: Port.http(80),
    ...props,
  });
  return shop;
}

test.each<[string, Partial<ServiceProps>]>([
  ['authorizationDryRun', { authorizationDryRun: 'until 2027-01' }],
  ['deniedOperations', { deniedOperations: [Operation.http('GET /admin')] }],
  ['headless', { headless: true }],
  ['outboundTraffic', { outboundTraffic }],
  ['portsWithoutMutualTls', { port: Port.tcp(80), portsWithoutMutualTls: [{ port: 80, reason: 'it sends first' }] }],
  ['proxyExtensions', { proxyExtensions: [ProxyExtension.lua('function envoy_on_request(handle) end')] }],
  ['serviceMetadata', { serviceMetadata: { labels: { team: 'a' } } }],
  ['serviceType', { serviceType: ServiceType.CLUSTER_IP }],
  ['telemetry', { telemetry: { accessLog: false } }],
  ['trafficDistribution', { trafficDistribution: TrafficDistribution.PREFER_SAME_ZONE }],
])('%s of pods of others in a namespace that is not owned is an error, in an owned one none', (name, props) => {
  expect(unappliedSettings(shopWith(props))).toEqual([
    {
      id: 'UnappliedSettings',
      severity: 'error',
      path: 'shop/grafana',
      message: expect.stringMatching(new RegExp(`namespace monitoring.* so ${name} would have no effect`)) as string,
      fix: "Remove these settings, or own the namespace: `topology.addNamespace('monitoring')`.",
    },
  ]);
  const owned = shopWith(props);
  owned.addNamespace('monitoring');
  expect(unappliedSettings(owned)).toEqual([]);
});

test('the outbound traffic of the topology is not a setting of the service', () => {
  expect(unappliedSettings(shopWith({}, outboundTraffic))).toEqual([]);
});
