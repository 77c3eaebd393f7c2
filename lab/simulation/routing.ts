import fc, { type Arbitrary } from 'fast-check';
import type { Unnamed } from './configurations';
import { HEADLESS } from './testbed';
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
  stringMatch,
  subset,
} from './vocabulary';

const HOSTS = [
  'api',
  'api.north.svc.cluster.local',
  'peer.south.svc.cluster.local',
  'legacy.south.svc.cluster.local',
] as const;
const STAGE = `${HEADLESS.name}.${HEADLESS.namespace}.svc.cluster.local`;

const destination = record({
  host: fc.oneof(
    { arbitrary: of(...HOSTS), weight: 8 },
    {
      arbitrary: of('client.north.svc.cluster.local', 'nobody.north.svc.cluster.local', 'out.example', STAGE),
      weight: 1,
    },
  ),
  subset: some(of('v1', 'v2', 'v2', 'none')),
  port: some(of({ number: 80 }, { number: 80 }, { number: 81 }, { number: 99 })),
});

const headers = record({
  request: some(
    record({
      set: some(of({ 'x-set': 'one' }, { [HEADER]: 'tin' })),
      add: some(of({ 'x-set': 'two' }, { [HEADER]: 'more' })),
      remove: some(of([HEADER], ['x-gone'])),
    }),
  ),
  response: some(record({ set: some(of({ 'x-answer': 'set' })), remove: some(of(['x-envoy-upstream-service-time'])) })),
});

/** One destination, or two with weights. */
const route = fc.oneof(
  record({ destination, headers: some(headers) }).map(each => [each]),
  fc
    .tuple(
      record({ destination, headers: some(headers) }),
      record({ destination, headers: some(headers) }),
      of(10, 50, 100),
    )
    .map(([one, other, weight]) => [
      { ...one, weight },
      { ...other, weight: 100 - weight },
    ]),
);

/** Claims of a token, which only gateways can match. */
const claims = of(
  '@request.auth.claims.role',
  '@request.auth.claims.nested.role',
  '@request.auth.claims[nested][role]',
).chain(name => of({ exact: 'boss' }, { prefix: 'b' }).map(each => ({ [name]: each })));

const match = record({
  uri: some(stringMatch(...PATHS)),
  ignoreUriCase: some(of(true)),
  method: some(stringMatch(...METHODS)),
  headers: some(
    fc.oneof(
      { weight: 3, arbitrary: fc.oneof(stringMatch(...HEADER_VALUES), of({})).map(each => ({ [HEADER]: each })) },
      { weight: 1, arbitrary: claims },
    ),
  ),
  withoutHeaders: some(
    fc.oneof(
      { weight: 3, arbitrary: fc.oneof(stringMatch(...HEADER_VALUES), of({})).map(each => ({ [HEADER]: each })) },
      { weight: 1, arbitrary: claims },
    ),
  ),
  queryParams: some(of({ q: { exact: '1' } }, { q: { regex: '[0-9]+' } }, { q: { prefix: '1' } })),
  authority: some(of({ prefix: 'api' }, { exact: 'api.north' }, { exact: 'a.town.example' }, { regex: '.*example' })),
  port: some(of(80, 81)),
  sourceLabels: some(of({ app: 'client' }, { app: 'api', version: 'v1' }, { app: 'nobody' })),
  sourceNamespace: some(of('north', 'south')),
  gateways: some(of(['mesh'], ['north/own'], ['mesh', 'north/own'])),
}).map(each => ({ ...each, ...('ignoreUriCase' in each && !('uri' in each) ? { ignoreUriCase: undefined } : {}) }));

const matches = fc.array(sparse(match), { minLength: 1, maxLength: 2 });

/** Most matches have one or two conditions. */
function sparse<T extends object>(arbitrary: Arbitrary<T>): Arbitrary<T> {
  return fc
    .tuple(arbitrary, fc.array(fc.nat(), { minLength: 11, maxLength: 11 }))
    .map(
      ([made, dice]) =>
        Object.fromEntries(
          Object.entries(made).filter(([name], index) => name === 'uri' || (dice[index] ?? 0) % 4 === 0),
        ) as T,
    );
}

const forwarding = record({
  match: some(matches),
  route,
  rewrite: some(
    fc.oneof(
      of({ uri: '/new' }, { uri: '/new/' }, { authority: 'new.example' }, { uri: '/x', authority: 'x.example' }),
      of({ uriRegexRewrite: { match: '/(a)/(b)', rewrite: '/\\2/\\1' } }),
    ),
  ),
  headers: some(headers),
  timeout: some(of('0.5s', '3s')),
  retries: some(of({ attempts: 0 }, { attempts: 1, perTryTimeout: '1s' })),
  fault: some(
    of(
      { abort: { httpStatus: 418, percentage: { value: 100 } } },
      { abort: { httpStatus: 418 } },
      { delay: { fixedDelay: '0.2s', percentage: { value: 100 } } },
    ),
  ),
  mirror: some(of({ host: 'peer.south.svc.cluster.local' })),
  mirrorPercentage: some(of({ value: 0 }, { value: 100 })),
  mirrors: some(
    of(
      [{ destination: { host: 'peer.south.svc.cluster.local' } }],
      [{ destination: { host: 'api.north.svc.cluster.local', subset: 'v1' }, percentage: { value: 100 } }],
    ),
  ),
  corsPolicy: some(
    of(
      { allowOrigins: [{ exact: ORIGIN }], allowMethods: ['GET'] },
      { allowOrigins: [{ prefix: 'https://' }], unmatchedPreflights: 'FORWARD' },
      { allowOrigins: [{ exact: 'https://other.example' }], unmatchedPreflights: 'IGNORE' },
      { allowOrigins: [{ regex: '.*other.*' }] },
    ),
  ),
}).map((each: object) =>
  'mirror' in each ? { ...each, mirrors: undefined } : { ...each, mirrorPercentage: undefined },
);

