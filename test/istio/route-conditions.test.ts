import fc from 'fast-check';
import { Auth, HeaderMatch, QueryParamMatch, RateLimit, type RouteProps, Topology, ValidationError } from '../../lib';
import type { Traffic } from '../../lib/testing';
import { trafficOf } from '../support/manifests';
import { one, plain, type Rendered, render } from './support';

const ISSUER = 'https://login.example';
const jwt = (audience: string) => Auth.jwt({ issuer: ISSUER, audiences: [audience] });
const [open, shop, books] = [Auth.none(), jwt('shop'), jwt('books')];
const having = (header: string, value: string) => ({ headers: [HeaderMatch.exact(header, value)] });
const asking = (name: string, value: string) => ({ queryParams: [QueryParamMatch.exact(name, value)] });

type Declared = readonly [operation: string, props: RouteProps];

/** An edge with these routes, each to a service of its own: `s0`, `s1` and so on. */
function rendered(...routes: readonly Declared[]): Rendered[] {
  const topology = new Topology('shop');
  const edge = topology.addEdge('door', { host: 'shop.example' });
  routes.forEach(([operation, props], index) => edge.route(operation, plain(topology, `s${index}`), props));
  return render(topology);
}

function outcome(traffic: Traffic, request: string, headers: Record<string, string> = {}, aud?: string): string {
  const [ending] = traffic.fromInternet(request.replace(' ', ' http://shop.example'), {
    headers,
    claims: aud === undefined ? undefined : { iss: ISSUER, sub: 'ann', aud },
  }).outcomes;
  return ending?.destination ? ending.destination.replace(/^shop\/|-v1$/g, '') : String(ending?.status);
}

test('conditions are part of the match', () => {
  const match = {
    headers: [HeaderMatch.exact('x-a', '1'), HeaderMatch.prefix('x-b', 'a.'), HeaderMatch.regex('x-c', 'a|b')],
    queryParams: [QueryParamMatch.exact('q', '1'), QueryParamMatch.regex('r', '[0-9]+')],
  };
  expect(one(rendered(['GET /a', { match }]), 'HTTPRoute', 'door').spec.rules[0].matches).toEqual([
    {
      method: 'GET',
      path: { type: 'Exact', value: '/a' },
      headers: [
        { type: 'Exact', name: 'x-a', value: '1' },
        { type: 'RegularExpression', name: 'x-b', value: 'a\\..*' },
        { type: 'RegularExpression', name: 'x-c', value: 'a|b' },
      ],
      queryParams: [
        { type: 'Exact', name: 'q', value: '1' },
        { type: 'RegularExpression', name: 'r', value: '[0-9]+' },
      ],
    },
  ]);
});

test('of routes of one operation, that with more headers matches, then that with more parameters', () => {
  const traffic = trafficOf(
    rendered(
      ['GET /a', {}],
      ['GET /a', { match: asking('q', '1') }],
      ['GET /a', { match: having('x-a', '1') }],
      ['GET /a', { match: { ...having('x-a', '1'), ...asking('q', '1') } }],
    ),
  );
  expect([
    outcome(traffic, 'GET /a'),
    outcome(traffic, 'GET /a?q=1'),
    outcome(traffic, 'GET /a', { 'x-a': '1' }),
    outcome(traffic, 'GET /a?q=1', { 'x-a': '1' }),
    outcome(traffic, 'GET /a?q=2', { 'x-a': '2' }),
  ]).toEqual(['s0', 's1', 's2', 's3', 's0']);
});

