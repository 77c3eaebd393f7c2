import { Machines, Operation, Peer, Port, Topology } from '../../lib';
import { checkObjects } from '../../lib/checks';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';
import { names, one, plain, type Rendered, render } from './support';

/** `web` calls an operation of `billing`, which machines run; `billing` calls `orders`. */
function shopWith(machines: Machines, namespace?: string): readonly Rendered[] {
  const shop = new Topology('shop');
  const billing = shop.addService('billing', { port: Port.http(80, { target: 8080 }), machines, namespace });
  const orders = plain(shop, 'orders');
  plain(shop, 'web').calls(billing, { allowedOperations: [Operation.http('GET /invoices/{id}')] });
  plain(shop, 'cli');
  billing.calls(orders);
  return render(shop);
}

describe('machines with addresses', () => {
  const objects = shopWith(Machines.at(['10.0.8.4', 'fd00::8:5'], { locality: 'eu/eu-1' }));
  const traffic = Traffic.of(manifestsOf(objects));

  test('are WorkloadEntries that the Service of the service selects, with its identity', () => {
    const entry = (name: string) => one(objects, 'WorkloadEntry', name).spec;
    expect(names(objects, 'WorkloadEntry')).toEqual(['billing-10-0-8-4', 'billing-fd00-8-5']);
    expect(entry('billing-10-0-8-4')).toEqual({
      address: '10.0.8.4',
      labels: { app: 'billing' },
      serviceAccount: 'billing',
      locality: 'eu/eu-1',
    });
    expect(one(objects, 'Service', 'billing').spec).toMatchObject({
      selector: { app: 'billing' },
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    });
    expect(names(objects, 'ServiceAccount')).toContain('billing');
    expect(names(objects, 'Deployment')).not.toContain('billing-v1');
  });

  test('are reached by the host of the Service, and deny what is not declared', () => {
    const from = (caller: string, request: string) => endsOf(traffic.from(caller).http(request));
    expect([
      from('shop/web-v1', 'GET http://billing/invoices/1'),
      from('shop/web-v1', 'DELETE http://billing/invoices/1'),
      from('shop/cli-v1', 'GET http://billing/invoices/1'),
    ]).toEqual(['10.0.8.4 50%, fd00::8:5 50%', '403', '0']);
  });

  test('are addresses in the NetworkPolicies of their callers and callees, and have none themselves', () => {
    const blocks = ['10.0.8.4/32', 'fd00::8:5/128'].map(cidr => ({ ipBlock: { cidr } }));
    expect(one(objects, 'NetworkPolicy', 'web').spec.egress).toEqual([
      { to: blocks, ports: [{ protocol: 'TCP', port: 8080 }] },
    ]);
    expect(one(objects, 'NetworkPolicy', 'orders').spec.ingress).toEqual([
      { from: blocks, ports: [{ protocol: 'TCP', port: 80 }] },
    ]);
    expect(names(objects, 'NetworkPolicy')).not.toContain('billing');
  });

  test('have the Sidecar and the AuthorizationPolicy of a service, and are callers by their identity', () => {
    expect(one(objects, 'Sidecar', 'billing').spec.egress).toEqual([{ hosts: ['./orders.shop.svc.cluster.local'] }]);
    expect(one(objects, 'AuthorizationPolicy', 'billing').spec.selector).toEqual({ matchLabels: { app: 'billing' } });
    expect(one(objects, 'AuthorizationPolicy', 'orders').spec.rules[0].from).toEqual([
      { source: { principals: ['cluster.local/ns/shop/sa/billing'] } },
    ]);
  });

  test('have no findings worth a warning', () => {
    const found = checkObjects(objects as never).findings.filter(each => each.severity !== 'info');
    expect(found.map(each => `${each.id} ${each.message}`)).toEqual([]);
  });
});

test('machines in another network are reached by its gateway, which is not simulated', () => {
  const objects = shopWith(Machines.at(['10.0.8.4'], { network: 'office' }));
  expect(one(objects, 'WorkloadEntry', 'billing-10-0-8-4').spec.network).toBe('office');
  const traffic = Traffic.of(manifestsOf(objects)).from('shop/web-v1');
  expect(() => traffic.http('GET http://billing/invoices/1')).toThrow('spec.network');
});

test('machines that register themselves join a WorkloadGroup, in the declared ranges', () => {
  const objects = shopWith(Machines.registering(['10.0.8.0/24']));
  expect(one(objects, 'WorkloadGroup', 'billing').spec).toEqual({
    metadata: { labels: { app: 'billing' } },
    template: { serviceAccount: 'billing' },
  });
  expect(names(objects, 'WorkloadEntry')).toEqual([]);
  expect(one(objects, 'NetworkPolicy', 'web').spec.egress[0].to).toEqual([{ ipBlock: { cidr: '10.0.8.0/24' } }]);
  expect(checkObjects(objects as never).findings.filter(each => each.severity === 'error')).toEqual([]);
});

test('machines are rendered in a namespace that the topology does not own, too', () => {
  const objects = shopWith(Machines.at(['10.0.8.4']), 'theirs');
  expect(one(objects, 'WorkloadEntry', 'billing-10-0-8-4', 'theirs').spec.labels).toEqual({
    app: 'billing',
    'app.kubernetes.io/part-of': 'shop',
  });
  expect(one(objects, 'PeerAuthentication', 'billing', 'theirs').spec.mtls).toEqual({ mode: 'STRICT' });
});

test('a topology with machines alone owns its namespace', () => {
  const shop = new Topology('shop');
  const billing = shop.addService('billing', { port: Port.http(80), machines: Machines.at(['10.0.8.4']) });
  billing.allowFrom(Peer.serviceAccount({ namespace: 'other', name: 'web' }));
  expect(names(render(shop), 'Namespace')).toEqual(['shop']);
});
