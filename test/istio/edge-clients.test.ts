import { Duration } from 'cdk8s';
import { Auth, Topology } from '../../lib';
import { trafficOf } from '../support/manifests';
import { names, one, plain, render } from './support';

const jwt = (scopes?: string[]) => Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], scopes });

test('client certificates are demanded of the authority in a ConfigMap', () => {
  const shop = new Topology('shop');
  shop
    .addEdge('door', { host: 'shop.example', tlsSecret: 'tls', clientCa: 'clients' })
    .route('GET /', plain(shop, 'web'));

  expect(one(render(shop), 'Gateway', 'door').spec.tls).toEqual({
    frontend: { default: { validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'clients' }] } } },
  });
});

test('cert-manager renews the certificate only if an issuer is declared', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  shop
    .addEdge('door', { host: 'shop.example', tlsSecret: 'tls', certificateIssuer: 'letsencrypt' })
    .route('GET /', web);
  shop.addEdge('other', { host: 'other.example', tlsSecret: 'tls' }).route('GET /', web);

  const objects = render(shop);
  expect(one(objects, 'Certificate', 'door').spec).toEqual({
    secretName: 'tls',
    dnsNames: ['shop.example'],
    issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'letsencrypt' },
  });
  expect(names(objects, 'Certificate')).toEqual(['door']);
});

test('a scope is a condition of the routes that require it', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const edge = shop.addEdge('door', { host: 'shop.example', auth: jwt() });
  edge.route('GET /', web);
  edge.route('POST /', web, { auth: jwt(['write', 'admin']) });

  const audience = { key: 'request.auth.audiences', values: ['shop'] };
  expect(
    one(render(shop), 'AuthorizationPolicy', 'door').spec.rules.map((rule: { when: object }) => rule.when),
  ).toEqual([[audience], [audience, { key: 'request.auth.claims[scope]', values: ['write', 'admin'] }]]);
});

test('an edge accepts tokens of any audience where that is declared, and the other routes do not', () => {
  const issuer = 'https://login.example';
  const shop = new Topology('shop');
  const edge = shop.addEdge('door', { host: 'shop.example', auth: jwt() });
  const web = plain(shop, 'web');
  edge.route('GET /', web);
  edge.route('GET /any', web, { auth: Auth.jwt({ issuer, anyAudience: true }) });
  const traffic = trafficOf(render(shop));
  const token = { claims: { iss: issuer, sub: 'ann' } };
  traffic.fromInternet('GET http://shop.example/any', token).expectAllowed();
  traffic.fromInternet('GET http://shop.example/any').expectDenied(403);
  traffic.fromInternet('GET http://shop.example/', token).expectDenied(403);
});

