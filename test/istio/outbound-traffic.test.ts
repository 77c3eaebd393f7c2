import { Testing } from 'cdk8s';
import {
  ClusterApp,
  Install,
  IstioInstallation,
  Mesh,
  OutboundTraffic,
  Port,
  Topology,
  TopologyChart,
} from '../../lib';
import { openEgress } from '../../lib/checks/graph';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import { NETWORK_POLICY_TO_OUTSIDE } from './egress-support';
import { manifestsOf } from '../support/manifests';
import { one, plain, render } from './support';

const any = OutboundTraffic.any('users choose the hosts');

describe('a service whose pods may connect to any address outside', () => {
  const shop = new Topology('shop');
  plain(shop, 'crawler', { outboundTraffic: any });
  plain(shop, 'web');
  const objects = render(shop);
  const traffic = Traffic.of(manifestsOf(objects));

  test('has ALLOW_ANY in its Sidecar, and all addresses outside in its NetworkPolicy', () => {
    expect(one(objects, 'Sidecar', 'crawler').spec.outboundTrafficPolicy).toEqual({ mode: 'ALLOW_ANY' });
    expect(one(objects, 'NetworkPolicy', 'crawler').spec.egress).toEqual([{ to: NETWORK_POLICY_TO_OUTSIDE }]);
    expect(endsOf(traffic.from('shop/crawler-v1').http('GET https://any.example/'))).toBe('any.example');
    expect(endsOf(traffic.from('shop/crawler-v1').http('GET http://any.example:8080/'))).toBe('any.example');
  });

  test('reaches no undeclared service of the mesh', () => {
    expect(endsOf(traffic.from('shop/crawler-v1').http('GET http://web/'))).toBe('503');
  });

  test('does not open the others', () => {
    expect(one(objects, 'Sidecar', 'web').spec.outboundTrafficPolicy).toEqual({ mode: 'REGISTRY_ONLY' });
    expect(endsOf(traffic.from('shop/web-v1').http('GET http://any.example/'))).toBe('0');
  });

  test('is a warning with the reason', () => {
    expect(openEgress(shop)).toEqual([
      expect.objectContaining({
        id: 'OpenEgress',
        severity: 'warning',
        path: 'shop/crawler',
        message: expect.stringContaining('users choose the hosts') as string,
      }),
    ]);
  });
});

test('a topology has a default for its services, which they override', () => {
  const shop = new Topology('shop', { outboundTraffic: any });
  plain(shop, 'crawler');
  plain(shop, 'web', { outboundTraffic: OutboundTraffic.declaredOnly() });
  const objects = render(shop);
  expect(['crawler', 'web'].map(name => one(objects, 'Sidecar', name).spec.outboundTrafficPolicy.mode)).toEqual([
    'ALLOW_ANY',
    'REGISTRY_ONLY',
  ]);
  expect(openEgress(shop).map(({ path }) => path)).toEqual(['shop/crawler']);
});

test('without a mesh, any address outside is allowed by the NetworkPolicy', () => {
  const shop = new Topology('shop');
  plain(shop, 'crawler', { outboundTraffic: any });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.none() });
  const policy = one(Testing.synth(chart) as never, 'NetworkPolicy', 'crawler');
  expect(policy.spec.egress).toEqual([{ to: NETWORK_POLICY_TO_OUTSIDE }]);
});

test('pods without a Sidecar may connect to any destination if the installation declares it', () => {
  const modeOf = (outboundTraffic?: OutboundTraffic) => {
    const chart = new IstioInstallation(new ClusterApp(), 'istio', { install: Install.istioctl(), outboundTraffic });
    return one(Testing.synth(chart) as never, 'IstioOperator', 'istio').spec.meshConfig.outboundTrafficPolicy.mode;
  };
  expect([modeOf(), modeOf(OutboundTraffic.declaredOnly()), modeOf(any)]).toEqual([
    'REGISTRY_ONLY',
    'REGISTRY_ONLY',
    'ALLOW_ANY',
  ]);
});

test('a call of an external service stays routed and limited beside it', () => {
  const shop = new Topology('shop');
  const crawler = plain(shop, 'crawler', { outboundTraffic: any });
  crawler.calls(shop.addExternalService('bank', { host: 'bank.example', port: Port.http(80) }));
  const traffic = Traffic.of(manifestsOf(render(shop))).from('shop/crawler-v1');
  expect(traffic.http('GET http://bank.example/').explain()).toContain('VirtualService shop/bank');
});
