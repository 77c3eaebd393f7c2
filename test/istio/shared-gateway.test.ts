import { Auth, type EdgeProps, ExternalAuthorizer, RateLimit, TlsVersion, Topology } from '../../lib';
import { trafficOf } from '../support/manifests';
import { one, plain, render } from './support';

const issuer = 'https://login.example';
const jwt = (audience = 'shop', of = issuer) => Auth.jwt({ issuer: of, audiences: [audience] });

/** The edges `api` and `www` on one gateway, each with one route to a service of its own. */
function twoEdges(api: Partial<EdgeProps>, www: Partial<EdgeProps> = {}): Topology {
  const shop = new Topology('shop');
  const gateway = shop.addSharedGateway('public');
  shop.addEdge('api', { gateway, host: 'api.example', ...api }).route('ANY /*', plain(shop, 'orders'));
  shop.addEdge('www', { gateway, host: 'www.example', ...www }).route('ANY /*', plain(shop, 'posts'));
  return shop;
}

const policyOf = (topology: Topology, name: string) => one(render(topology), 'AuthorizationPolicy', name).spec;

test('the policies of an edge select the shared gateway and its hosts with any port', () => {
  expect(policyOf(twoEdges({}), 'api')).toEqual({
    action: 'ALLOW',
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public' }],
    rules: [{ to: [{ operation: { paths: ['/{**}'], hosts: ['api.example', 'api.example:*'] } }] }],
  });
});

describe('beside a wildcard of another edge', () => {
  const ports = (host: string) => [host, `${host}:80`, `${host}:443`];

  test('a host has the ports of the listeners only: "a:x.b:80" is a host of "*.b" to the router', () => {
    const topology = twoEdges({ host: '*.shop.example' }, { host: 'www.example' });
    expect(policyOf(topology, 'www').rules[0].to[0].operation).toEqual({
      paths: ['/{**}'],
      hosts: ports('www.example'),
    });
  });

  test('the wildcard excludes the other host with any port: "a:x.b" is a host of "a" to the router', () => {
    const topology = twoEdges({ host: '*.shop.example' }, { host: 'www.example' });
    expect(policyOf(topology, 'api').rules[0].to[0].operation).toMatchObject({
      hosts: ports('*.shop.example'),
      notHosts: ['www.example', 'www.example:*'],
    });
  });

  test('another one is an error that names both edges', () => {
    expect(() => render(twoEdges({ host: '*.a.example' }, { host: '*.b.example' }))).toThrow(
      /Both shop\/api and shop\/www have a wildcard/,
    );
  });

  test('those of one edge exclude nothing, and leave hosts of no other', () => {
    const topology = twoEdges({ host: '*.a.example', alternativeHosts: ['*.b.example', 'c.example'] });
    expect(policyOf(topology, 'api').rules[0].to[0].operation).toMatchObject({
      hosts: [...ports('*.a.example'), ...ports('*.b.example'), 'c.example', 'c.example:*'],
      notHosts: ['www.example', 'www.example:*'],
    });
  });
});

