import { load } from 'js-yaml';
import {
  Auth,
  ClientKey,
  type EdgeProps,
  FailureMode,
  PerClientRateLimit,
  Period,
  Port,
  type RouteProps,
  Topology,
} from '../../lib';
import { catalogDescriptor } from '../support/descriptors';
import { restFront } from '../support/fronts';
import { names, one, plain, render, type Rendered } from './support';

const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const limit = (requests: number, client = ClientKey.claim('sub'), failureMode = FailureMode.FAIL_OPEN) =>
  PerClientRateLimit.of({ client, requests, per: Period.MINUTE, failureMode });

function limited(ofEdge: Partial<EdgeProps>, ofRoute: RouteProps = {}) {
  const shop = new Topology('shop');
  const redis = plain(shop, 'counts', { port: Port.tcp(6379) });
  const rateLimiter = shop.addRateLimiter('limiter', { redis });
  shop
    .addEdge('door', { host: 'shop.example', rateLimiter, auth: jwt, ...ofEdge })
    .route('GET /orders/{id}', plain(shop, 'web'), ofRoute);
  return shop;
}

interface Patch {
  readonly patch: { readonly value: { readonly name: string; readonly typed_config: Record<string, never> } };
}

const filterOf = (objects: readonly Rendered[], name: string) =>
  (one(objects, 'EnvoyFilter', 'door-filters').spec.configPatches as Patch[])
    .map(({ patch }) => patch.value)
    .find(value => value.name === name)?.typed_config;
const RATE_LIMIT = 'envoy.filters.http.ratelimit';

test('a limit of clients calls the limiter, with the claim from the verified token and its issuer', () => {
  const objects = render(limited({ perClientRateLimit: limit(100) }));

  const verified = (key: string, claim: string) => ({
    metadata: {
      descriptor_key: key,
      metadata_key: { key: 'envoy.filters.http.jwt_authn', path: [{ key: 'payload' }, { key: claim }] },
    },
  });
  expect(filterOf(objects, RATE_LIMIT)).toMatchObject({
    domain: 'shop-door',
    failure_mode_deny: false,
    rate_limit_service: {
      grpc_service: { envoy_grpc: { cluster_name: 'outbound|8081||limiter.shop.svc.cluster.local' } },
    },
    rate_limits: [
      {
        actions: [{ generic_key: { descriptor_value: 'door' } }, verified('issuer', 'iss'), verified('client', 'sub')],
      },
    ],
  });
  expect(load(one(objects, 'ConfigMap', 'limiter-files').data?.['door.yaml'] ?? '')).toEqual({
    domain: 'shop-door',
    descriptors: [
      {
        key: 'generic_key',
        value: 'door',
        descriptors: [
          { key: 'issuer', descriptors: [{ key: 'client', rate_limit: { unit: 'minute', requests_per_unit: 100 } }] },
        ],
      },
    ],
  });
});

test('a limit of a route is identified by the operation, and one by header by the header', () => {
  const objects = render(
    limited({}, { perClientRateLimit: limit(5, ClientKey.header('x-client'), FailureMode.FAIL_CLOSED) }),
  );

  expect(filterOf(objects, RATE_LIMIT)).toMatchObject({
    failure_mode_deny: true,
    rate_limits: [
      {
        actions: [
          { header_value_match: { descriptor_value: 'GET /orders/{id}' } },
          { request_headers: { header_name: 'x-client', descriptor_key: 'client' } },
        ],
      },
    ],
  });
  expect(load(one(objects, 'ConfigMap', 'limiter-files').data?.['door.yaml'] ?? '')).toMatchObject({
    descriptors: [
      {
        key: 'header_match',
        value: 'GET /orders/{id}',
        descriptors: [{ key: 'client', rate_limit: { unit: 'minute', requests_per_unit: 5 } }],
      },
    ],
  });
});

test('the limiter allows only the gateway, for its one method, and gets the address of its Redis from the call', () => {
  const objects = render(limited({ perClientRateLimit: limit(1) }));

  expect(one(objects, 'AuthorizationPolicy', 'limiter').spec.rules).toEqual([
    {
      from: [{ source: { principals: ['cluster.local/ns/shop/sa/door-istio'] } }],
      to: [
        {
          operation: {
            ports: ['8081'],
            methods: ['POST'],
            paths: ['/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit'],
          },
        },
      ],
    },
  ]);
  const [container] = (
    one(objects, 'Deployment', 'limiter-v1').spec as {
      template: { spec: { containers: { env: object[]; volumeMounts: object[] }[] } };
    }
  ).template.spec.containers;
  expect(container?.env).toContainEqual({ name: 'REDIS_URL', value: 'counts:6379' });
  expect(container?.volumeMounts).toContainEqual({
    name: 'files',
    mountPath: '/data/ratelimit/config',
    readOnly: true,
  });
  expect(one(objects, 'NetworkPolicy', 'door').spec.egress).toHaveLength(2);
});

