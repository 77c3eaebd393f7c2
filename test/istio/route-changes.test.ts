import { Duration } from 'cdk8s';
import { Auth, type Edge, type EdgeProps, HeaderMatch, type RedirectProps, type RouteProps, Topology } from '../../lib';
import { trafficOf } from '../support/manifests';
import { one, plain, type Rendered, render } from './support';

const shopToken = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });

function rendered(declare: (edge: Edge, web: ReturnType<typeof plain>) => void, tlsSecret?: string): Rendered[] {
  const shop = new Topology('shop');
  declare(shop.addEdge('door', { host: 'shop.example', tlsSecret }), plain(shop, 'web'));
  return render(shop);
}

const rulesOf = (objects: readonly Rendered[]) => one(objects, 'HTTPRoute', 'door').spec.rules;

const reply = (objects: readonly Rendered[], request: string) => trafficOf(objects).fromInternet(request).outcomes[0];

const routed = (operation: string, props: RouteProps) => rendered((edge, web) => edge.route(operation, web, props));
const redirected = (operation: string, props: RedirectProps) =>
  rendered((edge, web) => {
    edge.redirect(operation, props);
    edge.route('GET /new', web);
  });

test('a redirect is a rule with a filter and without a backend', () => {
  const [, rule] = rulesOf(
    redirected('GET /old', { path: '/new', host: 'www.example', scheme: 'https', port: 8443, statusCode: 308 }),
  );
  expect(rule).toEqual({
    matches: [{ method: 'GET', path: { type: 'Exact', value: '/old' } }],
    filters: [
      {
        type: 'RequestRedirect',
        requestRedirect: {
          scheme: 'https',
          hostname: 'www.example',
          port: 8443,
          path: { type: 'ReplaceFullPath', replaceFullPath: '/new' },
          statusCode: 308,
        },
      },
    ],
  });
});

test('a redirect is temporary unless it has another status, and can replace a prefix', () => {
  const objects = redirected('ANY /old/*', { pathPrefix: '/new' });

  expect(rulesOf(objects)[1]).toEqual({
    matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
    filters: [
      {
        type: 'RequestRedirect',
        requestRedirect: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' }, statusCode: 302 },
      },
    ],
  });
  expect(reply(objects, 'GET http://shop.example/old/a?b=c')).toMatchObject({
    status: 302,
    location: 'http://shop.example/new/a?b=c',
  });
});

test('a redirect belongs to the table of routes: the most specific matches, with its own credentials', () => {
  const objects = rendered((edge, web) => {
    edge.redirect('ANY /files/old', { path: '/files/new', auth: shopToken });
    edge.redirect('GET /files/public/*', { pathPrefix: '/files/new' });
    edge.route('ANY /files/*', web, { auth: Auth.none() });
  });
  const claims = { iss: 'https://login.example', sub: 'ann', aud: 'shop' };

  expect(reply(objects, 'GET http://shop.example/files/old')?.status).toBe(403);
  expect(reply(objects, 'GET http://shop.example/files/public/a')?.location).toBe('http://shop.example/files/new/a');
  expect(reply(objects, 'GET http://shop.example/files/older')?.destination).toBe('shop/web-v1');
  expect(
    trafficOf(objects).fromInternet('GET http://shop.example/files/old', {
      claims,
    }).outcomes[0]?.location,
  ).toBe('http://shop.example/files/new');
});

test('preflights of a route do not pass the authentication of a redirect', () => {
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example', cors: { origins: ['https://www.example'] } });
  edge.route('GET /files/*', plain(shop, 'web'));
  edge.redirect('ANY /files/old', { path: '/new', auth: shopToken });

  expect(one(render(shop), 'AuthorizationPolicy', 'door').spec.rules[0].to).toEqual([
    { operation: { methods: ['OPTIONS'], paths: ['/files', '/files/{**}'], notPaths: ['/files/old'] } },
  ]);
});

test('an edge of redirects alone has routes', () => {
  const objects = rendered(edge => edge.redirect('ANY /*', { host: 'www.example' }));

  expect(reply(objects, 'GET http://shop.example/a?b')?.location).toBe('http://www.example/a?b');
});

