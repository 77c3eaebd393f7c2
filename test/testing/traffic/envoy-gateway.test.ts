import { Testing } from 'cdk8s';
import {
  Auth,
  ClientKey,
  ClusterApp,
  FailureMode,
  Mesh,
  PerClientRateLimit,
  Period,
  RateLimit,
  Topology,
  TopologyChart,
} from '../../../lib';
import { EnvoyGateway } from '../../../lib/gateway';
import { Traffic } from '../../../lib/testing';
import { plain } from '../../istio/support';
import { manifestsOf } from '../../support/manifests';
import { gatewayApi, pods, service } from './support';

const issuer = 'https://login.example';
const claims = { iss: issuer, sub: 'ann', aud: 'shop' };

describe('an edge that the package renders for Envoy Gateway', () => {
  const token = (scopes?: string[]) => Auth.jwt({ issuer, audiences: ['shop'], jwksUri: `${issuer}/keys`, scopes });
  const topology = new Topology('shop');
  const web = plain(topology, 'web');
  const edge = topology.addEdge('door', {
    host: 'shop.example',
    auth: token(),
    cors: { origins: ['https://www.example'] },
    perClientRateLimit: PerClientRateLimit.of({
      client: ClientKey.claim('sub'),
      requests: 100,
      per: Period.MINUTE,
      failureMode: FailureMode.FAIL_OPEN,
    }),
  });
  edge.route('GET /open', web, { auth: Auth.none(), rateLimit: RateLimit.perSecond(5) });
  edge.route('GET /orders', web);
  edge.route('POST /orders', web, { auth: token(['write', 'admin']) });
  edge.route('GET /keyed', web, { auth: Auth.apiKey({ secret: 'keys' }) });
  const keys = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keys', namespace: 'shop' },
    stringData: { ann: 'key-of-ann' },
  };
  const chart = new TopologyChart(new ClusterApp(), 'test', {
    topology,
    mesh: Mesh.none({ gateway: new EnvoyGateway() }),
  });
  const traffic = Traffic.of(manifestsOf([...(Testing.synth(chart) as object[]), keys]));
  const ask = (request: string, props = {}) =>
    traffic.fromInternet(request.replace(' ', ' http://shop.example'), props);

  test('requires a token of its issuer and audience', () => {
    ask('GET /orders').expectDenied(401);
    ask('GET /orders', { claims, badToken: true }).expectDenied(401);
    ask('GET /orders', { claims: { ...claims, iss: 'https://other.example' } }).expectDenied(401);
    ask('GET /orders', { claims: { ...claims, aud: 'other' } }).expectDenied(403);
    ask('GET /orders', { claims }).expectRoutedTo('web');
    ask('GET /orders', { claims: { ...claims, aud: 'https://shop/' } }).expectRoutedTo('web');
    ask('GET /orders').expectDenied(401);
  });

  test('requires one of the scopes', () => {
    ask('POST /orders', { claims: { ...claims, scope: 'read write' } }).expectRoutedTo('web');
    ask('POST /orders', { claims: { ...claims, scope: 'read' } }).expectDenied(403);
    ask('POST /orders', { claims }).expectDenied(403);
  });

  test('requires a key, which services do not get', () => {
    ask('GET /keyed').expectDenied(401);
    ask('GET /keyed', { headers: { 'x-api-key': 'guessed' } }).expectDenied(401);
    const result = ask('GET /keyed', { headers: { 'x-api-key': 'key-of-ann' } });
    expect(result.outcomes[0]?.headers).toEqual({ 'x-cardinal-client-key': 'ann' });
  });

  test('has open routes, on which a client cannot name another one', () => {
    const forged = {
      'x-cardinal-client-sub': 'bob',
      'x-cardinal-client-issuer': issuer,
      'x-cardinal-client-key': 'bob',
      'x-mine': 'yes',
    };
    expect(ask('GET /open', { headers: forged }).outcomes[0]?.headers).toEqual({ 'x-mine': 'yes' });
    expect(ask('GET /orders', { headers: forged, claims }).outcomes[0]?.headers).toMatchObject({
      'x-cardinal-client-sub': 'ann',
      'x-cardinal-client-issuer': issuer,
    });
  });

  test('responds to preflights before it requires a token, and allows its origins only', () => {
    const preflight = (origin: string) =>
      ask('OPTIONS /orders', { headers: { origin, 'access-control-request-method': 'GET' } });
    preflight('https://www.example').expectDenied(200);
    expect(preflight('https://www.example').responseHeaders).toMatchObject({
      'access-control-allow-origin': 'https://www.example',
      'access-control-allow-methods': 'GET, POST',
    });
    preflight('https://evil.example').expectDenied(200);
    expect(preflight('https://evil.example').responseHeaders).not.toHaveProperty('access-control-allow-origin');
  });

  test('has no retries but those that are declared, and 404 for all else', () => {
    expect(ask('GET /orders', { claims }).retries).toBe(0);
    ask('GET /other', { claims }).expectDenied(404);
  });

  test('is a star in the matrix, but for its open route', () => {
    const lines = String(traffic.matrix())
      .split('\n')
      .filter(each => each.includes('internet'));
    expect(lines.join()).toContain('*');
  });
});

const GROUP = 'gateway.envoyproxy.io/v1alpha1';
const http = { name: 'http', port: 80, protocol: 'HTTP' };
const door = (props: object = {}) =>
  gatewayApi('Gateway', 'door', { gatewayClassName: 'eg', listeners: [http], ...props });
const route = gatewayApi('HTTPRoute', 'web', {
  parentRefs: [{ name: 'door' }],
  rules: [
    { name: 'admin', matches: [{ path: { value: '/admin' } }], backendRefs: [{ name: 'web', port: 80 }] },
    { backendRefs: [{ name: 'web', port: 80 }] },
  ],
});
const TOWN = [pods('web'), service('web'), route];

