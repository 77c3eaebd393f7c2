import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { Auth, HeaderMatch, Topology } from '../../lib';
import type { Traffic } from '../../lib/testing';
import { asked, matched, tables } from '../support/overlapping-routes';
import type { Declared } from '../support/routes';
import { trafficOf } from '../support/manifests';
import { one, plain, type Rendered, render } from './support';

const ISSUER = 'https://login.example';
const jwt = (audience: string, scopes?: string[]) => Auth.jwt({ issuer: ISSUER, audiences: [audience], scopes });
const open = Auth.none();

interface Proven extends Declared {
  readonly proof: keyof typeof PROOFS;
}

const PROOFS = { open, shop: jwt('shop'), books: jwt('books'), write: jwt('shop', ['write']) };

/** Tokens, and the proofs that they are. */
const TOKENS: readonly {
  readonly claims?: Readonly<Record<string, string>>;
  readonly proves: readonly (keyof typeof PROOFS)[];
}[] = [
  { proves: ['open'] },
  { claims: { aud: 'shop' }, proves: ['open', 'shop'] },
  { claims: { aud: 'books' }, proves: ['open', 'books'] },
  { claims: { aud: 'shop', scope: 'read write' }, proves: ['open', 'shop', 'write'] },
];

/** An edge whose routes go to a service each, so that what arrives tells which was matched. */
function rendered(routes: readonly Proven[]): Rendered[] {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example' });
  routes.forEach(({ method, path, proof }, index) =>
    edge.route(`${method} ${path}`, plain(shop, `s${index}`), { auth: PROOFS[proof] }),
  );
  return render(shop);
}

/** Where a request arrives, or the status with which it is refused. */
function outcome(traffic: Traffic, request: string, claims?: Readonly<Record<string, string>>): string {
  const [ending] = traffic.fromInternet(
    request,
    claims && { claims: { iss: ISSUER, sub: 'alice', ...claims } },
  ).outcomes;
  return ending?.destination ? ending.destination.replace(/^shop\/|-v1$/g, '') : String(ending?.status);
}

test('an open route does not open a protected one that it overlaps', () => {
  const traffic = trafficOf(
    rendered([
      { method: 'GET', path: '/orders', proof: 'shop' },
      { method: 'ANY', path: '/{path+}', proof: 'open' },
    ]),
  );

  expect(outcome(traffic, 'GET http://shop.example/orders')).toBe('403');
  expect(outcome(traffic, 'GET http://shop.example/orders', { aud: 'shop' })).toBe('s0');
  expect(outcome(traffic, 'GET http://shop.example/orders?a=/b')).toBe('403');
  expect(outcome(traffic, 'POST http://shop.example/orders')).toBe('s1');
  expect(outcome(traffic, 'GET http://shop.example/orders/1')).toBe('s1');
});

test('a route names what is its own, method by method', () => {
  const { rules } = one(
    rendered([
      { method: 'GET', path: '/orders/{id}', proof: 'shop' },
      { method: 'ANY', path: '/admin/{rest+}', proof: 'shop' },
      { method: 'ANY', path: '/{path+}', proof: 'open' },
      { method: 'GET', path: '/', proof: 'open' },
    ]),
    'AuthorizationPolicy',
    'door',
  ).spec;

  expect(rules[1].to).toEqual([
    { operation: { methods: ['GET'], paths: ['/{**}'], notPaths: ['/orders/{*}', '/admin/{**}'] } },
    { operation: { methods: ['GET'], paths: ['/admin/', '/'] } },
    { operation: { notMethods: ['GET'], paths: ['/{**}'], notPaths: ['/admin/{**}'] } },
    { operation: { notMethods: ['GET'], paths: ['/admin/'] } },
  ]);
});

test('routes with one requirement are named as they are declared, even if they overlap', () => {
  const { rules } = one(
    rendered([
      { method: 'GET', path: '/orders/{id}', proof: 'shop' },
      { method: 'ANY', path: '/{path+}', proof: 'shop' },
    ]),
    'AuthorizationPolicy',
    'door',
  ).spec;

  expect(rules.map((rule: { to: object }) => rule.to)).toEqual([
    [{ operation: { methods: ['GET'], paths: ['/orders/{*}'] } }, { operation: { paths: ['/{**}'] } }],
  ]);
});

test('the parent path of an open rest parameter stays denied where another route requires a token for it', () => {
  const traffic = trafficOf(
    rendered([
      { method: 'GET', path: '/a/', proof: 'shop' },
      { method: 'GET', path: '/a/{rest+}', proof: 'open' },
    ]),
  );

  expect(outcome(traffic, 'GET http://shop.example/a/')).toBe('403');
  expect(outcome(traffic, 'GET http://shop.example/a/b')).toBe('s1');
});