describe('client_id as audience', () => {
  const byClient = Auth.jwt({
    issuer: 'https://login.example',
    audiences: ['app'],
    clientIdAsAudience: true,
    scopes: ['read'],
  });

  function door(auth: Auth) {
    const shop = new Topology('shop');
    shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'), { auth });
    return render(shop);
  }

  test('is a rule of its own, for tokens without any audience', () => {
    const source = [{ source: { requestPrincipals: ['https://login.example/*'] } }];
    const to = [{ operation: { methods: ['GET'], paths: ['/'] } }];
    const scope = { key: 'request.auth.claims[scope]', values: ['read'] };
    expect(one(door(byClient), 'AuthorizationPolicy', 'door').spec.rules).toEqual([
      { from: source, to, when: [{ key: 'request.auth.audiences', values: ['app'] }, scope] },
      {
        from: source,
        to,
        when: [
          { key: 'request.auth.audiences', notValues: ['*'] },
          { key: 'request.auth.claims[client_id]', values: ['app'] },
          scope,
        ],
      },
    ]);
    expect(one(door(byClient), 'RequestAuthentication', 'door').spec.jwtRules[0]).not.toHaveProperty('audiences');
  });

  test.each<[object, number]>([
    [{ client_id: 'app', scope: 'read' }, 200],
    [{ client_id: 'app', scope: 'write' }, 403],
    [{ client_id: 'other', scope: 'read' }, 403],
    [{ aud: 'app', client_id: 'other', scope: 'read' }, 200],
    [{ aud: 'other', client_id: 'app', scope: 'read' }, 403],
    [{ aud: ['other', 'app'], scope: 'read' }, 200],
    [{ aud: ['other'], client_id: 'app', scope: 'read' }, 403],
    [{ scope: 'read' }, 403],
  ])('is allowed or denied at the gateway as by an HTTP API: %j', (claims, expected) => {
    const traffic = trafficOf(door(byClient));
    const [ending] = traffic.fromInternet('GET http://shop.example/', {
      claims: { iss: 'https://login.example', sub: 'ann', ...claims },
    }).outcomes;
    expect(ending?.destination === '' ? ending.status : 200).toBe(expected);
  });

  test('applies only to routes that declare it', () => {
    const traffic = trafficOf(door(jwt()));
    expect(
      traffic.fromInternet('GET http://shop.example/', {
        claims: { iss: 'https://login.example', sub: 'ann', client_id: 'shop' },
      }).outcomes[0]?.status,
    ).toBe(403);
  });
});

test('a token in the query proves nothing', () => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', plain(shop, 'web'), { auth: jwt() });
  const traffic = trafficOf(render(shop));
  const claims = { iss: 'https://login.example', sub: 'ann', aud: 'shop' };

  expect(
    traffic.fromInternet('GET http://shop.example/', { claims, tokenParameter: 'access_token' }).outcomes[0]?.status,
  ).toBe(403);
  expect(traffic.fromInternet('GET http://shop.example/', { claims }).outcomes[0]?.destination).toBe('shop/web-v1');
});

describe('CORS', () => {
  const cors = {
    origins: ['https://www.shop.example'],
    exposedHeaders: ['x-total'],
    credentials: true,
    maxAge: Duration.minutes(10),
  };

  function door() {
    const shop = new Topology('shop');
    const web = plain(shop, 'web');
    const edge = shop.addEdge('door', { host: 'shop.example', auth: jwt(), cors });
    edge.route('GET /orders/{id}', web);
    edge.route('DELETE /orders/{id}', web);
    edge.route('ANY /any', web);
    return render(shop);
  }

  test('is a filter of every rule, for the methods that routes have', () => {
    const filters = one(door(), 'HTTPRoute', 'door').spec.rules.map((rule: { filters: object[] }) => rule.filters);
    const filter = {
      type: 'CORS',
      cors: {
        allowOrigins: ['https://www.shop.example'],
        allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        allowHeaders: ['authorization', 'content-type'],
        exposeHeaders: ['x-total'],
        allowCredentials: true,
        maxAge: 600,
      },
    };
    expect(filters).toEqual([[filter], [filter]]);
  });

  test('routes preflights, once for each path that has no route of any method', () => {
    const [, preflights] = one(door(), 'HTTPRoute', 'door').spec.rules;

    expect(preflights.matches).toEqual([
      {
        method: 'OPTIONS',
        path: { type: 'RegularExpression', value: '/orders/[^/]+' },
        headers: ['origin', 'access-control-request-method'].map(name => ({
          type: 'RegularExpression',
          name,
          value: '.+',
        })),
      },
    ]);
  });

  test('exempts preflights of declared origins only from the token check', () => {
    const [rule] = one(door(), 'AuthorizationPolicy', 'door').spec.rules;

    expect(rule).toEqual({
      to: [{ operation: { methods: ['OPTIONS'], paths: ['/orders/{*}', '/any'] } }],
      when: [
        { key: 'request.headers[origin]', values: ['https://www.shop.example'] },
        { key: 'request.headers[access-control-request-method]', values: ['*'] },
      ],
    });
  });
});