function policy(kind: string, name: string, target: object, spec: object): object {
  return {
    apiVersion: GROUP,
    kind,
    metadata: { name, namespace: 'shop' },
    spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', ...target }], ...spec },
  };
}

const ask = (objects: readonly object[], path = '/', props = {}) =>
  Traffic.of(manifestsOf([...TOWN, ...objects]), { namespaceLabels: { shop: {} } }).fromInternet(
    `GET http://any.example${path}`,
    props,
  );
const jwt = (props: object = {}, provider: object = {}) => ({
  jwt: { providers: [{ name: 'login', issuer, remoteJWKS: { uri: `${issuer}/keys` }, ...provider }], ...props },
});
describe('of routes that match a request', () => {
  const arrival = (first: object, second: object) => {
    const rule = (match: object, name: string) => ({ matches: [match], backendRefs: [{ name, port: 80 }] });
    const rules = [rule(first, 'other'), rule(second, 'web')];
    const own = gatewayApi('HTTPRoute', 'web', { parentRefs: [{ name: 'door' }], rules });
    const objects = [pods('web'), service('web'), pods('other'), service('other'), own, door()];
    const [ending] = Traffic.of(manifestsOf(objects), { namespaceLabels: { shop: {} } }).fromInternet(
      'GET http://any.example/api/1?q=1',
      { headers: { a: '1', b: '1' } },
    ).outcomes;
    return ending?.destination;
  };
  const [api, expression] = [{ value: '/api' }, { type: 'RegularExpression', value: '/.+' }];
  const [a, b] = ['a', 'b'].map(name => ({ name, value: '1' }));
  const byExpression = { name: 'b', value: '1', type: 'RegularExpression' };

  test.each<[string, object, object]>([
    ['an expression comes before a prefix', { path: api }, { path: expression }],
    ['a method counts as a header', { method: 'GET' }, { headers: [a, b] }],
    ['an exact header comes before an expression', { headers: [byExpression] }, { headers: [a] }],
    ['an exact method comes before an expression', { headers: [byExpression] }, { method: 'GET' }],
    ['a header comes before parameters', { queryParams: [{ name: 'q', value: '1' }] }, { headers: [a] }],
    [
      'an exact parameter comes before an expression',
      { queryParams: [{ name: 'q', value: '1', type: 'RegularExpression' }] },
      { queryParams: [{ name: 'q', value: '1' }] },
    ],
  ])('%s', (_what, first, second) => {
    expect([arrival(first, second), arrival(second, first)]).toEqual(['shop/web-v1', 'shop/other-v1']);
  });
});

test.each<[string, string, string, string]>([
  ['/a', '/a/b', '/new', 'http://any.example/new/b'],
  ['/a', '/a/b', '/', 'http://any.example/b'],
  ['/a', '/a', '', 'http://any.example/'],
  ['/', '/b', '/new', 'http://any.example/newb'],
])('a redirect replaces the prefix %s of %s by "%s": %s', (own, requested, replacePrefixMatch, location) => {
  const requestRedirect = { path: { type: 'ReplacePrefixMatch', replacePrefixMatch } };
  const rules = [{ matches: [{ path: { value: own } }], filters: [{ type: 'RequestRedirect', requestRedirect }] }];
  const redirecting = gatewayApi('HTTPRoute', 'web', { parentRefs: [{ name: 'door' }], rules });
  const result = Traffic.of(manifestsOf([redirecting, door()]), { namespaceLabels: { shop: {} } }).fromInternet(
    `GET http://any.example${requested}`,
  );
  expect(result.outcomes.map(each => each.location)).toEqual([location]);
});

const OF_DOOR = { kind: 'Gateway', name: 'door' };
const OF_ROUTE = { kind: 'HTTPRoute', name: 'web' };

describe('the closest SecurityPolicy replaces the others', () => {
  const guard = policy('SecurityPolicy', 'guard', OF_DOOR, jwt());
  const open = { authorization: { defaultAction: 'Allow' } };

  test('of a Gateway and of a route, that of the route', () => {
    ask([door(), guard]).expectDenied(401);
    ask([door(), guard, policy('SecurityPolicy', 'open', OF_ROUTE, open)]).expectRoutedTo('web');
  });

  test('of a rule and of a route, that of the rule', () => {
    const admin = policy('SecurityPolicy', 'admin', { ...OF_ROUTE, sectionName: 'admin' }, jwt());
    ask([door(), admin, policy('SecurityPolicy', 'open', OF_ROUTE, open)], '/admin').expectDenied(401);
    ask([door(), admin, policy('SecurityPolicy', 'open', OF_ROUTE, open)], '/').expectRoutedTo('web');
  });

  test('of a listener and of its Gateway, that of the listener', () => {
    ask([door(), guard, policy('SecurityPolicy', 'open', { ...OF_DOOR, sectionName: 'http' }, open)]).expectRoutedTo(
      'web',
    );
    ask([door(), policy('SecurityPolicy', 'guard', { ...OF_DOOR, sectionName: 'other' }, jwt())]).expectRoutedTo('web');
  });

  test('and of two that are equally close the older one, if both have an age', () => {
    const dated = (each: object, creationTimestamp: string) => {
      const { metadata } = each as { metadata: object };
      return { ...each, metadata: { ...metadata, creationTimestamp } };
    };
    const another = policy('SecurityPolicy', 'another', OF_DOOR, open);
    const [older, newer] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'];
    ask([door(), dated(guard, older), dated(another, newer)]).expectDenied(401);
    ask([door(), dated(guard, newer), dated(another, older)]).expectRoutedTo('web');
    expect(() => ask([door(), guard, another])).toThrow(/same target/);
    expect(() => ask([door(), dated(guard, newer), another])).toThrow(/same target/);
  });

  test('by labels, where it selects them', () => {
    const selecting = (matchLabels: object) => ({
      apiVersion: GROUP,
      kind: 'SecurityPolicy',
      metadata: { name: 'guard', namespace: 'shop' },
      spec: { targetSelectors: [{ kind: 'Gateway', matchLabels }], ...jwt() },
    });
    ask([door(), selecting({ team: 'a' })]).expectRoutedTo('web');
    ask([door(), selecting({})]).expectDenied(401);
  });

  test('in its own namespace alone', () => {
    ask([door(), { ...guard, metadata: { name: 'guard', namespace: 'other' } }]).expectRoutedTo('web');
  });
});

