import { Template } from 'aws-cdk-lib/assertions';
import { Duration } from 'cdk8s';
import { shop } from '../../../bin/boutique';
import { Auth } from '../../../lib';
import { declared, httpTemplate } from '../../aws/support';
import { ask, clusterOf, outcome, token } from './support';

const jwt = { issuer: 'https://login.example', audiences: ['shop', 'app'] };
const claims = { iss: 'https://login.example', aud: 'shop', sub: 'ann' };

function edgeOf() {
  const { edge, web } = declared({ cors: { origins: ['https://www.shop.example'] } });
  edge.route('GET /', web);
  edge.route('GET /products/{id}', web, { timeout: Duration.seconds(2) });
  edge.route('ANY /static/{file+}', web);
  edge.route('GET /orders', web, { auth: Auth.jwt(jwt) });
  edge.route('POST /orders', web, { auth: Auth.jwt({ ...jwt, scopes: ['orders:write', 'admin'] }) });
  edge.route('ANY /mine', web, { auth: Auth.jwt(jwt) });
  return edge;
}

const withDomain = clusterOf(
  httpTemplate(edgeOf(), ({ certificate }) => ({ certificate, claimHeaders: { 'x-customer': 'sub' } })),
);

test.each([
  ['GET https://shop.example/', 'GET https://shop.example:443/'],
  ['GET https://SHOP.example/products/7?full=1', 'GET https://shop.example:443/products/7?full=1'],
  ['GET https://shop.example/static/css/site.css', 'GET https://shop.example:443/static/css/site.css'],
  ['DELETE https://shop.example/static/x', 'DELETE https://shop.example:443/static/x'],
  ['GET https://shop.example/static/', '404'],
  ['GET https://shop.example/static', '404'],
  ['POST https://shop.example/products/7', '404'],
  ['GET https://shop.example/products/', '404'],
  ['GET https://shop.example/products/7/parts', '404'],
  ['GET https://shop.example/other', '404'],
  ['GET http://shop.example/', '403'],
])('%s becomes %s', (line, expected) => {
  expect(outcome(withDomain, line)).toBe(expected);
});

test.each([
  ['GET', undefined, 401, 'no token'],
  ['GET', token(claims, false), 401, 'expired or not signed'],
  [
    'GET',
    token({ ...claims, iss: 'https://other.example' }),
    401,
    'the issuer is https://other.example, not https://login.example',
  ],
  ['GET', token({ ...claims, aud: ['other'] }), 401, 'the audience is other, not'],
  ['GET', token({ iss: claims.iss, client_id: 'app' }), undefined, 'forwards the request'],
  ['GET', token({ ...claims, aud: 'other', client_id: 'app' }), 401, 'the audience is other'],
  ['GET', token(claims), undefined, 'The route GET /orders forwards the request through the VPC link.'],
  ['POST', token(claims), 403, 'none of the scopes of the route (orders:write, admin)'],
  ['POST', token({ ...claims, scope: 'orders:read orders:write' }), undefined, 'forwards the request'],
  ['POST', token({ ...claims, scp: ['admin'] }), undefined, 'forwards the request'],
])('%s /orders with %j is answered with %s', (method, more, status, reason) => {
  const answer = ask(withDomain, `${method} https://shop.example/orders`, more);

  expect(answer.status).toBe(status);
  expect(answer.reason).toContain(reason);
  expect(answer.by.kind).toBe('AWS::ApiGatewayV2::Route');
});

test('a request goes to the load balancer with the server name, the target group and the time limit', () => {
  const answer = ask(withDomain, 'GET https://shop.example/products/7');

  expect(answer).toMatchObject({ serverName: 'shop.example', timeoutMs: 2000 });
  expect(answer.targetGroup?.root.get('Properties', 'Name').text).toBe('shop-door');
});

test('claims go on as headers, and what a client sends under their names is dropped', () => {
  const forged = { headers: { 'x-customer': 'eve', accept: '*/*' } };

  expect(ask(withDomain, 'GET https://shop.example/orders', { ...forged, ...token(claims) }).message?.headers).toEqual({
    'x-customer': 'ann',
    accept: '*/*',
  });
  expect(ask(withDomain, 'GET https://shop.example/', forged).message?.headers).toEqual({ accept: '*/*' });
});

test('the token goes on, and the address of the client in a header', () => {
  const { message } = ask(withDomain, 'GET https://shop.example/orders', {
    ...token(claims),
    address: '203.0.113.9',
    headers: { 'x-forwarded-for': '10.0.0.1' },
  });

  expect(message?.token?.claims).toEqual(claims);
  expect(message?.headers['x-forwarded-for']).toBe('10.0.0.1, 203.0.113.9');
  expect(message?.address).toBeUndefined();
});