test('a header without authentication does not open the route without it, nor the other way round', () => {
  const objects = rendered(['GET /a', { auth: shop }], ['GET /a', { auth: open, match: having('x-a', '1') }]);

  expect(one(objects, 'AuthorizationPolicy', 'door').spec.rules).toMatchObject([
    {
      to: [{ operation: { methods: ['GET'], paths: ['/a'] } }],
      when: [
        { key: 'request.headers[x-a]', notValues: ['1'] },
        { key: 'request.auth.audiences', values: ['shop'] },
      ],
    },
    {
      to: [{ operation: { methods: ['GET'], paths: ['/a'] } }],
      when: [{ key: 'request.headers[x-a]', values: ['1'] }],
    },
  ]);
  const traffic = trafficOf(objects);
  expect([
    outcome(traffic, 'GET /a'),
    outcome(traffic, 'GET /a', { 'x-a': '2' }),
    outcome(traffic, 'GET /a', { 'x-a': '1' }),
    outcome(traffic, 'GET /a', {}, 'shop'),
  ]).toEqual(['403', '403', 's1', 's0']);
});

test('a token of a route with a condition does not open the route without it', () => {
  const traffic = trafficOf(
    rendered(['GET /a', { auth: shop }], ['GET /a', { auth: books, match: having('x-a', '1') }]),
  );
  expect([
    outcome(traffic, 'GET /a', {}, 'books'),
    outcome(traffic, 'GET /a', { 'x-a': '1' }, 'books'),
    outcome(traffic, 'GET /a', { 'x-a': '1' }, 'shop'),
    outcome(traffic, 'GET /a', {}, 'shop'),
  ]).toEqual(['403', 's1', '403', 's0']);
});

test('requests that meet no conditions get 404', () => {
  const traffic = trafficOf(rendered(['GET /a', { auth: shop, match: having('x-a', '1') }]));

  expect([outcome(traffic, 'GET /a'), outcome(traffic, 'GET /a', {}, 'shop')]).toEqual(['404', '404']);
  expect(outcome(traffic, 'GET /a', { 'x-a': '1' })).toBe('403');
});

const byParameter: Declared = ['GET /a', { auth: open, match: asking('q', '1') }];
const byExpression: Declared = ['GET /a', { auth: open, match: { headers: [HeaderMatch.regex('x-a', 'a|b')] } }];

test.each<[string, RegExp, readonly Declared[]]>([
  [
    'a parameter',
    /"GET \/a \[\?q=1\]" and "GET \/a" differ in `auth`.*parameters/s,
    [['GET /a', { auth: shop }], byParameter],
  ],
  ['an expression', /"GET \/a \[x-a~a\|b\]" and "GET \/a".*header x-a/s, [['GET /a', { auth: shop }], byExpression]],
  ['a parameter and a longer path', /"GET \/a \[\?q=1\]" and "GET \/\*"/s, [['GET /*', { auth: shop }], byParameter]],
  [
    'a star at the end of a value',
    /header x-a/,
    [
      ['GET /a', { auth: shop }],
      ['GET /a', { auth: open, match: having('x-a', 'a*') }],
    ],
  ],
  [
    'a star at the beginning of a value',
    /header x-a/,
    [
      ['GET /a', { auth: shop }],
      ['GET /a', { auth: open, match: having('x-a', '*a') }],
    ],
  ],
])('authentication that depends on %s throws, with both routes', (_what, message, routes) => {
  expect(() => rendered(...routes)).toThrow(message);
});

test('conditions of any kind are possible where all routes of the requests have one authentication', () => {
  const traffic = trafficOf(
    rendered(['GET /a', { auth: open }], byParameter, byExpression, ['GET /b', { auth: shop }]),
  );

  expect([
    outcome(traffic, 'GET /a?q=1'),
    outcome(traffic, 'GET /a', { 'x-a': 'b' }),
    outcome(traffic, 'GET /a'),
  ]).toEqual(['s1', 's2', 's0']);
});