test('a policy of another rule of the route does not apply', () => {
  const other = policy('SecurityPolicy', 'guard', { ...OF_ROUTE, sectionName: 'other' }, jwt());
  ask([door(), other], '/admin').expectRoutedTo('web');
  ask([door(), other]).expectRoutedTo('web');
});

test('a policy of one of several plain listeners on a port is not simulated, unless it names a listener elsewhere', () => {
  const listeners = [
    { ...http, hostname: 'any.example' },
    { ...http, name: 'second', hostname: 'second.example' },
    { ...http, name: 'admin', port: 8080 },
  ];
  const of = (sectionName: string) => policy('SecurityPolicy', 'guard', { ...OF_DOOR, sectionName }, jwt());
  expect(() => ask([door({ listeners }), of('http')])).toThrow(/targets one of several listeners on port 80/);
  expect(() => ask([door({ listeners }), of('second')])).toThrow(/targets one of several listeners on port 80/);
  ask([door({ listeners }), of('admin')]).expectRoutedTo('web');
  ask([door({ listeners }), policy('SecurityPolicy', 'guard', OF_DOOR, jwt())]).expectDenied(401);
});

describe('API keys', () => {
  const secret = (data: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keys', namespace: 'shop' },
    ...data,
  });
  const keyed = (extractFrom: object) =>
    policy('SecurityPolicy', 'guard', OF_DOOR, {
      apiKeyAuth: { credentialRefs: [{ name: 'keys' }], extractFrom: [extractFrom], forwardClientIDHeader: 'X-Client' },
    });
  const plainText = secret({ stringData: { ann: 'key-of-ann', bob: 'key-of-bob' } });
  const encoded = secret({ data: { ann: Buffer.from('key-of-ann').toString('base64') } });

  test.each<[string, object, string, object]>([
    ['header', { headers: ['X-Key'] }, '/', { headers: { 'x-key': 'key-of-ann' } }],
    ['query parameter', { params: ['key'] }, '/?key=key-of-ann', {}],
    ['cookie', { cookies: ['key'] }, '/', { headers: { cookie: 'other=a; key=key-of-ann' } }],
  ])('are accepted from a %s, and forwarded as the name of the client', (_name, extractFrom, path, props) => {
    for (const keys of [plainText, encoded]) {
      const result = ask([door(), keyed(extractFrom), keys], path, props);
      result.expectRoutedTo('web');
      expect(result.outcomes[0]?.headers['x-client']).toBe('ann');
    }
    ask([door(), keyed(extractFrom), plainText]).expectDenied(401);
  });

  test('are denied if no Secret has them, or if they are the name of a client', () => {
    for (const key of ['guessed', 'ann', '']) {
      ask([door(), keyed({ headers: ['x-key'] }), encoded], '/', { headers: { 'x-key': key } }).expectDenied(401);
    }
  });
});

