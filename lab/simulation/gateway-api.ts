import fc, { type Arbitrary } from 'fast-check';
import type { Unnamed } from './configurations';
import { GATEWAY } from './testbed';
import {
  apiVersions,
  HEADER,
  HEADER_VALUES,
  METHODS,
  namespaced,
  of,
  ORIGIN,
  OUTSIDE_HOSTS,
  PATHS,
  record,
  some,
  subset,
} from './vocabulary';

const path = fc.oneof(
  record({ type: of('Exact'), value: of(...PATHS) }),
  record({ type: of('PathPrefix'), value: of(...PATHS) }),
  record({ type: of('RegularExpression'), value: of('/a/.*', '/.*', '/admin') }),
);

/** A match of a route, with paths that are given. */
export function routeMatch(ofPaths: Arbitrary<object>): Arbitrary<object> {
  return record({
    path: some(ofPaths),
    method: some(of(...METHODS)),
    headers: some(
      fc.oneof(
        of(...HEADER_VALUES).map(value => [{ name: HEADER, value }]),
        of([{ name: HEADER, type: 'RegularExpression', value: 'gold.*' }]),
      ),
    ),
    queryParams: some(of([{ name: 'q', value: '1' }])),
  });
}

const match = routeMatch(path);

const backend = record({
  name: of('api', 'api', 'peer', 'legacy', 'nobody'),
  namespace: some(of('north', 'south')),
  port: of(80, 80, 81),
  weight: some(of(0, 1, 3)),
  filters: some(
    of([{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-backend', value: 'yes' }] } }]),
  ),
});

const filter = fc.oneof(
  of({
    type: 'RequestHeaderModifier',
    requestHeaderModifier: {
      set: [{ name: 'x-set', value: 'one' }],
      add: [{ name: HEADER, value: 'more' }],
      remove: ['x-gone'],
    },
  }),
  of({ type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'x-answer', value: 'set' }] } }),
  of(
    { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } } },
    { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } },
    {
      type: 'URLRewrite',
      urlRewrite: { hostname: 'new.example', path: { type: 'ReplaceFullPath', replaceFullPath: '/all' } },
    },
  ),
  of(
    { type: 'RequestMirror', requestMirror: { backendRef: { name: 'peer', namespace: 'south', port: 80 } } },
    { type: 'RequestMirror', requestMirror: { backendRef: { name: 'api', port: 80 }, percent: 100 } },
  ),
  of(
    { type: 'CORS', cors: { allowOrigins: [ORIGIN], allowMethods: ['GET'] } },
    { type: 'CORS', cors: { allowOrigins: ['https://*.example'] } },
    { type: 'CORS', cors: { allowOrigins: ['https://other.example'] } },
  ),
);

/** The backend timeout cannot exceed the request timeout, or the API server rejects it. */
const timeouts = of({ request: '3s' }, { request: '3s', backendRequest: '1s' }, { backendRequest: '2s' });
const retry = of({ attempts: 1 }, { codes: [503], attempts: 2, backoff: '10ms' });

const redirect = of(
  { scheme: 'https', statusCode: 301 },
  { hostname: 'other.example' },
  { path: { type: 'ReplaceFullPath', replaceFullPath: '/all' }, port: 8443 },
).map(requestRedirect => [{ type: 'RequestRedirect', requestRedirect }]);

/** A prefix is replaced only in rules that match one. */
const rule = fc
  .oneof(
    {
      weight: 5,
      arbitrary: record({
        matches: some(fc.array(match, { minLength: 1, maxLength: 2 })),
        filters: some(fc.uniqueArray(filter, { minLength: 1, maxLength: 2, selector: each => each.type })),
        backendRefs: fc.array(backend, { maxLength: 2 }),
        timeouts: some(timeouts),
        retry: some(retry),
      }),
    },
    {
      weight: 1,
      arbitrary: record({ matches: some(fc.array(match, { minLength: 1, maxLength: 2 })), filters: redirect }),
    },
  )
  .map(made => (replacesPrefix(made) ? { ...made, matches: [{ path: { type: 'PathPrefix', value: '/a' } }] } : made));

function replacesPrefix(made: object): boolean {
  return JSON.stringify(made).includes('ReplacePrefixMatch');
}

const parents = fc.oneof(
  {
    weight: 3,
    arbitrary: of<object[]>(
      [{ name: GATEWAY, namespace: 'north' }],
      [{ name: GATEWAY, namespace: 'north', sectionName: 'named' }],
      [{ name: GATEWAY, namespace: 'north', sectionName: 'any' }],
      [{ name: GATEWAY, namespace: 'north', sectionName: 'exact' }],
      [{ name: GATEWAY, namespace: 'north', sectionName: 'secure' }],
      [{ group: 'gateway.networking.k8s.io', kind: 'ListenerSet', name: 'set' }],
      [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'ListenerSet',
          name: 'set',
          namespace: 'north',
          sectionName: 'set',
        },
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: of<object[]>(
      [{ group: '', kind: 'Service', name: 'api', namespace: 'north' }],
      [{ group: '', kind: 'Service', name: 'peer', namespace: 'south', port: 80 }],
    ),
  },
);

/** Routes of gateways, and some of Services. */
export const httpRoute: Arbitrary<Unnamed> = record({
  apiVersion: of(apiVersions.gateway),
  kind: of('HTTPRoute'),
  metadata: namespaced,
  spec: record({
    parentRefs: parents,
    hostnames: some(fc.oneof(subset<string>(...OUTSIDE_HOSTS), of(['*.town.example'], ['*.example']))),
    rules: fc.array(rule, { minLength: 1, maxLength: 2 }),
  }),
});

/** Routes for methods are routes for paths of two parts. */
export const grpcRoute: Arbitrary<Unnamed> = record({
  apiVersion: of(apiVersions.gateway),
  kind: of('GRPCRoute'),
  metadata: namespaced,
  spec: record({
    parentRefs: of([{ name: GATEWAY, namespace: 'north' }]),
    hostnames: some(subset<string>(...OUTSIDE_HOSTS)),
    rules: fc.array(
      record({
        matches: of<object[]>(
          [{ method: { service: 'a', method: 'b' } }],
          [{ method: { service: 'a' } }],
          [{ method: { method: 'b' } }],
          [{ method: { type: 'RegularExpression', service: '[a-b]', method: 'b' } }],
          [{ headers: [{ name: HEADER, value: 'gold' }] }],
        ),
        backendRefs: of(
          [{ name: 'api', namespace: 'north', port: 80 }],
          [{ name: 'peer', namespace: 'south', port: 80 }],
        ),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
});

export const referenceGrant: Arbitrary<Unnamed> = record({
  apiVersion: of(apiVersions.gateway),
  kind: of('ReferenceGrant'),
  metadata: namespaced,
  spec: record({
    from: of('HTTPRoute', 'HTTPRoute', 'GRPCRoute').chain(kind =>
      of('north', 'south').map(namespace => [{ group: 'gateway.networking.k8s.io', kind, namespace }]),
    ),
    to: of(
      [{ group: '', kind: 'Service' }],
      [{ group: '', kind: 'Service', name: 'api' }],
      [{ group: '', kind: 'Service', name: 'peer' }],
    ),
  }),
});