describe('preflights', () => {
  const preflight = (origin: string, method = 'GET') => ({
    headers: { origin, 'access-control-request-method': method },
  });

  test.each([
    ['/products/7', 'https://www.shop.example', 204, 'https://www.shop.example is allowed to send GET'],
    ['/nowhere', 'https://www.shop.example', 204, 'allowed to send GET'],
    ['/products/7', 'https://evil.example', 204, 'https://evil.example is not allowed to send GET'],
    ['/mine', 'https://www.shop.example', 204, 'allowed to send GET'],
  ])('of %s from %s is answered with %s', (path, origin, status, reason) => {
    const answer = ask(withDomain, `OPTIONS https://shop.example${path}`, preflight(origin));

    expect(answer.status).toBe(status);
    expect(answer.reason).toContain(reason);
  });

  test('is denied where a route of any method requires a token and OPTIONS has no route of its own', () => {
    const { edge, web } = declared({ cors: { origins: ['https://www.shop.example'] } });
    edge.route('ANY /mine', web, { auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] }) });
    const template = httpTemplate(edge, ({ certificate }) => ({ certificate })).toJSON() as {
      Resources: Record<string, { Properties: { RouteKey?: string } }>;
    };
    const Resources = Object.fromEntries(
      Object.entries(template.Resources).filter(([, { Properties }]) => Properties?.RouteKey !== 'OPTIONS /mine'),
    );

    expect(
      ask(
        clusterOf(Template.fromJSON({ ...template, Resources })),
        'OPTIONS https://shop.example/mine',
        preflight('https://www.shop.example'),
      ).status,
    ).toBe(401);
  });

  test('is a request like any other without CORS, or without what makes it one', () => {
    const { edge, web } = declared();
    edge.route('ANY /a', web);
    const cluster = clusterOf(httpTemplate(edge, ({ certificate }) => ({ certificate })));

    expect(outcome(cluster, 'OPTIONS https://shop.example/a', preflight('https://www.shop.example'))).toBe(
      'OPTIONS https://shop.example:443/a',
    );
    expect(outcome(withDomain, 'OPTIONS https://shop.example/products/7')).toBe('404');
  });
});

test('steps explain the path', () => {
  expect(ask(withDomain, 'GET https://shop.example/orders', token(claims)).steps).toEqual([
    expect.stringMatching(/^The domain shop\.example is mapped to EdgeApi\w+ \(EdgeDomainMapping\w+\)\.$/),
    expect.stringMatching(/^The route GET \/orders matches/),
    expect.stringMatching(/^EdgeApiJwt1\w+ accepts the token of https:\/\/login\.example for app or shop\.$/),
    'The header host is set to "shop.example".',
    'The header x-customer is set to "ann".',
    expect.stringMatching(/sends the request to https:\/\/shop\.example:443\/orders, with a timeout of 29000 ms\.$/),
  ]);
});

describe('without a domain the logical id of the API is its host', () => {
  test.each([
    [undefined, 'GET https://EdgeApi65822B7B/products/7', 'GET https://shop.example:443/products/7'],
    [undefined, 'GET https://edgeapi65822b7b/products/7', 'GET https://shop.example:443/products/7'],
    ['live', 'GET https://EdgeApi65822B7B/live/products/7', 'GET https://shop.example:443/products/7'],
    ['live', 'GET https://EdgeApi65822B7B/live', 'GET https://shop.example:443/'],
    ['live', 'GET https://EdgeApi65822B7B/products/7', '404'],
    ['live', 'GET https://EdgeApi65822B7B/', '404'],
  ])('with the stage %s, %s becomes %s', (stageName, line, expected) => {
    expect(outcome(clusterOf(httpTemplate(edgeOf(), () => ({ stageName }))), line)).toBe(expected);
  });

  test('unless that name is disabled', () => {
    expect(ask(withDomain, 'GET https://EdgeApi65822B7B/')).toMatchObject({
      status: 404,
      reason: expect.stringContaining('disabled') as string,
    });
  });
});

test('a named stage is not in the path behind a domain either', () => {
  const cluster = clusterOf(httpTemplate(edgeOf(), ({ certificate }) => ({ certificate, stageName: 'live' })));

  expect(outcome(cluster, 'GET https://shop.example/products/7')).toBe('GET https://shop.example:443/products/7');
});

test('a load balancer that is there already is reached on the port of the scheme', () => {
  const { edge, web } = declared({ tlsSecret: undefined });
  edge.route('GET /', web);
  const answer = ask(
    clusterOf(httpTemplate(edge, ({ loadBalancer }) => ({ loadBalancer }))),
    'GET https://EdgeApi65822B7B/',
  );

  expect(answer.message).toMatchObject({ scheme: 'http', port: 80, host: 'shop.example' });
  expect([answer.serverName, answer.targetGroup]).toEqual([undefined, undefined]);
});

test('every route of the boutique forwards a request, with a token where it requires one', () => {
  const cluster = clusterOf(httpTemplate(shop));
  const more = token({ iss: 'https://login.shop.example', aud: 'shop' });

  const outcomes = shop.routes.map(({ operation: { method, path } }) =>
    outcome(cluster, `${method ?? 'GET'} https://EdgeApi65822B7B${path.replaceParameters('1', 'a/b')}`, more),
  );
  expect(outcomes).toEqual(
    shop.routes.map(
      ({ operation: { method, path } }) =>
        `${method ?? 'GET'} https://shop.example:443${path.replaceParameters('1', 'a/b')}`,
    ),
  );
});