describe('tokens', () => {
  test('may be missing where they are optional, but not bad; and may be bad where it fails open', () => {
    const optional = policy('SecurityPolicy', 'guard', OF_DOOR, jwt({ optional: true }));
    ask([door(), optional]).expectRoutedTo('web');
    ask([door(), optional], '/', { claims, badToken: true }).expectDenied(401);
    ask([door(), policy('SecurityPolicy', 'guard', OF_DOOR, jwt({ failOpen: true }))], '/', {
      claims,
      badToken: true,
    }).expectRoutedTo('web');
  });

  test("are written to headers as Istio's are, from which the values of the client are removed, those of other providers too", () => {
    const headersOf = (sent: object, providers: object[] = []) =>
      ask(
        [
          door(),
          policy('SecurityPolicy', 'guard', OF_DOOR, {
            jwt: {
              providers: [
                {
                  name: 'login',
                  issuer,
                  claimToHeaders: [
                    { header: 'x-own', claim: 'own' },
                    { header: 'x-own', claim: 'sub' },
                  ],
                },
                ...providers,
              ],
            },
          }),
        ],
        '/',
        { claims: { ...claims, own: [1.5] }, ...sent },
      ).outcomes[0]?.headers;
    const other = {
      name: 'other',
      issuer: 'https://other.example',
      claimToHeaders: [{ header: 'X-Other', claim: 'sub' }],
    };
    const headers = { 'x-own': 'forged', 'x-other': 'forged' };
    const own = headersOf({ headers }, [other]);
    expect([own?.['x-own'], own?.['x-other']]).toEqual([`${Buffer.from('[1.5]').toString('base64')},ann`, undefined]);
    const accepted = headersOf({ headers, claims: { iss: 'https://other.example', sub: 'bob' } }, [other]);
    expect([accepted?.['x-own'], accepted?.['x-other']]).toEqual([undefined, 'bob']);
  });

  test('have their headers removed from requests to all other routes of the listener', () => {
    const secure = { name: 'secure', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'tls' }] } };
    const objects = (target: object, listeners: object[] = [http]) => [
      door({ listeners }),
      policy('SecurityPolicy', 'guard', target, jwt({}, { claimToHeaders: [{ header: 'X-Sub', claim: 'sub' }] })),
    ];
    const headers = { 'x-sub': 'forged' };
    const ofAdmin = { kind: 'HTTPRoute', name: 'web', sectionName: 'admin' };
    const subjects = (given: object[]) => ask(given, '/', { headers }).outcomes.map(each => each.headers['x-sub']);
    expect(subjects(objects(ofAdmin))).toEqual([undefined]);
    expect(subjects([...objects(ofAdmin), policy('SecurityPolicy', 'open', OF_DOOR, { cors: {} })])).toEqual([
      undefined,
    ]);
    expect(subjects(objects({ ...OF_DOOR, sectionName: 'secure' }, [http, secure]))).toEqual(['forged']);
    expect(subjects([door()])).toEqual(['forged']);
  });

  test('have no headers written that a key has, where providers write the same', () => {
    const guard = policy('SecurityPolicy', 'guard', OF_DOOR, {
      apiKeyAuth: {
        credentialRefs: [{ kind: 'Secret', name: 'keys' }],
        extractFrom: [{ headers: ['x-key'] }],
        forwardClientIDHeader: 'x-sub',
      },
    });
    const admin = policy(
      'SecurityPolicy',
      'admin',
      { kind: 'HTTPRoute', name: 'web', sectionName: 'admin' },
      jwt({}, { claimToHeaders: [{ header: 'x-sub', claim: 'sub' }] }),
    );
    const keys = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'shop' },
      stringData: { ann: 'one' },
    };
    const headers = { 'x-key': 'one', 'x-sub': 'forged' };
    const subject = (objects: object[]) => ask(objects, '/', { headers }).outcomes[0]?.headers['x-sub'];
    expect([subject([door(), keys, guard]), subject([door(), keys, guard, admin])]).toEqual(['ann', undefined]);
  });

  test('are read from the places that the provider declares', () => {
    const guard = policy(
      'SecurityPolicy',
      'guard',
      OF_DOOR,
      jwt({}, { extractFrom: { headers: [{ name: 'x-token' }] } }),
    );
    ask([door(), guard], '/', { claims }).expectDenied(401);
    ask([door(), guard], '/', { claims, tokenHeader: 'x-token' }).expectRoutedTo('web');
  });
});

describe('rules of an authorization', () => {
  const rules = (...given: object[]) =>
    policy('SecurityPolicy', 'guard', OF_DOOR, { ...jwt(), authorization: { rules: given } });
  const admins = {
    action: 'Allow',
    principal: {
      jwt: { provider: 'login', claims: [{ name: 'user.group', valueType: 'StringArray', values: ['admin'] }] },
    },
  };

  test('apply in their order, and a request that none matches is denied', () => {
    const evil = { action: 'Deny', principal: { headers: [{ name: 'x-evil', values: ['yes'] }] } };
    const admin = { claims: { ...claims, user: { group: ['admin'] } } };
    ask([door(), rules(evil, admins)], '/', admin).expectRoutedTo('web');
    ask([door(), rules(evil, admins)], '/', { ...admin, headers: { 'x-evil': 'yes' } }).expectDenied(403);
    ask([door(), rules(admins, evil)], '/', { ...admin, headers: { 'x-evil': 'yes' } }).expectRoutedTo('web');
    ask([door(), rules(evil, admins)], '/', { claims }).expectDenied(403);
  });

  test('for addresses need one, where it matters', () => {
    const office = { action: 'Allow', principal: { clientCIDRs: ['10.0.0.0/8'] } };
    ask([door(), rules(office)], '/', { claims, address: '10.1.2.3' }).expectRoutedTo('web');
    ask([door(), rules(office)], '/', { claims, address: '192.0.2.1' }).expectDenied(403);
    expect(() => ask([door(), rules(office)], '/', { claims })).toThrow(/address of the client/);
    ask([door(), rules(office, { action: 'Allow' })], '/', { claims }).expectRoutedTo('web');
  });

  test('for methods are for these alone', () => {
    ask([door(), rules({ action: 'Allow', operation: { methods: ['POST'] } })], '/', { claims }).expectDenied(403);
  });
});

test('rules for addresses are for connections in TLS that is left as it is, too, and are not simulated there', () => {
  const passthrough = door({
    listeners: [http, { name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } }],
  });
  const tls = gatewayApi('TLSRoute', 'raw', {
    parentRefs: [{ name: 'door', sectionName: 'tls' }],
    hostnames: ['raw.example'],
    rules: [{ backendRefs: [{ name: 'web', port: 9000 }] }],
  });
  const through = (...objects: object[]) =>
    Traffic.of(manifestsOf([...TOWN, passthrough, tls, ...objects])).fromInternet('GET https://raw.example/');
  through(
    policy('SecurityPolicy', 'guard', OF_DOOR, jwt()),
    policy('SecurityPolicy', 'http', { ...OF_DOOR, sectionName: 'http' }, jwt()),
  ).expectRoutedTo('web');
  expect(() =>
    through(policy('SecurityPolicy', 'guard', OF_DOOR, { authorization: { defaultAction: 'Deny' } })),
  ).toThrow(/SecurityPolicy shop\/guard decides about connections.*spec\.authorization/);
});