const answering = fc.oneof(
  record({
    match: some(matches),
    redirect: of(
      { uri: '/elsewhere' },
      { authority: 'other.example', redirectCode: 307 },
      { scheme: 'https', authority: 'other.example' },
      { port: 8443 },
      { scheme: 'https', derivePort: 'FROM_REQUEST_PORT' },
      { derivePort: 'FROM_PROTOCOL_DEFAULT' },
    ),
  }),
  record({ match: some(matches), directResponse: of({ status: 299 }, { status: 503, body: { string: 'no' } }) }),
);

/**
 * A port that carries bytes, or none: a server of requests, or a proxy before one, does not say who it is when it gets
 * bytes.
 */
const bytes = fc
  .tuple(destination, some(of(82, 82, 99)))
  .map(([made, number]) => ({ ...made, port: number === undefined ? undefined : { number } }));

/** Rules for TCP connections. */
const tcp = fc.array(
  record({
    match: some(
      of<object[]>(
        [{ port: 82 }],
        [{ port: 99 }],
        [{ sourceLabels: { app: 'client' } }],
        [{ gateways: ['mesh'], port: 82 }],
      ),
    ),
    route: fc.oneof(
      record({ destination: bytes }).map(each => [each]),
      fc.tuple(record({ destination: bytes }), record({ destination: bytes })).map(([one, other]) => [
        { ...one, weight: 30 },
        { ...other, weight: 70 },
      ]),
    ),
  }),
  { minLength: 1, maxLength: 2 },
);

const hosts = fc.oneof(
  subset<string>(...HOSTS).map(each => [
    ...new Set(each.map(host => (host === 'api' ? 'api.north.svc.cluster.local' : host))),
  ]),
  of(
    ['*.north.svc.cluster.local'],
    [STAGE],
    ['*'],
    ['free.example'],
    ['out.example'],
    ['api.north.svc.cluster.local', 'free.example'],
  ),
);

/** One for the mesh, one for a gateway, or one for both. */
export const virtualService: Arbitrary<Unnamed> = fc
  .tuple(
    namespaced,
    fc.oneof(
      record({ hosts, gateways: some(of(['mesh'])) }),
      record({
        hosts: fc.oneof(subset<string>(...OUTSIDE_HOSTS), of(['*.town.example'], ['*.example'])),
        gateways: of(['north/own']),
      }),
      record({ hosts: of(['a.town.example', 'api.north.svc.cluster.local']), gateways: of(['mesh', 'north/own']) }),
    ),
    fc.array(fc.oneof({ arbitrary: forwarding, weight: 5 }, { arbitrary: answering, weight: 1 }), {
      minLength: 1,
      maxLength: 3,
    }),
    some(of(['*'], ['.'], ['north'], ['south'])),
    some(tcp),
  )
  .map(([metadata, bound, http, exportTo, connections]) => ({
    apiVersion: apiVersions.networking,
    kind: 'VirtualService',
    metadata,
    // Only gateways accept a pattern for all hosts.
    spec: {
      ...bound,
      ...(bound.hosts.includes('*') ? { gateways: ['north/own'] } : {}),
      http,
      ...(connections ? { tcp: connections } : {}),
      ...(exportTo ? { exportTo } : {}),
    },
  }));

/** One that delegates to another, in the same namespace or not. */
export const delegation: Arbitrary<Unnamed[]> = fc
  .tuple(
    namespaced,
    namespaced,
    some(matches),
    fc.array(forwarding, { minLength: 1, maxLength: 2 }),
    some(of(['*'], ['.'])),
    some(of('3s')),
  )
  .map(([root, part, match, http, exportTo, timeout]) => [
    {
      apiVersion: apiVersions.networking,
      kind: 'VirtualService',
      metadata: root,
      spec: {
        hosts: ['peer.south.svc.cluster.local'],
        http: [
          {
            ...(match ? { match } : {}),
            delegate: { name: 'part', namespace: part.namespace },
            ...(timeout ? { timeout } : {}),
          },
          { directResponse: { status: 298 } },
        ],
      },
    },
    {
      apiVersion: apiVersions.networking,
      kind: 'VirtualService',
      metadata: { ...part, name: 'part' },
      spec: { http, ...(exportTo ? { exportTo } : {}) },
    },
  ]);