test.each<[string, RedirectProps, boolean]>([
  ['GET /old/*', { pathPrefix: '/old/new' }, true],
  ['GET /old', { path: '/old' }, true],
  ['ANY /*', { path: '/x', host: 'shop.example' }, true],
  ['ANY /*', { scheme: 'http' }, true],
  ['ANY /*', { scheme: 'https' }, false],
  ['ANY /*', { path: '/new' }, false],
  ['GET /*', { path: '/new' }, false],
  ['POST /*', { path: '/x' }, false],
  ['POST /*', { path: '/x', statusCode: 307 }, true],
  ['GET /old', { path: '/old', port: 8443 }, false],
  ['GET /{a}', { path: '/b' }, true],
  ['GET /{a}', { path: '/b/c' }, false],
])('a redirect of %s to %j loops: %s', (operation, props, loops) => {
  const declare = () => redirected(operation, props);
  if (loops) {
    expect(declare).toThrow(/matches the redirect itself.*\(Contradiction\)/s);
  } else {
    expect(declare).not.toThrow();
  }
});

test.each<[Partial<EdgeProps>, string, string | undefined]>([
  [
    { tlsSecret: 'tls' },
    'http',
    'is redirected to HTTPS by the edge, and then matches the redirect itself. Redirect to a path of another route, or to another host. (',
  ],
  [
    { tlsSecret: 'tls' },
    'https',
    'matches the redirect itself. Redirect to a path of another route, or to another host or scheme.',
  ],
  [{}, 'http', 'matches the redirect itself. Redirect to a path of another route, or to another host or scheme.'],
  [{}, 'https', undefined],
])('a redirect at an edge with %j to its own path with %s loops: %s', (props, scheme, message) => {
  const declare = () => {
    const shop = new Topology('shop');
    shop.addEdge('door', { host: 'shop.example', ...props }).redirect('GET /a', { scheme });
    return render(shop);
  };
  if (message !== undefined) {
    expect(declare).toThrow(`[shop/door/GET /a] The location, "/a" of shop.example, ${message}`);
  } else {
    expect(declare).not.toThrow();
  }
});

const tested = { match: { headers: [HeaderMatch.exact('x-test', 'yes')] } };

test.each<[string, [string, RedirectProps][], string | undefined]>([
  [
    'of two paths to each other',
    [
      ['GET /b', { path: '/c' }],
      ['GET /c', { path: '/b' }],
    ],
    '[shop/door/GET /b] The location, "/c" of shop.example, leads back to "GET /b" by "GET /c". Redirect',
  ],
  [
    'of three paths',
    [
      ['GET /b', { path: '/c' }],
      ['GET /c', { path: '/d' }],
      ['ANY /d', { path: '/b' }],
    ],
    'leads back to "GET /b" by "GET /c" and "ANY /d".',
  ],
  [
    'of two prefixes',
    [
      ['GET /b/*', { pathPrefix: '/c' }],
      ['GET /c/*', { pathPrefix: '/b' }],
    ],
    'leads back to "GET /b/*" by "GET /c/*".',
  ],
  [
    'to a loop of others',
    [
      ['GET /a', { path: '/b' }],
      ['GET /b', { path: '/c' }],
      ['GET /c', { path: '/b' }],
    ],
    '[shop/door/GET /b]',
  ],
  [
    'that keep the method',
    [
      ['POST /b', { path: '/c', statusCode: 307 }],
      ['POST /c', { path: '/b', statusCode: 308 }],
    ],
    'leads back to "POST /b" by "POST /c".',
  ],
  [
    'of a method that clients change',
    [
      ['POST /b', { path: '/c' }],
      ['GET /c', { path: '/b' }],
    ],
    undefined,
  ],
  [
    'of which the second leaves a path that a route has',
    [
      ['GET /en/*', { path: '/intl/home' }],
      ['GET /intl/*', { pathPrefix: '/en' }],
      ['GET /en/home', { path: '/a' }],
    ],
    undefined,
  ],
  [
    'of a prefix to a path below another one',
    [
      ['GET /en/*', { path: '/intl/home' }],
      ['GET /intl/*', { pathPrefix: '/en' }],
    ],
    'leads back to "GET /en/*" by "GET /intl/*".',
  ],
  [
    'of which one leaves the edge',
    [
      ['GET /b', { path: '/c' }],
      ['GET /c', { path: '/b', host: 'www.example' }],
    ],
    undefined,
  ],
  [
    'of which the second has conditions',
    [
      ['GET /b', { path: '/c' }],
      ['GET /c', { path: '/b', ...tested }],
    ],
    'leads back to "GET /c" by "GET /b".',
  ],
])('redirects %s', (_title, redirects, message) => {
  const declare = () =>
    rendered(edge => {
      redirects.forEach(([operation, props]) => edge.redirect(operation, props));
    });
  if (message === undefined) {
    expect(declare).not.toThrow();
  } else {
    expect(declare).toThrow(message);
  }
});