test('clients without a certificate get no connection where a ClientTrafficPolicy wants one', () => {
  const https = door({
    listeners: [{ name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'cert' }] } }],
  });
  const clients = policy('ClientTrafficPolicy', 'clients', OF_DOOR, {
    tls: { clientValidation: { caCertificateRefs: [{ name: 'ca' }] } },
  });
  const traffic = Traffic.of(manifestsOf([...TOWN, https, clients]));

  traffic.fromInternet('GET https://any.example/').expectDenied(0);
  traffic.fromInternet('GET https://any.example/', { clientCertificate: true }).expectRoutedTo('web');
});

test('all requests of a listener get 500 whose authorities are no certificates', () => {
  const https = door({
    listeners: [{ name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'cert' }] } }],
  });
  const clients = policy('ClientTrafficPolicy', 'clients', OF_DOOR, {
    tls: { clientValidation: { caCertificateRefs: [{ name: 'ca' }] } },
  });
  const ca = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'ca', namespace: 'shop' },
    data: {
      'ca.crt': Buffer.from('-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n').toString('base64'),
    },
  };
  const traffic = Traffic.of(manifestsOf([...TOWN, https, clients, ca]));

  traffic.fromInternet('GET https://any.example/').expectDenied(500);
  traffic.fromInternet('GET https://any.example/', { clientCertificate: true }).expectDenied(500);
});

test('clients without a certificate get a connection where a ClientTrafficPolicy makes it optional, or has no authority', () => {
  const https = door({
    listeners: [{ name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'cert' }] } }],
  });
  for (const tls of [{ clientValidation: { optional: true, caCertificateRefs: [{ name: 'ca' }] } }, {}]) {
    const clients = policy('ClientTrafficPolicy', 'clients', OF_DOOR, { tls });
    Traffic.of(manifestsOf([...TOWN, https, clients]))
      .fromInternet('GET https://any.example/')
      .expectRoutedTo('web');
  }
});

describe('paths of requests', () => {
  const toPath = (value: string) =>
    gatewayApi('HTTPRoute', 'web', {
      parentRefs: [{ name: 'door' }],
      rules: [{ matches: [{ path: { type: 'Exact', value } }], backendRefs: [{ name: 'web', port: 80 }] }],
    });
  const ending = (declared: string, path: string, settings?: object) =>
    Traffic.of(
      manifestsOf([
        ...TOWN.filter(each => each !== route),
        door(),
        toPath(declared),
        ...(settings ? [policy('ClientTrafficPolicy', 'it', OF_DOOR, { path: settings })] : []),
      ]),
    ).fromInternet(`GET http://any.example${path}`).outcomes[0];

  test('have one slash for several, unless merging is disabled', () => {
    expect(ending('/a/b', '/a//b')?.destination).toBe('shop/web-v1');
    expect(ending('/a/b', '/a///./b')?.destination).toBe('shop/web-v1');
    expect(ending('/a/b', '/a//b', { disableMergeSlashes: true })?.status).toBe(404);
    expect(ending('/a//b', '/a//b', { disableMergeSlashes: true })?.destination).toBe('shop/web-v1');
  });

  test.each(['%2f', '%2F', '%5C'])('with an escaped slash (%s) are redirected to those with slashes', escape => {
    expect(ending('/a/b', `/a${escape}b?c=%2F`)).toMatchObject({ status: 307, location: '/a/b?c=%2F' });
    expect(ending('/a/b', `/a/x/..${escape}b`)).toMatchObject({ status: 307, location: '/a/b' });
  });

  test('with an escaped slash are handled as the policy sets', () => {
    expect(ending('/a%2Fb', '/a%2Fb', { escapedSlashesAction: 'KeepUnchanged' })?.destination).toBe('shop/web-v1');
    expect(ending('/a/b', '/a%2F%2Fb', { escapedSlashesAction: 'UnescapeAndForward' })?.destination).toBe(
      'shop/web-v1',
    );
    expect(ending('/a/b', '/a%2Fb', { escapedSlashesAction: 'RejectRequest' })?.status).toBe(400);
    expect(ending('/a/b', '/a/b', { escapedSlashesAction: 'RejectRequest' })?.destination).toBe('shop/web-v1');
    expect(ending('/a/b', '/a%2Fb', { escapedSlashesAction: 'UnescapeAndRedirect' })?.status).toBe(307);
    expect(ending('/a/b', '/a%00b')?.status).toBe(400);
  });
});

test.each<[string, string, object, RegExp]>([
  [
    'external authorization',
    'SecurityPolicy',
    { extAuth: { http: { backendRefs: [{ name: 'auth', port: 80 }] }, recomputeRoute: true } },
    /SecurityPolicy shop\/it .*spec\.extAuth\.recomputeRoute/,
  ],
  ['OIDC', 'SecurityPolicy', { oidc: { provider: { issuer } } }, /spec\.oidc/],
  [
    'users of a Secret elsewhere',
    'SecurityPolicy',
    { basicAuth: { users: { name: 'users' } } },
    /passwords in the Secret shop\/users/,
  ],
  [
    'routes by claims',
    'SecurityPolicy',
    jwt({}, { recomputeRoute: true }),
    /spec\.jwt\.providers\[0\]\.recomputeRoute/,
  ],
  ['expressions', 'SecurityPolicy', { authorization: { rules: [{ action: 'Deny', cel: 'true' }] } }, /rules\[0\]\.cel/],
  ['a field of a later release', 'SecurityPolicy', { quantumAuth: { enabled: true } }, /spec\.quantumAuth/],
  [
    'the duration of streams',
    'BackendTrafficPolicy',
    { timeout: { http: { maxStreamDuration: '5s' } } },
    /BackendTrafficPolicy shop\/it .*spec\.timeout\.http\.maxStreamDuration/,
  ],
  [
    'a limit of none',
    'BackendTrafficPolicy',
    { rateLimit: { local: { rules: [{ limit: { requests: 0, unit: 'Second' } }] } } },
    /allows no requests.*requests/,
  ],
  [
    'a limit of none in all proxies together',
    'BackendTrafficPolicy',
    { rateLimit: { global: { rules: [{ limit: { requests: 0, unit: 'Second' } }] } } },
    /allows no requests.*requests/,
  ],
  ['what is on by being there', 'ClientTrafficPolicy', { proxyProtocol: {} }, /spec\.proxyProtocol/],
  [
    'code of others',
    'EnvoyExtensionPolicy',
    { lua: [{ type: 'Inline', inline: '' }] },
    /EnvoyExtensionPolicy shop\/it .*spec\.lua/,
  ],
])('%s is not simulated, and the error names the policy with the field', (_what, kind, spec, message) => {
  expect(() => ask([door(), policy(kind, 'it', OF_DOOR, spec)])).toThrow(message);
  expect(String(Traffic.of(manifestsOf([...TOWN, door(), policy(kind, 'it', OF_DOOR, spec)])).matrix())).toContain(
    'web',
  );
});