test.each<[string, RegExp, readonly Declared[]]>([
  [
    'different headers',
    /neither has more of them.*\(AmbiguousRoutes\)/s,
    [
      ['GET /a', { match: having('x-a', '1') }],
      ['GET /{b}', {}],
      ['GET /a', { match: having('x-b', '1') }],
    ],
  ],
  [
    'a header and its prefix',
    /"GET \/a \[x-a\^=1\]" and "GET \/a \[x-a=12\]"/s,
    [
      ['GET /a', { match: having('x-a', '12') }],
      ['GET /a', { match: { headers: [HeaderMatch.prefix('x-a', '1')] } }],
    ],
  ],
  [
    'different parameters',
    /AmbiguousRoutes/,
    [
      ['GET /a', { match: asking('q', '1') }],
      ['GET /a', { match: asking('r', '1') }],
    ],
  ],
  [
    'the same conditions',
    /Duplicate/,
    [
      ['GET /a', { match: asking('q', '1') }],
      ['GET /a', { match: asking('q', '1') }],
    ],
  ],
])('two routes of one operation with %s throw', (_what, message, routes) => {
  expect(() => rendered(...routes)).toThrow(message);
});

test('different exact values of one header or parameter exclude each other', () => {
  const traffic = trafficOf(
    rendered(
      ['GET /a', { match: having('x-a', '1'), auth: shop }],
      ['GET /a', { match: having('x-a', '2'), auth: open }],
      ['GET /b', { match: asking('q', '1') }],
      ['GET /b', { match: asking('q', '2') }],
    ),
  );
  expect([
    outcome(traffic, 'GET /a', { 'x-a': '1' }),
    outcome(traffic, 'GET /a', { 'x-a': '2' }),
    outcome(traffic, 'GET /b?q=1'),
    outcome(traffic, 'GET /b?q=2'),
    outcome(traffic, 'GET /b?q=3'),
  ]).toEqual(['403', 's1', 's2', 's3', '404']);
});

test.each<[string, RegExp, readonly Declared[]]>([
  ['its own', /its limit would count/, [['GET /a', { match: having('x-a', '1'), rateLimit: RateLimit.perSecond(1) }]]],
  [
    'another',
    /the limit of "GET \/\*" would count/,
    [
      ['GET /a', { match: having('x-a', '1') }],
      ['GET /*', { rateLimit: RateLimit.perSecond(1) }],
    ],
  ],
])('a limit of %s throws beside conditions, which it does not have', (_what, message, routes) => {
  expect(() => rendered(...routes)).toThrow(message);
});

test('headers by which the service is routed count as conditions', () => {
  const declare = (...conditions: HeaderMatch[]) => {
    const topology = new Topology('shop');
    const web = plain(topology, 'web', { versions: { v1: {}, v2: {} } });
    web.split({ v1: 100, v2: 0 });
    web.routeTo('v2', HeaderMatch.exact('x-user', 'ann'));
    const edge = topology.addEdge('door', { host: 'shop.example' });
    edge.route('GET /a', web);
    edge.route('GET /a', plain(topology, 'other'), { match: { headers: conditions } });
    return render(topology);
  };
  const [a, b] = [HeaderMatch.exact('x-a', '1'), HeaderMatch.exact('x-b', '1')];

  expect(() => declare(a)).toThrow(/the gateway would match "GET \/a" first/);
  expect(outcome(trafficOf(declare(a, b)), 'GET /a', { 'x-a': '1', 'x-b': '1', 'x-user': 'ann' })).toBe('other');
});

const PROOFS = { open, shop, books };
const conditions = fc.record({ a: fc.constantFrom('', '1', '2'), b: fc.constantFrom('', '1') });
const tables = fc.uniqueArray(
  fc.record({
    method: fc.constantFrom('ANY', 'GET'),
    path: fc.constantFrom('/a', '/{x}', '/a/*', '/*', '/{x}/{y}', '/{x+}'),
    conditions,
    proof: fc.constantFrom('open' as const, 'shop' as const, 'books' as const),
  }),
  { minLength: 2, maxLength: 6, selector: ({ method, path, conditions: { a, b } }) => [method, path, a, b].join(' ') },
);
const RANKS = ['/a', '/a/*', '/{x}', '/{x}/{y}', '/{x+}', '/*'];
const PATTERNS: Record<string, RegExp> = {
  '/a': /^\/a$/,
  '/a/*': /^\/a(\/.*)?$/,
  '/{x}': /^\/[^/]+$/,
  '/{x}/{y}': /^\/[^/]+\/[^/]+$/,
  '/{x+}': /^\/.+$/,
  '/*': /^\//,
};

