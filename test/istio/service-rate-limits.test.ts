import { ClusterApp, Mesh, Operation, Port, RateLimit, Topology, TopologyChart } from '../../lib';
import { unsupportedFeatures } from '../../lib/kubernetes';
import { Manifests, Traffic } from '../../lib/testing';
import { names, one, plain, render } from './support';

const op = (text: string) => Operation.http(text);

function shopWith(declare: (cart: ReturnType<typeof plain>) => void) {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart');
  plain(shop, 'web').calls(cart);
  declare(cart);
  return shop;
}

test('all requests of a service have one bucket in each pod', () => {
  const objects = render(shopWith(cart => cart.addRateLimit(RateLimit.perSecond(100, 150))));
  const { metadata, spec } = one(objects, 'EnvoyFilter', 'cart-rate-limits');
  expect(metadata.namespace).toBe('shop');
  expect(spec.workloadSelector).toEqual({ labels: { app: 'cart' } });
  expect(spec.configPatches).toHaveLength(1);
  expect(spec.configPatches[0].match.context).toBe('SIDECAR_INBOUND');
  expect(spec.configPatches[0].patch).toMatchObject({
    operation: 'INSERT_BEFORE',
    value: {
      name: 'envoy.filters.http.local_ratelimit',
      typed_config: {
        token_bucket: { max_tokens: 150, tokens_per_fill: 100, fill_interval: '1s' },
        rate_limits: [],
        descriptors: [],
      },
    },
  });
});

test('an operation has a bucket of its own, for the requests that no more specific one matches', () => {
  const objects = render(
    shopWith(cart => {
      cart.addRateLimit(RateLimit.perSecond(1), { operation: op('POST /orders/{id}') });
      cart.addRateLimit(RateLimit.perSecond(9), { operation: op('POST /orders/all') });
    }),
  );
  const filter = one(objects, 'EnvoyFilter', 'cart-rate-limits').spec.configPatches[0].patch.value.typed_config;
  expect(filter.token_bucket).toBeUndefined();
  expect(filter.descriptors).toEqual([
    {
      entries: [{ key: 'header_match', value: 'POST /orders/{id}' }],
      token_bucket: { max_tokens: 2, tokens_per_fill: 1, fill_interval: '1s' },
    },
    {
      entries: [{ key: 'header_match', value: 'POST /orders/all' }],
      token_bucket: { max_tokens: 18, tokens_per_fill: 9, fill_interval: '1s' },
    },
  ]);
  const matches = filter.rate_limits.map((each: { actions: object[] }) => each.actions[0]);
  expect(JSON.stringify(matches[0])).toContain('"invert_match":true');
  expect(JSON.stringify(matches[1])).not.toContain('"invert_match":true');
});

test('a service without limits has no EnvoyFilter', () => {
  expect(names(render(shopWith(() => undefined)), 'EnvoyFilter')).toEqual([]);
});

test('to the simulator, limits leave a single request as it is', () => {
  const app = new ClusterApp();
  const topology = shopWith(cart => cart.addRateLimit(RateLimit.perSecond(1)));
  new TopologyChart(app, 'shop', { topology, mesh: Mesh.istio() });
  Traffic.of(Manifests.ofApp(app)).from('web').http('GET http://cart/').expectAllowed();
});

test('without a mesh a limit of a service is not supported', () => {
  const shop = shopWith(cart => cart.addRateLimit(RateLimit.perSecond(1)));
  expect(unsupportedFeatures(shop, Mesh.none())).toMatchObject([
    { path: 'shop/cart', message: expect.stringContaining('rate limits at services') },
  ]);
});

test('limits of a service are readable in the order of their declaration', () => {
  const cart = new Topology('shop').addService('cart', { image: 'example/cart:1', port: Port.http(80) });
  const operation = op('GET /');
  cart.addRateLimit(RateLimit.perSecond(2), { operation });
  cart.addRateLimit(RateLimit.perSecond(1));
  expect(cart.rateLimits.map(({ limit, ...rest }) => [limit.rate, rest.operation])).toEqual([
    [2, operation],
    [1, undefined],
  ]);
});