test.each([
  ['SecurityPolicy', jwt({ optional: true }, { recomputeRoute: false })],
  ['BackendTrafficPolicy', { useClientProtocol: false, loadBalancer: { type: 'Random' } }],
  ['ClientTrafficPolicy', { enableProxyProtocol: false, timeout: { http: { idleTimeout: '5s' } } }],
  ['EnvoyExtensionPolicy', { lua: [] }],
])('values of a %s that change nothing are no obstacle', (kind, spec) => {
  ask([door(), policy(kind, 'it', OF_DOOR, spec)]).expectRoutedTo('web');
});

test('proxies with filters in another order are not simulated', () => {
  const proxy = (spec: object, namespace = 'shop') => ({
    apiVersion: GROUP,
    kind: 'EnvoyProxy',
    metadata: { name: 'own', namespace },
    spec,
  });
  const own = door({
    infrastructure: { parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'own' } },
  });
  const common = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'eg' },
    spec: {
      controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
      parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'own', namespace: 'system' },
    },
  };
  expect(() => ask([own, proxy({ filterOrder: [{ name: 'envoy.filters.http.rbac' }] })])).toThrow(
    /EnvoyProxy shop\/own .*spec\.filterOrder/,
  );
  expect(() => ask([door(), common, proxy({ mergeGateways: true }, 'system')])).toThrow(
    /EnvoyProxy system\/own .*spec\.mergeGateways/,
  );
  ask([
    own,
    proxy({ telemetry: {}, provider: { type: 'Kubernetes', kubernetes: { envoyDeployment: {} } } }),
  ]).expectRoutedTo('web');
});

test('policies for other Gateways and routes are no obstacle', () => {
  ask([
    door(),
    policy('SecurityPolicy', 'it', { ...OF_DOOR, name: 'other' }, { oidc: {} }),
    policy('EnvoyExtensionPolicy', 'it', { ...OF_ROUTE, name: 'other' }, { lua: [{}] }),
  ]).expectRoutedTo('web');
});

test.each<[string, object, boolean]>([
  [
    'those of Envoy Gateway',
    {
      'app.kubernetes.io/name': 'envoy',
      'app.kubernetes.io/component': 'proxy',
      'app.kubernetes.io/managed-by': 'envoy-gateway',
    },
    true,
  ],
  [
    'the name of their Gateway',
    { 'gateway.envoyproxy.io/owning-gateway-name': 'door', 'gateway.envoyproxy.io/owning-gateway-namespace': 'shop' },
    true,
  ],
  ['none of the Gateway itself', { team: 'a' }, false],
])('its Pods have as labels %s, by which NetworkPolicies admit them', (_name, matchLabels, isAdmitted) => {
  const admitting = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels } }] }],
    },
  };
  const labelled = { ...door(), metadata: { name: 'door', namespace: 'shop', labels: { team: 'a' } } };
  expect(ask([labelled, admitting]).outcomes.every(each => each.destination !== '')).toBe(isAdmitted);
});

test('patches may add routes, so that 404 is unknown', () => {
  const patch = {
    apiVersion: GROUP,
    kind: 'EnvoyPatchPolicy',
    metadata: { name: 'p', namespace: 'shop' },
    spec: { targetRef: OF_DOOR, jsonPatches: [{ operation: { op: 'add' } }] },
  };
  expect(() => Traffic.of(manifestsOf([door(), patch])).fromInternet('GET http://any.example/')).toThrow(
    'EnvoyPatchPolicy shop/p changes',
  );
});

test('patches of the configuration are not simulated, but for transcoders', () => {
  const patch = (name: string, target: object = OF_DOOR) => ({
    apiVersion: GROUP,
    kind: 'EnvoyPatchPolicy',
    metadata: { name: 'patch', namespace: 'shop' },
    spec: { type: 'JSONPatch', targetRef: target, jsonPatches: [{ operation: { op: 'add', value: { name } } }] },
  });
  expect(() => ask([door(), patch('envoy.filters.http.lua')])).toThrow(/EnvoyPatchPolicy shop\/patch changes/);
  expect(() => ask([door(), patch('envoy.filters.http.lua', { kind: 'GatewayClass', name: 'eg' })])).toThrow(
    /EnvoyPatchPolicy shop\/patch changes/,
  );
  ask([door(), patch('envoy.filters.http.grpc_json_transcoder')]).expectRoutedTo('web');
});

