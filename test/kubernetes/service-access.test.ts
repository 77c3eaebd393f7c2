import { Testing } from 'cdk8s';
import {
  ClusterApp,
  Mesh,
  Operation,
  Peer,
  Port,
  type ServiceProps,
  ServiceType,
  Topology,
  TopologyChart,
  TrafficDistribution,
} from '../../lib';
import { checkObjects } from '../../lib/checks';
import { exposedServices } from '../../lib/checks/graph';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import { names, one, plain, type Rendered, render } from '../istio/support';
import { manifestsOf } from '../support/manifests';

/** `web` calls `cart` without limits to operations. */
function shopWith(props: ServiceProps): { shop: Topology; objects: readonly Rendered[]; traffic: Traffic } {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart', props);
  plain(shop, 'web').calls(cart);
  if (props.serviceType) {
    cart.allowFrom(Peer.cidrs('10.1.0.0/16'), { plaintext: true });
    cart.allowFrom(Peer.cidrs('10.2.0.0/16'), { plaintext: true });
  }
  const objects = render(shop);
  return { shop, objects, traffic: Traffic.of(manifestsOf(objects)) };
}

test('a headless Service resolves to the pods, with and without a mesh', () => {
  const { objects, traffic } = shopWith({ headless: true });
  expect(one(objects, 'Service', 'cart').spec).toMatchObject({ clusterIP: 'None' });
  expect(endsOf(traffic.from('shop/web-v1').http('GET http://cart/'))).toBe('cart-v1');
  const errors = checkObjects(objects as never).findings.filter(each => each.severity === 'error');
  expect(errors).toEqual([]);
  const shop = new Topology('shop');
  plain(shop, 'cart', { headless: true });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.none() });
  expect(one(Testing.synth(chart) as never, 'Service', 'cart').spec.clusterIP).toBe('None');
});

test('a Service of type NodePort or LoadBalancer accepts the allowed addresses, which policies see', () => {
  const specOf = (serviceType: ServiceType) =>
    one(shopWith({ serviceType }).objects, 'Service', 'cart').spec as Record<string, unknown>;
  expect(specOf(ServiceType.LOAD_BALANCER)).toMatchObject({
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    loadBalancerSourceRanges: ['10.1.0.0/16', '10.2.0.0/16'],
  });
  expect(specOf(ServiceType.NODE_PORT)).toMatchObject({ type: 'NodePort', externalTrafficPolicy: 'Local' });
  expect(specOf(ServiceType.NODE_PORT)).not.toHaveProperty('loadBalancerSourceRanges');
  expect(specOf(ServiceType.CLUSTER_IP)).not.toHaveProperty('externalTrafficPolicy');
});

test('a Service that is exposed to no addresses is an error', () => {
  const shop = new Topology('shop');
  plain(shop, 'cart', { serviceType: ServiceType.LOAD_BALANCER }).allowFrom(
    Peer.serviceAccount({ namespace: 'other', name: 'web' }),
  );
  plain(shop, 'web', { serviceType: ServiceType.CLUSTER_IP });
  expect(exposedServices(shop)).toEqual([
    expect.objectContaining({ id: 'ExposedToNone', severity: 'error', path: 'shop/cart' }),
  ]);
  expect(exposedServices(shopWith({ serviceType: ServiceType.NODE_PORT }).shop)).toEqual([]);
});

test('the preferred pods are the traffic distribution of the Service', () => {
  const { objects } = shopWith({ trafficDistribution: TrafficDistribution.PREFER_SAME_ZONE });
  expect(one(objects, 'Service', 'cart').spec.trafficDistribution).toBe('PreferSameZone');
  expect(one(objects, 'Service', 'web').spec).not.toHaveProperty('trafficDistribution');
});

describe('operations that no caller may use', () => {
  const deniedOperations = ['DELETE /items', 'ANY /admin/*', 'GET /debug/{rest+}'].map(each => Operation.http(each));
  const { objects, traffic } = shopWith({
    deniedOperations,
    port: Port.http(80, { target: 8080 }),
    ports: [Port.tcp(9000)],
  });

  test('are denied by a policy for the ports with requests, though a call allows all', () => {
    expect(one(objects, 'AuthorizationPolicy', 'cart.denied-operations').spec).toEqual({
      selector: { matchLabels: { app: 'cart' } },
      action: 'DENY',
      rules: [
        {
          to: [
            { operation: { ports: ['8080'], methods: ['DELETE'], paths: ['/items'] } },
            { operation: { ports: ['8080'], paths: ['/admin', '/admin/*'] } },
            { operation: { ports: ['8080'], methods: ['GET'], paths: ['/debug/*'] } },
          ],
        },
      ],
    });
    const ends = (request: string) => endsOf(traffic.from('shop/web-v1').http(request));
    expect([
      ends('GET http://cart/items'),
      ends('DELETE http://cart/items'),
      ends('GET http://cart/admin'),
      ends('POST http://cart/admin/a/b'),
      ends('GET http://cart/debug/x'),
      ends('POST http://cart/debug/x'),
    ]).toEqual(['cart-v1', '403', '403', '403', '403', 'cart-v1']);
  });

  test('are a dry run with the other policies', () => {
    const dry = shopWith({ deniedOperations, authorizationDryRun: 'for a while' });
    expect(one(dry.objects, 'AuthorizationPolicy', 'cart.denied-operations').metadata.annotations).toEqual({
      'istio.io/dry-run': 'true',
    });
    expect(names(shopWith({}).objects, 'AuthorizationPolicy')).toEqual(['allow-nothing', 'cart']);
  });
});
