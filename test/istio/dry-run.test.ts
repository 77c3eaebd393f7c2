import { Operation, Topology } from '../../lib';
import { checkObjects } from '../../lib/checks';
import { dryRuns } from '../../lib/checks/graph';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';
import { names, one, plain, type Rendered, render } from './support';

const REASON = 'until the reports use declared calls';

/** `web` may call one operation of `orders`; `cli` of another namespace none. */
function shopWith(authorizationDryRun?: string, namespace?: string): { objects: readonly Rendered[]; shop: Topology } {
  const shop = new Topology('shop');
  const orders = plain(shop, 'orders', { authorizationDryRun, namespace });
  plain(shop, 'web').calls(orders, { allowedOperations: [Operation.http('GET /orders/{id}')] });
  plain(shop, 'cli');
  return { objects: render(shop), shop };
}

describe('a service with a dry run of its policies', () => {
  const { objects, shop } = shopWith(REASON);

  test('has its declared rules in a policy that is not enforced, beside one that allows all', () => {
    const policy = one(objects, 'AuthorizationPolicy', 'orders');
    expect(policy.metadata.annotations).toEqual({ 'istio.io/dry-run': 'true' });
    expect(policy.spec.rules).toHaveLength(1);
    expect(one(objects, 'AuthorizationPolicy', 'orders.dry-run')).toMatchObject({
      spec: { selector: { matchLabels: { app: 'orders' } }, action: 'ALLOW', rules: [{}] },
    });
    expect(one(objects, 'AuthorizationPolicy', 'orders.dry-run').metadata.annotations).toBeUndefined();
    expect(one(objects, 'AuthorizationPolicy', 'allow-nothing').metadata.annotations).toBeUndefined();
  });

  test('is reached by undeclared operations and callers in the mesh', () => {
    const own = Traffic.of(manifestsOf(objects));
    expect(endsOf(own.from('shop/web-v1').http('DELETE http://orders/orders/1'))).toBe('orders-v1');
    expect(one(objects, 'NetworkPolicy', 'orders').spec.ingress).toContainEqual({
      from: [{ namespaceSelector: {} }],
      ports: [{ protocol: 'TCP', port: 80 }],
    });
  });

  test('is a warning with the reason as long as it is declared', () => {
    expect(dryRuns(shop)).toEqual([
      expect.objectContaining({
        id: 'AuthorizationDryRun',
        severity: 'warning',
        path: 'shop/orders',
        message: expect.stringContaining(REASON) as string,
      }),
    ]);
    expect(dryRuns(shopWith().shop)).toEqual([]);
  });

  test('has no errors among its manifests', () => {
    expect(checkObjects(objects as never).findings.filter(each => each.severity === 'error')).toEqual([]);
  });
});

test('policies of a service in a namespace that the topology does not own are a dry run as well', () => {
  const { objects } = shopWith(REASON, 'theirs');
  const dry = ['orders', 'orders.undeclared-callers'].map(
    name => one(objects, 'AuthorizationPolicy', name, 'theirs').metadata.annotations,
  );
  expect(dry).toEqual([{ 'istio.io/dry-run': 'true' }, { 'istio.io/dry-run': 'true' }]);
});

test('a service that nothing calls has a policy whose dry run denies everything', () => {
  const shop = new Topology('shop');
  plain(shop, 'orders', { authorizationDryRun: REASON });
  const objects = render(shop);
  expect(one(objects, 'AuthorizationPolicy', 'orders').spec).toEqual({
    selector: { matchLabels: { app: 'orders' } },
    action: 'ALLOW',
  });
});

test('without it, policies are enforced', () => {
  const { objects } = shopWith();
  expect(names(objects, 'AuthorizationPolicy')).toEqual(['allow-nothing', 'orders']);
  expect(JSON.stringify(objects)).not.toContain('dry-run');
  const own = Traffic.of(manifestsOf(objects));
  expect(endsOf(own.from('shop/web-v1').http('DELETE http://orders/orders/1'))).toBe('403');
});