describe('the controller of a Gateway', () => {
  const guard = policy('SecurityPolicy', 'guard', OF_DOOR, jwt());
  const gatewayClass = (controllerName: string) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'own' },
    spec: { controllerName },
  });
  const own = (props: object = {}) => door({ gatewayClassName: 'own', ...props });

  test('is that of its class, or of the parameters for its proxies', () => {
    ask([own(), gatewayClass('gateway.envoyproxy.io/gatewayclass-controller'), guard]).expectDenied(401);
    ask([
      own({ infrastructure: { parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'own' } } }),
      guard,
    ]).expectDenied(401);
    ask([own(), gatewayClass('istio.io/gateway-controller'), guard]).expectRoutedTo('web');
  });

  test('is not simulated where it is another', () => {
    expect(() => ask([own()])).toThrow(/Gateway shop\/door has the class own, whose controller/);
    expect(() => ask([own(), gatewayClass('example.com/controller')])).toThrow(
      /Gateway shop\/door has the class own, whose controller/,
    );
  });

  test("keeps Istio's policies if it is Istio's", () => {
    const istio = {
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: 'it', namespace: 'shop' },
      spec: { jwtRules: [{ issuer }] },
    };
    ask([door(), istio], '/', { claims, badToken: true }).expectRoutedTo('web');
    ask([door({ gatewayClassName: 'istio' }), istio], '/', { claims, badToken: true }).expectDenied(401);
  });
});

describe.each(['StrategicMerge', 'JSONMerge'])('a policy with the type %s', mergeType => {
  const guard = policy('SecurityPolicy', 'guard', OF_DOOR, jwt());
  const merged = (spec: object, target: object = OF_ROUTE) =>
    policy('SecurityPolicy', 'merged', target, { mergeType, ...spec });
  const open = { authorization: { defaultAction: 'Allow' } };

  test('has the settings of its Gateway besides its own', () => {
    ask([door(), guard, merged(open)]).expectDenied(401);
    ask([door(), guard, merged(open)], '/', { claims }).expectRoutedTo('web');
    ask([door(), guard, merged({ authorization: { defaultAction: 'Deny' } })], '/', { claims }).expectDenied(403);
    ask([door(), merged(open)]).expectRoutedTo('web');
  });

  test('merges fields, and replaces lists', () => {
    ask([door(), guard, merged({ jwt: { optional: true } })]).expectRoutedTo('web');
    const other = { jwt: { providers: [{ name: 'other', issuer: 'https://other.example' }] } };
    ask([door(), guard, merged(other)], '/', { claims }).expectDenied(401);
  });

  test('is merged with that of its listener, if there is one, and not with that of its route', () => {
    const ofListener = policy('SecurityPolicy', 'listener', { ...OF_DOOR, sectionName: 'http' }, open);
    ask([door(), guard, ofListener, merged({})]).expectRoutedTo('web');
    const ofRule = merged({}, { ...OF_ROUTE, sectionName: 'admin' });
    ask([door(), guard, ofRule, policy('SecurityPolicy', 'route', OF_ROUTE, open)], '/admin').expectDenied(401);
  });

  test('replaces one of the same target, as any other', () => {
    const ofGateway = policy('SecurityPolicy', 'merged', OF_DOOR, { ...open, mergeType });
    ask([door(), ofGateway]).expectRoutedTo('web');
  });

  test('is not merged across namespaces, where its references are others', () => {
    const elsewhere = { ...merged(open), metadata: { name: 'merged', namespace: 'other' } };
    const ofOther = gatewayApi(
      'HTTPRoute',
      'far',
      { parentRefs: [{ name: 'door', namespace: 'shop' }], hostnames: ['far.example'], rules: [{ backendRefs: [] }] },
      'other',
    );
    const all = { ...http, allowedRoutes: { namespaces: { from: 'All' } } };
    const far = {
      ...elsewhere,
      spec: {
        ...(elsewhere as unknown as { spec: object }).spec,
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'far' }],
      },
    };
    expect(() =>
      Traffic.of(manifestsOf([...TOWN, door({ listeners: [all] }), guard, far, ofOther])).fromInternet(
        'GET http://far.example/',
      ),
    ).toThrow('is merged with that of its Gateway in another namespace');
  });
});