test('limits without a limiter throw', () => {
  const shop = new Topology('shop');
  shop
    .addEdge('door', { host: 'shop.example', auth: jwt, perClientRateLimit: limit(1) })
    .route('GET /', plain(shop, 'web'));

  expect(() => render(shop)).toThrow(/shop\/door.*topology\.addRateLimiter/s);
});

test('behind a managed API the gateway leaves clients and their certificates to it', () => {
  const objects = render(
    limited({ perClientRateLimit: limit(1), clientCa: 'clients', tlsSecret: 'tls', front: restFront }),
  );

  expect(filterOf(objects, RATE_LIMIT)).toBeUndefined();
  expect(names(objects, 'ConfigMap')).not.toContain('limiter-files');
  expect(one(objects, 'Gateway', 'door').spec.tls).toBeUndefined();
});

test('filters come in the order in which a request should meet them, the translation last', () => {
  const shop = limited({ perClientRateLimit: limit(1) }, {});
  const catalog = plain(shop, 'catalog', {
    port: Port.grpc(3550, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
  });
  shop.edges[0]?.route('GET /products/{id}', catalog, { grpcMethod: 'GetProduct' });

  const patches = one(render(shop), 'EnvoyFilter', 'door-filters').spec.configPatches as Patch[];
  expect(patches.map(({ patch }) => patch.value.name)).toEqual([
    RATE_LIMIT,
    'envoy.filters.http.grpc_json_transcoder',
    'envoy.filters.network.http_connection_manager',
  ]);
});

test('a translated route is allowed by its path at the edge, and by its method at the service', () => {
  const shop = new Topology('shop');
  const catalog = plain(shop, 'catalog', {
    port: Port.grpc(3550, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
  });
  shop.addEdge('door', { host: 'shop.example' }).route('GET /products/{id}', catalog, { grpcMethod: 'GetProduct' });

  const objects = render(shop);
  expect(one(objects, 'AuthorizationPolicy', 'door').spec.rules[0].to).toEqual([
    { operation: { methods: ['GET'], paths: ['/products/{*}'] } },
  ]);
  expect(one(objects, 'AuthorizationPolicy', 'catalog').spec.rules[0].to).toEqual([
    { operation: { ports: ['3550'], methods: ['POST'], paths: ['/shop.Catalog/GetProduct'] } },
  ]);
  expect(filterOf(objects, 'envoy.filters.http.grpc_json_transcoder')).toMatchObject({
    services: ['shop.Catalog'],
    match_incoming_request_route: true,
  });
});

test('a translated route whose path covers that of another one throws, and not the other way round', () => {
  const beside = (other: string) => {
    const shop = new Topology('shop');
    const catalog = shop.addService('catalog', {
      image: 'example/catalog:1',
      port: Port.grpc(80, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
    });
    const edge = shop.addEdge('door', { host: 'shop.example' });
    edge.route('GET /products/{id}', catalog, { grpcMethod: 'GetProduct' });
    edge.route(other, plain(shop, 'web'));
    return () => render(shop);
  };

  expect(beside('GET /{path+}')).not.toThrow();
  expect(beside('POST /products/new')).not.toThrow();
  expect(beside('ANY /products/new')).toThrow(
    /\[shop\/door\/GET \/products\/\{id\}\] Requests for "ANY \/products\/new".*\(AmbiguousRoutes\)/,
  );
});

test('a limit of clients on a route counts the requests that it is matched for', () => {
  const shop = limited({}, { perClientRateLimit: limit(5) });
  shop.edges[0]?.route('GET /orders/first', plain(shop, 'other'));

  const [
    {
      actions: [
        {
          header_value_match: { headers },
        },
      ],
    },
  ] = filterOf(render(shop), RATE_LIMIT)?.rate_limits as unknown as [
    { actions: [{ header_value_match: { headers: object[] } }] },
  ];
  expect(headers.slice(1)).toEqual([
    { name: ':path', string_match: { safe_regex: { regex: '/orders/[^/?]+(\\?.*)?' } } },
    { name: ':path', string_match: { safe_regex: { regex: '/orders/first(\\?.*)?' } }, invert_match: true },
  ]);
});
