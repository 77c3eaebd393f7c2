import { Operation, Port, type Service, Topology } from '../../../lib';
import { callsIntoTheMesh } from '../../../lib/checks/graph';

function findings(callerInMesh: boolean, calleeInMesh: boolean, guarded: boolean) {
  const shop = new Topology('shop');
  const web = shop.addService('web', { image: 'example/web:1', inMesh: callerInMesh });
  const cart: Service = shop.addService('cart', {
    image: 'example/cart:1',
    inMesh: calleeInMesh,
    port: Port.grpc(1, { service: 'shop.Cart' }),
  });
  web.calls(cart, { allowedOperations: guarded ? [cart.method('Get')] : undefined });
  return callsIntoTheMesh(shop);
}

test.each<[boolean, boolean, boolean, string[]]>([
  [true, true, false, []],
  [true, true, true, []],
  [true, false, false, []],
  [false, false, false, []],
  [false, true, false, ['CallerOutsideMesh']],
  [false, true, true, ['CallerOutsideMesh']],
  [true, false, true, ['UnguardedOperations']],
  [false, false, true, ['UnguardedOperations']],
])('a caller in the mesh: %s, its callee: %s, operations chosen: %s, is %j', (caller, callee, guarded, expected) => {
  expect(findings(caller, callee, guarded).map(each => each.id)).toEqual(expected);
});

test('a caller without a proxy is named with its callee and both remedies', () => {
  expect(findings(false, true, false)).toEqual([
    {
      id: 'CallerOutsideMesh',
      severity: 'error',
      path: 'shop/web → cart',
      message: 'web has no proxy, so cart, which requires mutual TLS, closes its connections.',
      fix: 'Add web to the mesh, or remove cart from it.',
    },
  ]);
});

test('operations that nothing guards are named with both remedies', () => {
  expect(findings(true, false, true)).toEqual([
    {
      id: 'UnguardedOperations',
      severity: 'error',
      path: 'shop/web → cart',
      message: 'cart has no proxy to enforce `allowedOperations`, so every operation would be allowed.',
      fix: 'Add cart to the mesh, or remove `allowedOperations`.',
    },
  ]);
});

function findingsOutside(inMesh: boolean, allowedOperations?: Operation[]) {
  const shop = new Topology('shop');
  const web = shop.addService('web', { image: 'example/web:1', inMesh });
  web.calls(shop.addExternalService('bank', { host: 'a.example', port: Port.http(80) }), { allowedOperations });
  return callsIntoTheMesh(shop);
}

test.each<[boolean, Operation[] | undefined]>([
  [false, undefined],
  [true, [Operation.http('GET /rates')]],
])('a call to the outside, of a caller in the mesh: %s, crosses no border of the mesh', (inMesh, operations) => {
  expect(findingsOutside(inMesh, operations)).toEqual([]);
});

test('operations of a host outside that a caller without a proxy calls are unguarded', () => {
  expect(findingsOutside(false, [Operation.http('GET /rates')])).toEqual([
    {
      id: 'UnguardedOperations',
      severity: 'error',
      path: 'shop/web → bank',
      message: 'web has no proxy, and bank is outside the cluster: nothing enforces `allowedOperations`.',
      fix: 'Add web to the mesh, or remove `allowedOperations`.',
    },
  ]);
});