describe('the terms of a BackendTrafficPolicy', () => {
  const terms = (spec: object, rule: object = {}) => {
    const routed = gatewayApi('HTTPRoute', 'web', {
      parentRefs: [{ name: 'door' }],
      rules: [{ ...rule, backendRefs: [{ name: 'web', port: 80 }] }],
    });
    const objects = [pods('web'), service('web'), routed, door(), policy('BackendTrafficPolicy', 'it', OF_DOOR, spec)];
    return Traffic.of(manifestsOf(objects)).fromInternet('GET http://any.example/');
  };
  const requestTimeout = (text: string) => ({ timeout: { http: { requestTimeout: text } } });

  test.each<[string, object, object, number | undefined]>([
    ['that of Envoy', {}, {}, 15_000],
    ['its own', requestTimeout('3s'), {}, 3000],
    ['none', requestTimeout('0s'), {}, undefined],
    ['that of the rule', requestTimeout('3s'), { timeouts: { request: '2s' } }, 2000],
    ['none of the rule', requestTimeout('3s'), { timeouts: { request: '0s' } }, undefined],
    ['that of the backend', requestTimeout('3s'), { timeouts: { backendRequest: '1s' } }, 1000],
    ['its own beside a per-try timeout', requestTimeout('3s'), { timeouts: { backendRequest: '1s' }, retry: {} }, 3000],
  ])('include a timeout: %s', (_, spec, rule, expected) => {
    expect(terms(spec, rule).timeout).toBe(expected);
  });

  test('include retries, unless the rule has some', () => {
    const retry = { numRetries: 5, perRetry: { timeout: '1s' }, retryOn: { triggers: ['5xx'] } };
    const own = terms({ retry });
    expect([own.retries, own.perTryTimeout, own.retryOn]).toEqual([5, 1000, ['5xx']]);
    expect(terms({ retry }, { retry: { attempts: 1 } }).retries).toBe(1);
  });

  test('include delays and aborts, of all requests without a percentage', () => {
    const delayed = terms({ faultInjection: { delay: { fixedDelay: '2s', percentage: 50 } } });
    expect([delayed.delay, delayed.delayedShare, delayed.isAllowed]).toEqual([2000, 0.5, true]);
    expect(terms({ faultInjection: { delay: { fixedDelay: '2s' } } }).delayedShare).toBe(1);
    terms({ faultInjection: { abort: { httpStatus: 503 } } }).expectDenied(503);
    terms({ faultInjection: { abort: { httpStatus: 503, percentage: 25 } } }).expectSplit({ 503: 25, v1: 75 });
    terms({ faultInjection: { abort: { grpcStatus: 14, percentage: 0 } } }).expectRoutedTo('web');
  });

  test('abort requests before other policies deny them', () => {
    const abort = policy('BackendTrafficPolicy', 'abort', OF_DOOR, {
      faultInjection: { abort: { httpStatus: 503, percentage: 25 } },
    });
    const guarded = ask([door(), abort, policy('SecurityPolicy', 'guard', OF_DOOR, jwt())]);
    guarded.expectSplit({ 503: 25, 401: 75 });
  });

  const limits = (...rules: object[]) => ({ rateLimit: { local: { rules } } });
  const perMinute = { limit: { requests: 5, unit: 'Minute' } };
  const selecting = (unit: string, value = 'a', type = 'Exact') => ({
    limit: { requests: 5, unit },
    clientSelectors: [{ headers: [{ name: 'x', type, value }] }],
  });

  test.each<[string, object]>([
    ['a timeout', { timeout: { tcp: { connectTimeout: '22mib' } } }],
    ['a timeout of requests', requestTimeout('soon')],
    ['a per-try timeout', { retry: { perRetry: { timeout: 'soon' } } }],
    ['a circuit breaker', { circuitBreaker: { maxConnections: -1 } }],
    ['a circuit breaker of more than 32 bits', { circuitBreaker: { maxPendingRequests: 2 ** 32 } }],
    ['a buffer', { connection: { bufferLimit: 'much' } }],
    ['a buffer of more than 32 bits', { connection: { bufferLimit: '100Gi' } }],
    [
      'a table whose size is no prime',
      { loadBalancer: { type: 'ConsistentHash', consistentHash: { tableSize: 1000 } } },
    ],
    ['two limits for all clients', limits(perMinute, perMinute)],
    ['a limit of another unit', limits(perMinute, selecting('Second'))],
    ['a regular expression', limits(selecting('Second', '*.', 'RegularExpression'))],
  ])('respond with 500 if %s is invalid', (_, spec) => {
    const result = terms(spec);
    result.expectDenied(500);
    expect(result.outcomes[0]?.by).toBe('BackendTrafficPolicy shop/it');
  });

  test.each<[string, object]>([
    ['a circuit breaker', { circuitBreaker: { maxConnections: 2 ** 32 - 1 } }],
    ['a buffer', { connection: { bufferLimit: '1.5Mi' } }],
    ['a table', { loadBalancer: { type: 'ConsistentHash', consistentHash: { tableSize: 1009 } } }],
    ['limits', limits(perMinute, selecting('Hour', 'a.*', 'RegularExpression'))],
  ])('are valid: %s', (_, spec) => {
    terms(spec).expectRoutedTo('web');
  });

  test('are evaluated after other policies, even if they are invalid', () => {
    const invalid = policy('BackendTrafficPolicy', 'it', OF_DOOR, requestTimeout('soon'));
    ask([door(), invalid, policy('SecurityPolicy', 'guard', OF_DOOR, jwt())]).expectDenied(401);
    ask([door(), invalid, policy('SecurityPolicy', 'guard', OF_DOOR, jwt())], '/', { claims }).expectDenied(500);
    const all = Traffic.of(manifestsOf([...TOWN, door(), invalid]), { namespaceLabels: { shop: {} } });
    expect(all.matrix().has('internet', 'shop/web-v1')).toBe(false);
  });

  test('harm nothing by how connections are kept', () => {
    terms({ timeout: { tcp: { connectTimeout: '1s' }, http: { connectionIdleTimeout: '1s' } } }).expectRoutedTo('web');
  });
});

test('a mirror that does not exist makes requests of its rule a 500', () => {
  const mirror = (name: string) =>
    Traffic.of(
      manifestsOf([
        pods('web'),
        service('web'),
        door(),
        gatewayApi('HTTPRoute', 'web', {
          parentRefs: [{ name: 'door' }],
          rules: [
            {
              filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name, port: 80 } } }],
              backendRefs: [{ name: 'web', port: 80 }],
            },
          ],
        }),
      ]),
      { namespaceLabels: { shop: {} } },
    ).fromInternet('GET http://any.example/');
  mirror('none').expectDenied(500);
  mirror('web').expectRoutedTo('web');
});

test('keys of tokens in a ConfigMap without any make requests a 500', () => {
  const keys = (data: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'keys', namespace: 'shop' },
    data,
  });
  const localJWKS = { type: 'ValueRef', valueRef: { group: '', kind: 'ConfigMap', name: 'keys' } };
  const guard = policy('SecurityPolicy', 'guard', OF_DOOR, jwt({}, { remoteJWKS: undefined, localJWKS }));
  ask([door(), guard, keys({})], '/', { claims }).expectDenied(500);
  ask([door(), guard, keys({ jwks: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' })], '/', { claims }).expectRoutedTo(
    'web',
  );
  ask([door(), guard], '/', { claims }).expectRoutedTo('web');
});
