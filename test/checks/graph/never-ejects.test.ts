import { neverEjects } from '../../../lib/checks/graph';
import { Topology } from '../../../lib';
import { plain } from '../../istio/support';

/** Two versions of six and two replicas. */
function cart(maxEjectionPercent?: number) {
  const shop = new Topology('shop');
  const service = plain(shop, 'cart', { versions: { v1: { replicas: 6 }, v2: { replicas: 2 } } });
  service.addCircuitBreaker({ consecutive5xxErrors: 5, maxEjectionPercent });
  return { shop, service };
}

test('a percentage that permits one replica of the service, but none of a version, is an error of that version', () => {
  const { shop, service } = cart(20);
  service.split({ v1: 90, v2: 10 });

  expect(neverEjects(shop)).toMatchObject([
    {
      id: 'EjectsNone',
      severity: 'error',
      path: 'shop/cart/v2',
      message: expect.stringContaining('20 %, which is less than one of 2 replicas of version v2') as string,
    },
  ]);
});

test('it is none where requests are not routed by version, or one replica of each is permitted', () => {
  expect(neverEjects(cart(20).shop)).toEqual([]);
  for (const percent of [50, undefined]) {
    const { shop, service } = cart(percent);
    service.split({ v1: 90, v2: 10 });
    expect(neverEjects(shop)).toEqual([]);
  }
});

test('a breaker that ejects nothing, and none at all, are no error', () => {
  const shop = new Topology('shop');
  const limited = plain(shop, 'limited', { versions: { v1: {}, v2: {} } });
  limited.addCircuitBreaker({ maxConnections: 5 });
  limited.split({ v1: 90, v2: 10 });
  plain(shop, 'free', { versions: { v1: {}, v2: {} } }).split({ v1: 50, v2: 50 });

  expect(neverEjects(shop)).toEqual([]);
});