test('the folder of a rest belongs to a prefix with conditions, not to the open route of the rest', () => {
  const traffic = trafficOf(
    rendered(['ANY /{x+}', { auth: open }], ['ANY /*', { auth: books, match: having('x-b', '1') }]),
  );
  expect([
    outcome(traffic, 'GET /', { 'x-b': '1' }),
    outcome(traffic, 'GET /', { 'x-b': '1' }, 'books'),
    outcome(traffic, 'GET /a', { 'x-b': '1' }),
    outcome(traffic, 'GET /'),
  ]).toEqual(['403', 's1', 's0', '404']);
});

/** Undefined for routes that are refused since their conditions have too many alternatives. */
function unlessTooMany<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof ValidationError && error.message.includes('too many rules with conditions')) {
      return undefined;
    }
    throw error;
  }
}

test('of any routes with conditions on headers, a request reaches the one that precedes, with its credentials only', () => {
  fc.assert(
    fc.property(tables, conditions, (drawn, sent) => {
      const matchOf = ({ a, b }: { a: string; b: string }) => [
        ...(a ? [HeaderMatch.exact('x-a', a)] : []),
        ...(b ? [HeaderMatch.exact('x-b', b)] : []),
      ];
      const count = ({ a, b }: { a: string; b: string }) => [a, b].filter(each => each !== '').length;
      // One header each, and not the same one, is ambiguous.
      const table = drawn.filter(
        (one_, at) =>
          !drawn
            .slice(0, at)
            .some(
              other =>
                other.method === one_.method
                && other.path === one_.path
                && count(other.conditions) === 1
                && count(one_.conditions) === 1
                && other.conditions.b !== one_.conditions.b,
            ),
      );
      const declared = table.map(({ method, path, conditions: each, proof }): Declared => [
        `${method} ${path}`,
        { auth: PROOFS[proof], match: count(each) > 0 ? { headers: matchOf(each) } : undefined },
      ]);
      const known: Declared[] = [
        ['PUT /known/shop/x', { auth: shop }],
        ['PUT /known/books/x', { auth: books }],
      ];
      const objects = unlessTooMany(() => rendered(...declared, ...known));
      if (!objects) {
        return;
      }
      const traffic = trafficOf(objects);
      const headers = { ...(sent.a && { 'x-a': sent.a }), ...(sent.b && { 'x-b': sent.b }) };
      for (const path of ['/', '/a', '/b', '/a/b', '/b/c', '/a/b/c']) {
        for (const method of ['GET', 'POST']) {
          const [route] = table
            .filter(
              each =>
                ['ANY', method].includes(each.method)
                && PATTERNS[each.path]?.test(path)
                && ['', sent.a].includes(each.conditions.a)
                && ['', sent.b].includes(each.conditions.b),
            )
            .sort(
              (x, y) =>
                RANKS.indexOf(x.path) - RANKS.indexOf(y.path)
                || Number(x.method === 'ANY') - Number(y.method === 'ANY')
                || count(y.conditions) - count(x.conditions),
            );
          for (const aud of [undefined, 'shop', 'books']) {
            const proven = !route || route.proof === 'open' || route.proof === aud;
            const expected = !route ? '404' : proven ? `s${table.indexOf(route)}` : '403';
            expect([method, path, aud, outcome(traffic, `${method} ${path}`, headers, aud)]).toEqual([
              method,
              path,
              aud,
              expected,
            ]);
          }
        }
      }
    }),
    { numRuns: 25 },
  );
});