describe('tokens', () => {
  test('of all edges are verified by one RequestAuthentication of the gateway', () => {
    const objects = render(twoEdges({ auth: jwt('a') }, { auth: jwt('b') }));
    expect(objects.filter(({ kind }) => kind === 'RequestAuthentication').map(({ metadata }) => metadata.name)).toEqual(
      ['public'],
    );
    expect(one(objects, 'RequestAuthentication', 'public').spec.jwtRules).toMatchObject([
      { issuer, audiences: ['a', 'b'] },
    ]);
  });

  test('of another edge are denied on open routes, also without `sub`', () => {
    const traffic = trafficOf(render(twoEdges({ auth: jwt() })));
    for (const claims of [
      { iss: issuer, aud: 'shop', sub: 'ann' },
      { iss: issuer, aud: 'shop' },
    ]) {
      traffic.fromInternet('GET http://www.example/', { claims }).expectDenied(403);
    }
    traffic.fromInternet('GET http://www.example/').expectAllowed();
    traffic.fromInternet('GET http://api.example/').expectDenied(403);
    traffic.fromInternet('GET http://api.example/', { claims: { iss: issuer, aud: 'shop', sub: 'a' } }).expectAllowed();
  });

  test('of an audience of another edge are denied on open routes of an edge with the same issuer', () => {
    const shop = new Topology('shop');
    const gateway = shop.addSharedGateway('public');
    for (const name of ['api', 'www']) {
      const edge = shop.addEdge(name, { gateway, host: `${name}.example` });
      edge.route('GET /closed', plain(shop, `${name}-closed`), { auth: jwt(name) });
      edge.route('GET /open', plain(shop, `${name}-open`));
    }
    const traffic = trafficOf(render(shop));
    const of = (aud: string) => ({ claims: { iss: issuer, aud, sub: 'ann' } });
    traffic.fromInternet('GET http://api.example/open', of('api')).expectAllowed();
    traffic.fromInternet('GET http://api.example/open', of('www')).expectDenied(403);
    traffic.fromInternet('GET http://api.example/closed', of('www')).expectDenied(403);
  });

  test('of one issuer with different keys are an error that names both routes', () => {
    const keys = (name: string) => Auth.jwt({ issuer, audiences: ['shop'], jwksUri: `https://${name}.example/keys` });
    expect(() => render(twoEdges({ auth: keys('a') }, { auth: keys('b') }))).toThrow(
      /shop\/api\/ANY \/\*.*shop\/www\/ANY \/\*/s,
    );
  });
});

test('an address policy has no DENY policy of its own, and the Service preserves addresses for any edge', () => {
  const objects = render(twoEdges({}, { allowedCidrs: ['10.0.0.0/8'], trustedProxies: undefined }));
  expect(objects.some(({ spec }) => spec?.action === 'DENY')).toBe(false);
  expect(one(objects, 'AuthorizationPolicy', 'www').spec.rules[0].from).toEqual([
    { source: { remoteIpBlocks: ['10.0.0.0/8'] } },
  ]);
  expect(one(objects, 'ConfigMap', 'public-gateway').data?.service).toContain('externalTrafficPolicy: Local');
});

test('trusted proxies are the only connections that are allowed', () => {
  const trustedProxies = { cidrs: ['10.0.0.0/8'] };
  expect(policyOf(twoEdges({ trustedProxies }, { trustedProxies }), 'api').rules[0].from).toEqual([
    { source: { ipBlocks: ['10.0.0.0/8'] } },
  ]);
});

test('the version of TLS is that of all edges with TLS, in the one EnvoyFilter of the gateway', () => {
  const objects = render(twoEdges({}, { tlsSecret: 'tls', minTlsVersion: TlsVersion.V1_3 }));
  const filters = objects.filter(({ kind }) => kind === 'EnvoyFilter');
  expect(filters.map(({ metadata }) => metadata.name)).toEqual(['public-filters']);
  expect(JSON.stringify(filters[0]?.spec)).toContain('TLSv1_3');
});

test('an external authorizer is called for the hosts of its edge only', () => {
  const shop = new Topology('shop');
  const gateway = shop.addSharedGateway('public');
  const authorizer = ExternalAuthorizer.of({ service: plain(shop, 'decider') });
  shop.addEdge('api', { gateway, host: 'api.example', authorizer }).route('GET /', plain(shop, 'orders'));
  shop.addEdge('www', { gateway, host: 'www.example' }).route('GET /', plain(shop, 'posts'));
  expect(policyOf(shop, 'api-authorizer').rules[0].to[0].operation.hosts).toEqual(['api.example', 'api.example:*']);
});

describe('is rejected, with the edges concerned:', () => {
  test('two edges with external authorizers', () => {
    const shop = new Topology('shop');
    const gateway = shop.addSharedGateway('public');
    const authorizer = ExternalAuthorizer.of({ service: plain(shop, 'decider') });
    for (const name of ['api', 'www']) {
      shop.addEdge(name, { gateway, host: `${name}.example`, authorizer }).route('GET /', plain(shop, name + 's'));
    }
    expect(() => render(shop)).toThrow(/Both shop\/api and shop\/www/);
  });

  test('a rate limit, which counts the requests of all hosts', () => {
    expect(() => render(twoEdges({}, { rateLimit: RateLimit.perSecond(5) }))).toThrow(/shop\/www.*`rateLimit`/s);
  });
});