test('a redirect that removes its prefix throws: Istio would leave two slashes', () => {
  expect(() => redirected('GET /old/*', { pathPrefix: '/' })).toThrow(/"\/old\/a" to "\/\/a".*\(RemovedPrefix\)/s);
});

test('a prefix is replaced before the service gets the request, and the service allows the new path', () => {
  const objects = routed('GET /v1/*', { rewrite: { pathPrefix: '/api', host: 'api.internal.example' } });

  expect(rulesOf(objects)[0].filters).toEqual([
    {
      type: 'URLRewrite',
      urlRewrite: {
        path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/api' },
        hostname: 'api.internal.example',
      },
    },
  ]);
  expect(one(objects, 'AuthorizationPolicy', 'web').spec.rules[0].to).toEqual([
    { operation: { ports: ['80'], methods: ['GET'], paths: ['/api', '/api/{**}'] } },
  ]);
  expect(reply(objects, 'GET http://shop.example/v1/a')).toMatchObject({ destination: 'shop/web-v1', path: '/api/a' });
});

test('a prefix can be removed, and a whole path replaced', () => {
  const removed = routed('GET /v1/*', { rewrite: { pathPrefix: '/' } });
  expect(reply(removed, 'GET http://shop.example/v1/a')).toMatchObject({ destination: 'shop/web-v1', path: '/a' });
  expect(reply(removed, 'GET http://shop.example/v1')).toMatchObject({ destination: 'shop/web-v1', path: '/' });

  const whole = routed('GET /v1/{id}', { rewrite: { path: '/api' } });
  expect(reply(whole, 'GET http://shop.example/v1/a')).toMatchObject({ destination: 'shop/web-v1', path: '/api' });
});

test('each replaced prefix is a rule with one match', () => {
  const rewrite = { pathPrefix: '/api' };
  const objects = rendered((edge, web) => {
    edge.route('GET /v1/*', web, { rewrite });
    edge.route('POST /v1/*', web, { rewrite });
    edge.route('GET /a', web, { rewrite: { path: '/api' } });
    edge.route('GET /b', web, { rewrite: { path: '/api' } });
  });

  expect(rulesOf(objects).map((rule: { matches: object[] }) => rule.matches.length)).toEqual([1, 1, 2]);
});

test('a prefix cannot be replaced where a parameter precedes it: both are named', () => {
  expect(() =>
    rendered((edge, web) => {
      edge.route('GET /v1/*', web, { rewrite: { pathPrefix: '/api' } });
      edge.route('GET /v1/{id}', web);
    }),
  ).toThrow(/\[shop\/door\/GET \/v1\/\*\].*"GET \/v1\/\{id\}" after it.*\(AmbiguousRoutes\)/s);
});

test('a timeout of 0 is none', () => {
  const objects = routed('GET /', { timeout: Duration.millis(0) });

  expect(rulesOf(objects)[0].timeouts).toEqual({ request: '0s' });
});

test('header changes are filters, with literal values', () => {
  const objects = routed('GET /', {
    headerChanges: {
      request: { set: { 'x-b': '50 %', 'x-a': '1' }, remove: ['authorization'] },
      response: { add: { 'x-c': '%REQ(x)%' } },
    },
  });

  expect(rulesOf(objects)[0].filters).toEqual([
    {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: {
        set: [
          { name: 'x-a', value: '1' },
          { name: 'x-b', value: '50 %%' },
        ],
        remove: ['authorization'],
      },
    },
    { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [{ name: 'x-c', value: '%%REQ(x)%%' }] } },
  ]);
  expect(reply(objects, 'GET http://shop.example/')).toMatchObject({ headers: { 'x-a': '1', 'x-b': '50 %' } });
});

test('routes that change requests differently do not share a rule, nor their order', () => {
  const objects = rendered((edge, web) => {
    edge.route('GET /a/{rest+}', web, { headerChanges: { request: { set: { 'x-a': '1' } } } });
    edge.route('GET /{tenant}/items', web);
  });

  expect(
    rulesOf(objects).map((rule: { matches: { path: { value: string } }[] }) => rule.matches[0]?.path.value),
  ).toEqual(['/a/.+(?:)(?:)', '/[^/]+/items']);
});

test('a redirect requires its token also with the headers of a preflight, on an edge without routes', () => {
  const shop = new Topology('shop');
  const auth = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
  shop
    .addEdge('door', { host: 'shop.example', cors: { origins: ['https://www.example'] }, auth })
    .redirect('ANY /old', { path: '/new' });
  const headers = { origin: 'https://www.example', 'access-control-request-method': 'GET' };

  trafficOf(render(shop)).fromInternet('GET http://shop.example/old', { headers }).expectDenied(403);
});