test.each([
  '=',
  '*',
  ';v=1',
  ';v',
  '%2F',
  '%3D',
  '"',
  '|',
  '~',
  '@',
  "!$&'()+,:",
  'é',
  '%',
  '..%2f..%2forders',
  '//orders',
  './orders',
  'x/../orders',
  'orders/',
  'orders;a',
  'ORDERS',
  '%6frders',
])('no spelling of a path opens a protected route: %s', text => {
  const traffic = trafficOf(
    rendered([
      { method: 'GET', path: '/orders', proof: 'shop' },
      { method: 'GET', path: '/s/{id}', proof: 'shop' },
      { method: 'GET', path: '/t/{rest+}', proof: 'shop' },
      { method: 'ANY', path: '/{path+}', proof: 'open' },
    ]),
  );
  for (const path of [`/${text}`, `/s/${text}`, `/t/${text}`, `/t/x/${text}`, `/s/x${text}`]) {
    expect(outcome(traffic, `GET http://shop.example${path}`)).toMatch(/^(403|404|s3)$/);
  }
});

/** The gateway refuses a token with an audience that none of its routes demands. */
const known: readonly Proven[] = [
  { method: 'PUT', path: '/known/shop', proof: 'shop' },
  { method: 'PUT', path: '/known/books', proof: 'books' },
];

const proofs = fc.constantFrom('open' as const, 'shop' as const, 'books' as const, 'write' as const);

test('of any overlapping routes, a request reaches the one that precedes, with the credentials of that route only', () => {
  fc.assert(
    fc.property(
      tables,
      fc.array(proofs, { minLength: 7, maxLength: 7 }),
      fc.array(asked, { minLength: 4, maxLength: 8 }),
      (table, demands, requests) => {
        const routes = [...table.map((each, index) => ({ ...each, proof: demands[index] ?? 'open' })), ...known];
        const traffic = trafficOf(rendered(routes));
        for (const path of requests) {
          for (const method of ['GET', 'DELETE']) {
            const route = matched(routes, method, path);
            for (const { claims, proves } of TOKENS) {
              const expected = !route ? '404' : proves.includes(route.proof) ? `s${routes.indexOf(route)}` : '403';
              expect([method, path, claims, outcome(traffic, `${method} http://shop.example${path}`, claims)]).toEqual([
                method,
                path,
                claims,
                expected,
              ]);
            }
          }
        }
      },
    ),
    { numRuns: 25 },
  );
});

describe('the order in which the gateway matches routes', () => {
  const expressions = (objects: readonly Rendered[]): string[] =>
    one(objects, 'HTTPRoute', 'door').spec.rules.flatMap((rule: { matches: { path: { value: string } }[] }) =>
      rule.matches.map(match => match.path.value),
    );

  test('is kept by the length of expressions, where another would come first', () => {
    const objects = rendered([
      { method: 'GET', path: '/a/{rest+}', proof: 'open' },
      { method: 'GET', path: '/{tenant}/items', proof: 'shop' },
    ]);

    expect(expressions(objects)).toEqual(['/a/.+(?:)(?:)', '/[^/]+/items']);
    expect(outcome(trafficOf(objects), 'GET http://shop.example/a/items')).toBe('s0');
  });

  test('is left as it is where nothing depends on it', () => {
    const shop = new Topology('shop');
    const [web, edge] = [plain(shop, 'web'), shop.addEdge('door', { host: 'shop.example' })];
    edge.route('GET /a/{rest+}', web);
    edge.route('GET /{tenant}/items', web);

    expect(expressions(render(shop))).toEqual(['/a/.+', '/[^/]+/items']);
  });

  test('counts a longer timeout', () => {
    const shop = new Topology('shop');
    const [web, edge] = [plain(shop, 'web'), shop.addEdge('door', { host: 'shop.example' })];
    edge.route('GET /a/{rest+}', web, { timeout: Duration.seconds(1) });
    edge.route('GET /{tenant}/items', web);

    expect(expressions(render(shop))).toEqual(['/a/.+(?:)(?:)', '/[^/]+/items']);
  });

  test('throws where paths are too long for it', () => {
    expect(() =>
      rendered([
        { method: 'GET', path: '/a/{rest+}', proof: 'open' },
        { method: 'GET', path: `/{tenant}/${'items'.repeat(204)}`, proof: 'open' },
      ]),
    ).toThrow(/\[shop\/door\/GET \/a\/\{rest\+\}\].*"GET \/\{tenant\}\/items.*\(AmbiguousRoutes\)/);
  });

  test('puts a method before a header', () => {
    const shop = new Topology('shop');
    const web = plain(shop, 'web', { versions: { v1: {}, v2: {} } });
    web.split({ v1: 100, v2: 0 });
    web.routeTo('v2', HeaderMatch.exact('x-user', 'a.b'));
    const edge = shop.addEdge('door', { host: 'shop.example' });
    edge.route('ANY /a', web);
    edge.route('GET /a', plain(shop, 'other'));
    const objects = render(shop);

    expect(one(objects, 'HTTPRoute', 'door').spec.rules[0].matches[0].headers).toEqual([
      { type: 'RegularExpression', name: 'x-user', value: 'a\\.b' },
    ]);
    const arrives = (method: string) =>
      trafficOf(objects).fromInternet(`${method} http://shop.example/a`, { headers: { 'x-user': 'a.b' } }).outcomes[0]
        ?.destination;
    expect([arrives('GET'), arrives('POST')]).toEqual(['shop/other-v1', 'shop/web-v2']);
  });
});

test.each(['/a//b/{id}', '/{id}//'])('a path that Envoy has no template for throws: %s', path => {
  expect(() => rendered([{ method: 'GET', path, proof: 'open' }])).toThrow(/\(InvalidPath\)/);
});
