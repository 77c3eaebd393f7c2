import { Duration } from 'cdk8s';
import { Auth, Topology } from '../../lib';
import { names, one, plain, render } from './support';

const jwt = (scopes?: string[]) => Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], scopes });

test('client certificates are demanded of the authority in a ConfigMap', () => {
  const shop = new Topology('shop');
  shop.addEdge('door', { host: 'shop.example', tlsSecret: 'tls', clientCa: 'clients' }).route('GET /', plain(shop, 'web'));

  expect(one(render(shop), 'Gateway', 'door').spec.tls).toEqual({
    frontend: { default: { validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'clients' }] } } },
  });
});

test('cert-manager keeps the certificate if an issuer is named, and nobody if not', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  shop.addEdge('door', { host: 'shop.example', tlsSecret: 'tls', certificateIssuer: 'letsencrypt' }).route('GET /', web);
  shop.addEdge('other', { host: 'other.example', tlsSecret: 'tls' }).route('GET /', web);

  const objects = render(shop);
  expect(one(objects, 'Certificate', 'door').spec).toEqual({
    secretName: 'tls', dnsNames: ['shop.example'], issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'letsencrypt' },
  });
  expect(names(objects, 'Certificate')).toEqual(['door']);
});

test('a scope is a condition of the routes that demand it', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const edge = shop.addEdge('door', { host: 'shop.example', auth: jwt() });
  edge.route('GET /', web);
  edge.route('POST /', web, { auth: jwt(['write', 'admin']) });

  const audience = { key: 'request.auth.audiences', values: ['shop'] };
  expect(one(render(shop), 'AuthorizationPolicy', 'door').spec.rules.map((rule: { when: object }) => rule.when)).toEqual([
    [audience],
    [audience, { key: 'request.auth.claims[scope]', values: ['write', 'admin'] }],
  ]);
});

describe('CORS', () => {
  const cors = { origins: ['https://www.shop.example'], exposedHeaders: ['x-total'], credentials: true, maxAge: Duration.minutes(10) };

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

  test('routes what browsers ask beforehand, once for each path that has no route of any method', () => {
    const [, preflights] = one(door(), 'HTTPRoute', 'door').spec.rules;

    expect(preflights.matches).toEqual([{
      method: 'OPTIONS',
      path: { type: 'RegularExpression', value: '/orders/[^/]+' },
      headers: ['origin', 'access-control-request-method'].map(name => ({ type: 'RegularExpression', name, value: '.+' })),
    }]);
  });

  test('lets that past the token check from declared origins alone', () => {
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
