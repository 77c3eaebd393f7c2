import { load } from 'js-yaml';
import {
  CallerKey,
  FailureMode,
  type GlobalRateLimit,
  Mesh,
  Operation,
  PerClientRateLimit,
  ClientKey,
  Period,
  Port,
  RateLimit,
  type Service,
  Topology,
} from '../../lib';
import { checkObjects } from '../../lib/checks';
import { unsupportedFeatures } from '../../lib/kubernetes';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';
import { names, one, plain, type Rendered, render } from './support';

const LIMIT = { requests: 100, per: Period.MINUTE, failureMode: FailureMode.FAIL_CLOSED };

/** `web` calls `cart` in its namespace `store`, whose requests a limiter counts. */
function shopWith(...limits: Partial<GlobalRateLimit>[]): {
  readonly shop: Topology;
  readonly cart: Service;
  readonly rateLimiter: Service;
} {
  const shop = new Topology('shop');
  shop.addNamespace('store');
  const rateLimiter = shop.addRateLimiter('limiter', { redis: plain(shop, 'counts', { port: Port.tcp(6379) }) });
  const cart = plain(shop, 'cart', { namespace: 'store' });
  plain(shop, 'web').calls(cart);
  limits.forEach(limit => {
    cart.addGlobalRateLimit({ ...LIMIT, rateLimiter, ...limit });
  });
  return { shop, cart, rateLimiter };
}

interface Filter {
  readonly name: string;
  readonly typed_config: { readonly rate_limits: { readonly actions: readonly object[] }[] };
}

const filtersOf = (objects: readonly Rendered[]) =>
  (one(objects, 'EnvoyFilter', 'cart-rate-limits', 'store').spec.configPatches as { patch: { value: Filter } }[]).map(
    ({ patch }) => patch.value,
  );

describe('a global rate limit of a service', () => {
  const objects = render(shopWith({}).shop);

  test('is a filter of its proxies before the router, which calls the limiter and denies while it does not answer', () => {
    const { spec } = one(objects, 'EnvoyFilter', 'cart-rate-limits', 'store');
    expect(spec.workloadSelector).toEqual({ labels: { app: 'cart' } });
    expect(spec.configPatches).toHaveLength(1);
    expect(spec.configPatches[0].match.context).toBe('SIDECAR_INBOUND');
    const host = 'limiter.shop.svc.cluster.local';
    expect(filtersOf(objects)[0]).toEqual({
      name: 'envoy.filters.http.ratelimit',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit',
        domain: 'cart.store',
        failure_mode_deny: true,
        timeout: '0.25s',
        rate_limit_service: {
          transport_api_version: 'V3',
          grpc_service: { envoy_grpc: { cluster_name: `outbound|8081||${host}`, authority: host } },
        },
        rate_limits: [{ actions: [{ generic_key: { descriptor_value: 'cart' } }] }],
      },
    });
  });

  test('is in the configuration of the limiter', () => {
    expect(load(one(objects, 'ConfigMap', 'limiter-files').data?.['cart.store.yaml'] ?? '')).toEqual({
      domain: 'cart.store',
      descriptors: [{ key: 'generic_key', value: 'cart', rate_limit: { unit: 'minute', requests_per_unit: 100 } }],
    });
  });

  test('is a call of the limiter, which the proxies of the service alone may make', () => {
    expect(one(objects, 'Sidecar', 'cart', 'store').spec.egress).toEqual([
      { hosts: ['shop/limiter.shop.svc.cluster.local'] },
    ]);
    const ask = (from: string) =>
      endsOf(
        Traffic.of(manifestsOf(objects))
          .from(from)
          .grpc('limiter.shop:8081', 'envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit'),
      );
    expect([ask('store/cart-v1'), ask('shop/web-v1')]).toEqual(['limiter-v1', '0']);
  });

  test('has no findings, and leaves a single request as it is', () => {
    const found = checkObjects(objects as never).findings.filter(each => each.severity !== 'info');
    expect(found.map(each => `${each.id} ${each.message}`)).toEqual([]);
    Traffic.of(manifestsOf(objects)).from('web').http('GET http://cart.store/').expectAllowed();
  });
});

test('the limit of an operation counts the requests for which it is the most specific one', () => {
  const objects = render(
    shopWith(
      { operation: Operation.http('POST /orders/{id}') },
      { operation: Operation.http('POST /orders/all'), requests: 5, per: Period.HOUR },
      {},
    ).shop,
  );
  const limits = filtersOf(objects)[0]?.typed_config.rate_limits ?? [];
  expect(limits).toHaveLength(3);
  expect(JSON.stringify(limits[0])).toContain('"invert_match":true');
  expect(JSON.stringify(limits[1])).not.toContain('"invert_match":true');
  expect(limits[2]).toEqual({ actions: [{ generic_key: { descriptor_value: 'cart' } }] });
  const { descriptors } = load(one(objects, 'ConfigMap', 'limiter-files').data?.['cart.store.yaml'] ?? '') as {
    descriptors: object[];
  };
  expect(descriptors).toEqual([
    { key: 'header_match', value: 'POST /orders/{id}', rate_limit: { unit: 'minute', requests_per_unit: 100 } },
    { key: 'header_match', value: 'POST /orders/all', rate_limit: { unit: 'hour', requests_per_unit: 5 } },
    { key: 'generic_key', value: 'cart', rate_limit: { unit: 'minute', requests_per_unit: 100 } },
  ]);
});

