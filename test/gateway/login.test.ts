import { Testing } from 'cdk8s';
import {
  Auth,
  ClusterApp,
  type EdgeProps,
  ExternalAuthorizer,
  Front,
  Mesh,
  type OidcProps,
  Port,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { Manifests, Traffic } from '../../lib/testing';
import { one, plain, type Rendered } from '../istio/support';
import { frontSubnets } from '../support/fronts';

const given = { issuer: 'https://login.example', clientId: 'shop', clientSecret: 'shop-login' };
const login = (props: Partial<OidcProps> = {}) => Auth.oidc({ ...given, ...props });

function shopWith(props: Partial<EdgeProps> = {}) {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  return { shop, web, edge: shop.addEdge('door', { host: 'shop.example', tlsSecret: 'door-tls', ...props }) };
}

const chartOf = (topology: Topology, mesh = Mesh.none({ gateway: new EnvoyGateway() })) =>
  new TopologyChart(new ClusterApp(), 'test', { topology, mesh });
const render = (topology: Topology) => Testing.synth(chartOf(topology)) as Rendered[];

test('is a SecurityPolicy of the routes that require it', () => {
  const { shop, web, edge } = shopWith();
  edge.route('GET /account', web, { auth: login() });
  edge.route('GET /open', web);
  const objects = render(shop);
  const policies = objects.filter(({ kind }) => kind === 'SecurityPolicy');

  expect(policies.map(({ spec }) => spec as object)).toEqual([
    {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'door' }],
      oidc: {
        provider: { issuer: 'https://login.example' },
        clientID: 'shop',
        clientSecret: { name: 'shop-login' },
        redirectURL: 'https://shop.example/oauth2/callback',
        logoutPath: '/logout',
      },
    },
  ]);
});

test('has a rule for its callback and the end of sessions in the HTTPRoute of its policy', () => {
  const { shop, web, edge } = shopWith();
  edge.route('GET /account', web, { auth: login({ callbackPath: '/back', logoutPath: '/bye' }) });
  edge.route('ANY /*', web);
  const rules = one(render(shop), 'HTTPRoute', 'door').spec.rules as { matches: object[]; backendRefs: object[] }[];

  expect(rules.at(-1)).toEqual({
    matches: ['/back', '/bye'].map(value => ({ path: { type: 'Exact', value } })),
    backendRefs: [{ name: 'web', port: 80 }],
  });
});

test('has scopes, cookies and the forwarded token as they are declared', () => {
  const { shop, web, edge } = shopWith({
    auth: login({
      scopes: ['email'],
      cookieNames: { accessToken: 'a', idToken: 'i' },
      cookieDomain: 'shop.example',
      forwardAccessToken: true,
    }),
  });
  edge.route('GET /', web);

  expect(one(render(shop), 'SecurityPolicy', 'door').spec.oidc).toMatchObject({
    scopes: ['email'],
    cookieNames: { accessToken: 'a', idToken: 'i' },
    cookieDomain: 'shop.example',
    forwardAccessToken: true,
  });
});

test('has the endpoints of the provider, if the controller cannot connect to it', () => {
  const { shop, web, edge } = shopWith();
  const [authorization, token, endSession] = ['authorize', 'token', 'end'].map(
    each => `https://login.example/${each}`,
  ) as [string, string, string];
  edge.route('GET /', web, { auth: login({ endpoints: { authorization, token, endSession } }) });

  expect(one(render(shop), 'SecurityPolicy', 'door').spec.oidc.provider).toEqual({
    issuer: 'https://login.example',
    authorizationEndpoint: authorization,
    tokenEndpoint: token,
    endSessionEndpoint: endSession,
  });
});

test.each([{ alternativeHosts: ['www.shop.example'] }, { host: '*.shop.example' }])(
  'returns users of several hosts to the one that they came from: %j',
  props => {
    const { shop, web, edge } = shopWith(props);
    edge.route('GET /', web, { auth: login() });

    expect(one(render(shop), 'SecurityPolicy', 'door').spec.oidc.redirectURL).toBe(
      'https://%REQ(:authority)%/oauth2/callback',
    );
  },
);

test.each(['GET /logout', 'ANY /oauth2/callback'])('throws for a route of one of its paths: %s', operation => {
  const { shop, web, edge } = shopWith();
  edge.route('GET /', web, { auth: login() });
  edge.route(operation, web);

  expect(() => render(shop)).toThrow(/responds to this path itself.*\(Contradiction\)/);
});

test('throws without a route whose backend its paths could have', () => {
  const { shop, web, edge } = shopWith();
  edge.redirect('GET /old', { path: '/', auth: login() });
  edge.route('GET /', web);

  expect(() => render(shop)).toThrow(/\[shop\/door\] Redirects require a login, and no route does.*\(NoEffect\)/);
});