describe('a limit per caller', () => {
  const descriptorsOf = (objects: readonly Rendered[]) =>
    (load(one(objects, 'ConfigMap', 'limiter-files').data?.['cart.store.yaml'] ?? '') as { descriptors: object[] })
      .descriptors;
  const expression = (name: string, text: string) => ({
    extension: {
      name: 'envoy.rate_limit_descriptors.expr',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor',
        descriptor_key: name,
        text,
      },
    },
  });
  const all = { generic_key: { descriptor_value: 'cart' } };
  const rateLimit = { unit: 'minute', requests_per_unit: 100 };

  test('counts each identity that mutual TLS proves, and callers without one together', () => {
    const objects = render(shopWith({ perCaller: CallerKey.identity() }).shop);
    const text = 'connection.mtls ? connection.uri_san_peer_certificate : "-"';
    expect(filtersOf(objects)[0]?.typed_config.rate_limits).toEqual([{ actions: [all, expression('identity', text)] }]);
    expect(descriptorsOf(objects)).toEqual([
      { key: 'generic_key', value: 'cart', descriptors: [{ key: 'identity', rate_limit: rateLimit }] },
    ]);
  });

  test('counts each value of a header, and requests without one together', () => {
    const objects = render(shopWith({ perCaller: CallerKey.header('x-tenant') }).shop);
    const text =
      '"x-tenant" in request.headers && request.headers["x-tenant"] != "" ? request.headers["x-tenant"] : "-"';
    expect(filtersOf(objects)[0]?.typed_config.rate_limits).toEqual([
      { actions: [all, expression('header x-tenant', text)] },
    ]);
  });

  test('counts an operation, for each of its matches', () => {
    const objects = render(
      shopWith(
        { operation: Operation.http('ANY /a/{id}'), perCaller: CallerKey.identity() },
        { operation: Operation.http('POST /a/b') },
      ).shop,
    );
    const limits = filtersOf(objects)[0]?.typed_config.rate_limits ?? [];
    expect(limits.map(({ actions }) => actions.map(each => Object.keys(each)[0]))).toEqual([
      ['header_value_match', 'extension'],
      ['header_value_match', 'extension'],
      ['header_value_match'],
    ]);
  });

  test('is beside a limit for all callers, in one descriptor', () => {
    const { shop, cart, rateLimiter } = shopWith(
      { perCaller: CallerKey.header('x-a'), requests: 3 },
      { perCaller: CallerKey.header('x-b'), requests: 4 },
    );
    cart.addGlobalRateLimit({ ...LIMIT, rateLimiter });
    expect(descriptorsOf(render(shop))).toEqual([
      {
        key: 'generic_key',
        value: 'cart',
        rate_limit: rateLimit,
        descriptors: [
          { key: 'header x-a', rate_limit: { ...rateLimit, requests_per_unit: 3 } },
          { key: 'header x-b', rate_limit: { ...rateLimit, requests_per_unit: 4 } },
        ],
      },
    ]);
  });
});

test('requests that cannot be counted are allowed if that is declared', () => {
  const [filter] = filtersOf(render(shopWith({ failureMode: FailureMode.FAIL_OPEN }).shop));
  expect(filter?.typed_config).toMatchObject({ failure_mode_deny: false });
});

test('the limit of each pod applies first', () => {
  const { shop, cart } = shopWith({});
  cart.addRateLimit(RateLimit.perSecond(5));
  expect(filtersOf(render(shop)).map(({ name }) => name)).toEqual([
    'envoy.filters.http.local_ratelimit',
    'envoy.filters.http.ratelimit',
  ]);
});

test('services and edges share a limiter, with a file each', () => {
  const { shop, cart, rateLimiter } = shopWith({});
  const rendered = (topology: Topology) => one(render(topology), 'Deployment', 'limiter-v1').spec.template;
  const before = rendered(shopWith({}).shop).metadata.annotations['cdk8s-cardinal/files'];
  shop
    .addEdge('door', {
      host: 'shop.example',
      rateLimiter,
      perClientRateLimit: PerClientRateLimit.of({ client: ClientKey.header('x-client'), ...LIMIT }),
    })
    .route('GET /', cart);
  const objects = render(shop);
  expect(Object.keys(one(objects, 'ConfigMap', 'limiter-files').data ?? {})).toEqual(['cart.store.yaml', 'door.yaml']);
  const { metadata, spec } = one(objects, 'Deployment', 'limiter-v1').spec.template;
  expect(metadata.annotations['cdk8s-cardinal/files']).not.toBe(before);
  expect(spec.containers[0].volumeMounts).toHaveLength(1);
});

test('a service without global limits has no call of a limiter', () => {
  const { shop } = shopWith();
  expect(one(render(shop), 'Sidecar', 'cart', 'store').spec.egress).toEqual([{ hosts: ['~/*'] }]);
  expect(names(render(shopWith().shop), 'ConfigMap')).toEqual([]);
});

test.each([
  ['Mesh.none', Mesh.none()],
  ['Mesh.linkerd', Mesh.linkerd()],
  ['Mesh.ambient', Mesh.ambient()],
])('%s does not support global limits of services', (_name, mesh) => {
  expect(unsupportedFeatures(shopWith({}).shop, mesh)).toContainEqual(
    expect.objectContaining({
      path: 'shop/cart',
      message: expect.stringContaining('global rate limits at services') as string,
    }),
  );
});