test.each([
  { auth: login({ clientId: 'other' }) },
  { auth: login(), authorizer: ExternalAuthorizer.none() },
  { auth: login(), retries: { attempts: 1 } },
])('throws for routes whose sessions would not be the same: %j', props => {
  const { shop, web, edge } = shopWith();
  const decider = shop.addService('decider', { image: 'example/decider:1', port: Port.grpc(9001) });
  edge.route('GET /a', web, { auth: login(), authorizer: ExternalAuthorizer.of({ service: decider }) });
  edge.route('GET /b', web, { authorizer: ExternalAuthorizer.of({ service: decider }), ...props });

  expect(() => render(shop)).toThrow(/\[shop\/door\/GET \/b\].*another login than "GET \/a".*\(Contradiction\)/);
});

test("is an error at Istio's gateway, with what to use instead", () => {
  const { shop, web, edge } = shopWith();
  edge.route('GET /', web, { auth: login() });

  const app = new ClusterApp();
  new TopologyChart(app, 'test', { topology: shop, mesh: Mesh.istio() });
  expect(() => app.synthYaml()).toThrow(
    /a login of users at the edge, which Istio's gateway does not support.*oauth2-proxy/s,
  );
});

test('is not simulated, while other routes of the edge are', () => {
  const { shop, web, edge } = shopWith();
  edge.route('GET /account', web, { auth: login() });
  edge.route('GET /open', web);
  const traffic = Traffic.of(Manifests.ofChart(chartOf(shop)));

  expect(() => traffic.fromInternet('GET https://shop.example/account')).toThrow(/spec\.oidc/);
  expect(() => traffic.fromInternet('GET https://shop.example/logout')).toThrow(/spec\.oidc/);
  traffic.fromInternet('GET https://shop.example/open').expectRoutedTo('web');
});

describe('an edge', () => {
  const declare =
    (props: Partial<EdgeProps>, oidc: Partial<OidcProps> = {}) =>
    () => {
      const { edge, web } = shopWith(props);
      edge.route('GET /', web, { auth: login(oidc) });
    };

  test('with a login needs TLS', () => {
    expect(declare({ tlsSecret: undefined })).toThrow(/\[shop\/door\/GET \/\].*plain HTTP.*\(Contradiction\)/);
  });

  test('behind a managed API cannot have a login, and behind another front it can', () => {
    const front = Front.httpApi({ addresses: frontSubnets });

    expect(declare({ front })).toThrow(/behind an HTTP API, which has no route for the callback/);
    expect(declare({ front: Front.of({ name: 'a CDN', capabilities: [], addresses: frontSubnets }) })).not.toThrow();
  });

  test('for all hosts cannot have a login, which would return users to a host that the request chooses', () => {
    expect(declare({ host: '*' })).toThrow(
      /\[shop\/door\/GET \/\].*a host that the request chooses.*\(Contradiction\)/,
    );
  });

  test('has hosts in the domain of the cookies only', () => {
    expect(declare({}, { cookieDomain: 'example.org' })).toThrow(/shop\.example is not in `cookieDomain`/);
    expect(declare({ host: 'shop.example.org' }, { cookieDomain: 'ample.org' })).toThrow(/is not in `cookieDomain`/);
    expect(declare({ host: 'a.shop.example' }, { cookieDomain: 'shop.example' })).not.toThrow();
  });
});

test.each<[string, Partial<OidcProps>, RegExp]>([
  ['an issuer without https', { issuer: 'http://login.example' }, /InvalidIssuer/],
  ['an issuer with a query', { issuer: 'https://login.example?a' }, /InvalidIssuer/],
  ['an issuer with user information', { issuer: 'https://a@login.example' }, /InvalidIssuer/],
  [
    'an endpoint without https',
    { endpoints: { authorization: 'https://login.example/a', token: 'http://login.example/t' } },
    /The endpoint "http:.*InvalidIssuer/,
  ],
  ['an empty client id', { clientId: '' }, /The client id "" is empty.*InvalidText/],
  ['a Secret that no object can be named', { clientSecret: 'Shop_Login' }, /InvalidName/],
  ['two scopes in one', { scopes: ['a b'] }, /The scope "a b".*InvalidText/],
  ['a name of a cookie with a separator', { cookieNames: { idToken: 'a;b' } }, /The name of a cookie.*InvalidText/],
  ['one name for both cookies', { cookieNames: { idToken: 'a', accessToken: 'a' } }, /Contradiction/],
  ['a domain with a wildcard', { cookieDomain: '*.example' }, /InvalidHost/],
  ['a parameter in the callback', { callbackPath: '/{a}' }, /"\/\{a\}" is not one path of its own.*InvalidPath/],
  ['a prefix as the end of sessions', { logoutPath: '/logout/*' }, /InvalidPath/],
  ['the root as callback', { callbackPath: '/' }, /InvalidPath/],
  ['an escape in a path', { callbackPath: '/a%20b' }, /InvalidPath/],
  ['one path for both', { callbackPath: '/logout' }, /are the same.*Contradiction/],
])('a login with %s throws', (_what, props, message) => {
  expect(() => login(props)).toThrow(message);
});
