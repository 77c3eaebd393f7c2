import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Duration } from 'cdk8s';
import { Auth, ClientKey, FailureMode, PerClientRateLimit, Period, RateLimit } from '../../../lib';
import { declaredForRest as declared, restTemplate } from '../../aws/support';
import { ask, clusterOf, outcome, token } from './support';

const jwt = { issuer: 'https://login.example', audiences: ['shop'] };
const claims = { iss: 'https://login.example', aud: ['shop'], sub: 'ann' };
const perClient = (client: ClientKey) =>
  PerClientRateLimit.of({ client, requests: 5, per: Period.SECOND, failureMode: FailureMode.FAIL_OPEN });

function whole() {
  const { edge, web } = declared({
    auth: Auth.jwt(jwt),
    rateLimit: RateLimit.perSecond(100),
    waf: true,
    clientCa: 'clients',
    perClientRateLimit: perClient(ClientKey.claim('sub')),
    cors: { origins: ['https://www.shop.example'] },
  });
  edge.route('GET /products/{id}', web, { auth: Auth.none(), cacheTtl: Duration.minutes(1) });
  edge.route('POST /orders', web, {
    rateLimit: RateLimit.perSecond(5),
    requestValidation: { query: ['shop'], headers: ['x-device'], body: { required: ['id'] } },
  });
  edge.route('POST /refunds', web, {
    auth: Auth.jwt({ ...jwt, scopes: ['refund', 'admin'] }),
    timeout: Duration.seconds(3),
  });
  edge.route('ANY /static/{file+}', web, { auth: Auth.none() });
  return clusterOf(
    restTemplate(edge, ({ certificate, truststore }) => ({
      certificate,
      truststore,
      clients: ['ann', 'bob'],
      claimHeaders: { 'x-customer': 'sub' },
      textBodiesOnly: true,
    })),
  );
}

const cluster = whole();

test.each([
  ['GET https://shop.example/products/7', 'GET https://shop.example:443/products/7'],
  ['GET https://shop.example/products/7?full=1', 'GET https://shop.example:443/products/7?full=1'],
  ['GET https://shop.example/static/css/site.css', 'GET https://shop.example:443/static/css/site.css'],
  ['PUT https://shop.example/static/x', 'PUT https://shop.example:443/static/x'],
  ['OPTIONS https://shop.example/orders', '204'],
  ['OPTIONS https://shop.example/static/x', '204'],
  ['POST https://shop.example/products/7', '404'],
  ['GET https://shop.example/products', '404'],
  ['GET https://shop.example/static', '404'],
  ['GET https://shop.example/static/', '404'],
  ['GET https://shop.example/', '404'],
  ['GET https://shop.example/prod/products/7', '404'],
  ['GET https://EdgeApi65822B7B/prod/products/7', '403'],
])('%s becomes %s', (line, expected) => {
  expect(outcome(cluster, line)).toBe(expected);
});

test.each([
  ['/refunds', {}, 401, 'is not called without method.request.header.Authorization'],
  ['/refunds', token(claims, false), 401, 'expired or not signed'],
  ['/refunds', token({ ...claims, iss: 'https://other.example' }), 401, 'the issuer is https://other.example'],
  ['/refunds', token({ ...claims, aud: 'other', scope: 'refund' }), 403, 'the audience is other, not shop'],
  ['/refunds', token(claims), 403, 'the token has none of the scopes refund, admin'],
  [
    '/refunds',
    token({ ...claims, sub: 'mallory', scope: 'refund' }),
    403,
    'The authorizer returns no API key for this client',
  ],
  [
    '/refunds',
    token({ ...claims, scope: 'refund' }),
    undefined,
    'The method POST /refunds forwards the request through the VPC link.',
  ],
  ['/orders', token(claims), 400, 'The request lacks querystring.shop, header.x-device'],
  ['/orders?shop=', { ...token(claims), headers: { 'x-device': 'phone' } }, 400, 'The request lacks querystring.shop'],
  ['/orders?shop=1', { ...token(claims), headers: { 'x-device': 'phone' } }, undefined, 'forwards the request'],
])('POST %s with %j is answered with %s', (path, more, status, reason) => {
  const answer = ask(cluster, `POST https://shop.example${path}`, more);

  expect(answer.status).toBe(status);
  expect(answer.reason).toContain(reason);
  expect(answer.by.kind).toBe('AWS::ApiGateway::Method');
});

test('a request goes to the load balancer with the server name, the target group and the time limit', () => {
  const answer = ask(cluster, 'POST https://shop.example/refunds', token({ ...claims, scope: 'admin' }));

  expect(answer).toMatchObject({
    serverName: 'shop.example',
    timeoutMs: 3000,
    message: { host: 'shop.example', port: 443, scheme: 'https', path: '/refunds' },
  });
  expect(answer.targetGroup?.root.get('Properties', 'Name').text).toBe('shop-door');
});

test('claims go on as headers, and what a client sends under their names is emptied where there is no token', () => {
  const forged = { headers: { 'x-customer': 'eve' } };

  expect(
    ask(cluster, 'POST https://shop.example/refunds', { ...forged, ...token({ ...claims, scope: 'admin' }) }).message
      ?.headers,
  ).toEqual({ 'x-customer': 'ann' });
  expect(ask(cluster, 'GET https://shop.example/products/7', forged).message?.headers).toEqual({ 'x-customer': '' });
});

test('steps explain the path', () => {
  expect(
    ask(cluster, 'POST https://shop.example/orders?shop=1', { ...token(claims), headers: { 'x-device': 'phone' } })
      .steps,
  ).toEqual([
    expect.stringMatching(/^The domain shop\.example is mapped to EdgeApi\w+ \(EdgeDomainMap\w+\)\.$/),
    'The domain requires a client certificate from its truststore, which is not simulated.',
    expect.stringMatching(
      /^The web ACL of EdgeFirewallAssociation\w+ inspects the request first; its rules are not simulated\.$/,
    ),
    expect.stringMatching(/^The method POST \/orders matches \(EdgeApiordersPOST\w+\)\.$/),
    expect.stringMatching(
      /^The stage EdgeStage\w+ throttles at 5 requests per second with a burst of 10; throttling is not simulated\.$/,
    ),
    expect.stringMatching(
      /^The function EdgeMethodsTokensFunction\w+ accepts the token of https:\/\/login\.example for shop\.$/,
    ),
    'The authorizer returns the API key of the client; the limits of its usage plan are not simulated.',
    'The request has the required parameters: querystring.shop, header.x-device.',
    'The body is validated against a model, which is not simulated.',
    'The header x-customer is set to "ann".',
    'A mapping template sets the path to /orders.',
    'The integration request goes to https://shop.example:443/orders, with a timeout of 29000 ms.',
  ]);
});

test('a cached response is reported, and the throttle of the stage where the method has none', () => {
  const { steps } = ask(cluster, 'GET https://shop.example/products/7');

  expect(steps).toContain('A cached response may be returned instead; a cache miss is assumed.');
  expect(steps).toEqual(
    expect.arrayContaining([expect.stringContaining('throttles at 100 requests per second with a burst of 200')]),
  );
});

test('parameters are encoded anew, but for the slashes of a rest', () => {
  expect(outcome(cluster, 'GET https://shop.example/products/a%2Fb%20c')).toBe(
    'GET https://shop.example:443/products/a%2Fb%20c',
  );
  expect(outcome(cluster, 'GET https://shop.example/static/a/b%2Bc')).toBe(
    'GET https://shop.example:443/static/a/b%2Bc',
  );
});

test.each([
  ['products/..', 'products/%252E'],
  ['products/%2E', 'products/%252E'],
  ['products/.well-known', 'products/.well-known'],
  ['products/..%5Corders', 'products/..%5Corders'],
  ['static/../orders', 'static/%252E/orders'],
  ['static/a/%2e%2e/%2e%2e/orders', 'static/a/%252E/%252E/orders'],
  ['static/a/..', 'static/a/%252E'],
  ['static/%252e%252e/orders', 'static/%252e%252e/orders'],
  ['static/a..b/...', 'static/a..b/...'],
])('no segment of dots reaches the cluster, where /%s would become another route', (asked, sent) => {
  expect(outcome(cluster, `GET https://shop.example/${asked}`)).toBe(`GET https://shop.example:443/${sent}`);
});

test.each([
  ['application/json; charset=utf-8', 'PUT https://shop.example:443/static/x'],
  ['application/x-www-form-urlencoded', 'PUT https://shop.example:443/static/x'],
  ['text/plain', 'PUT https://shop.example:443/static/x'],
  ['multipart/form-data; boundary=x', '415'],
  ['image/png', '415'],
  ['', '415'],
])('a body of type "%s" reaches the cluster without the stage in its path, or not at all', (type, expected) => {
  expect(outcome(cluster, 'PUT https://shop.example/static/x', { headers: { 'content-type': type } })).toBe(expected);
});

describe('with bodies of every content type', () => {
  const { edge, web } = declared({ cors: { origins: ['https://www.shop.example'] } });
  edge.route('POST /cart', web);
  edge.route('PUT /images/{id}', web);
  edge.route('ANY /static/{file+}', web);
  const open = clusterOf(restTemplate(edge));
  const sent = (line: string, type?: string) =>
    outcome(open, line, { headers: type === undefined ? {} : { 'content-type': type } });

  test.each([
    undefined,
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'image/png',
    'text/csv',
    'application/octet-stream',
    'application/graphql-response+json',
    '',
  ])('a body of type %j arrives, and the stage is not in its path', type => {
    expect(sent('POST https://EdgeApi65822B7B/prod/cart', type)).toBe('POST https://shop.example:443/cart');
    expect(sent('PUT https://EdgeApi65822B7B/prod/images/7', type)).toBe('PUT https://shop.example:443/images/7');
    expect(sent('PATCH https://EdgeApi65822B7B/prod/static/a/b.css', type)).toBe(
      'PATCH https://shop.example:443/static/a/b.css',
    );
  });

  test('preflights are answered, and requests reach the target group', () => {
    expect(sent('OPTIONS https://EdgeApi65822B7B/prod/cart')).toBe('204');
    expect(ask(open, 'POST https://EdgeApi65822B7B/prod/cart').targetGroup?.root.get('Properties', 'Name').text).toBe(
      'shop-door',
    );
  });
});

test('without a domain the logical id of the API is its host, and the stage the first segment of the path', () => {
  const { edge, web } = declared({ tlsSecret: undefined });
  edge.route('GET /', web);
  edge.route('GET /a', web);
  const plain = clusterOf(restTemplate(edge, () => ({ stageName: 'live' })));

  expect(outcome(plain, 'GET https://edgeapi65822b7b/live/a')).toBe('GET http://shop.example:80/a');
  expect(outcome(plain, 'GET https://EdgeApi65822B7B/live')).toBe('GET http://shop.example:80/');
  expect(outcome(plain, 'GET https://EdgeApi65822B7B/a')).toBe('403');
  expect(ask(plain, 'GET https://EdgeApi65822B7B/live/a').serverName).toBeUndefined();
});

test('a key that clients bring must be there', () => {
  const { edge, web } = declared({
    auth: Auth.apiKey({ secret: 'keys' }),
    perClientRateLimit: perClient(ClientKey.apiKey()),
  });
  edge.route('GET /orders', web);
  const keyed = clusterOf(restTemplate(edge, () => ({ clients: ['ann'] })));

  expect(ask(keyed, 'GET https://EdgeApi65822B7B/prod/orders')).toMatchObject({
    status: 403,
    reason: expect.stringContaining('has no x-api-key') as string,
  });
  expect(outcome(keyed, 'GET https://EdgeApi65822B7B/prod/orders', { headers: { 'x-api-key': 'any' } })).toBe(
    'GET https://shop.example:443/orders',
  );
});

describe('a user pool replaces the function', () => {
  const { edge, web } = declared();
  edge.route('GET /orders', web, { auth: Auth.jwt({ ...jwt, scopes: ['read', 'write'] }) });
  edge.route('GET /me', web, { auth: Auth.jwt(jwt) });
  const pooled = clusterOf(
    restTemplate(edge, ({ stack }) => ({
      userPools: [
        UserPool.fromUserPoolArn(stack, 'Pool', 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc'),
      ],
      claimHeaders: { 'x-customer': 'sub' },
    })),
  );
  const iss = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc';

  test.each([
    ['/orders', {}, 401],
    ['/orders', token({ iss, scope: 'write' }, false), 401],
    ['/orders', token({ iss: `${iss}d`, scope: 'write' }), 401],
    ['/orders', token({ iss, token_use: 'id', scope: 'write' }), 401],
    ['/orders', token({ iss, token_use: 'access' }), 403],
    ['/orders', token({ iss, token_use: 'access', scope: 'openid write', sub: 'ann' }), undefined],
    ['/me', token({ iss, token_use: 'access' }), 401],
    ['/me', token({ iss, token_use: 'id', sub: 'ann' }), undefined],
  ])('GET %s with %j is answered with %s', (path, more, status) => {
    const answer = ask(pooled, `GET https://EdgeApi65822B7B/prod${path}`, more);

    expect(answer.status).toBe(status);
    expect(answer.message?.headers['x-customer']).toBe(status === undefined ? 'ann' : undefined);
  });

  test('and one from the template accepts tokens of any pool, but of no other issuer', () => {
    const other = declared();
    other.edge.route('GET /me', other.web, { auth: Auth.jwt(jwt) });
    const made = clusterOf(restTemplate(other.edge, ({ stack }) => ({ userPools: [new UserPool(stack, 'Pool')] })));

    expect(ask(made, 'GET https://EdgeApi65822B7B/prod/me', token({ iss })).status).toBeUndefined();
    expect(ask(made, 'GET https://EdgeApi65822B7B/prod/me', token(claims)).status).toBe(401);
  });
});

describe('of several user pools', () => {
  const { edge, web } = declared();
  edge.route('GET /orders', web, { auth: Auth.jwt({ ...jwt, scopes: ['read', 'write'] }) });
  edge.route('GET /me', web, { auth: Auth.jwt(jwt) });
  const arn = (id: string) => `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_${id}`;
  const pooled = clusterOf(
    restTemplate(edge, ({ stack }) => ({
      userPools: ['abc', 'def'].map(id => UserPool.fromUserPoolArn(stack, id, arn(id))),
    })),
  );
  const issuerOf = (id: string) => `https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_${id}`;
  const asked = (path: string, more: ReturnType<typeof token> = {}) =>
    ask(pooled, `GET https://EdgeApi65822B7B/prod${path}`, more);

  test('a token of any of them is accepted, and of no other', () => {
    expect(asked('/me', token({ iss: issuerOf('abc') })).status).toBeUndefined();
    expect(asked('/me', token({ iss: issuerOf('def') })).status).toBeUndefined();
    expect(asked('/me', token({ iss: issuerOf('ghi') })).reason).toContain(
      `the issuer is ${issuerOf('ghi')}, not ${issuerOf('abc')} or ${issuerOf('def')}`,
    );
  });

  test('a denial names its reason', () => {
    expect(asked('/me').reason).toContain('rejects the request: no token');
    expect(asked('/me', token({ iss: issuerOf('abc') }, false)).reason).toContain(
      'the token is expired or not signed by its issuer',
    );
    expect(asked('/me', token({ iss: issuerOf('abc'), token_use: 'access' })).reason).toContain(
      'A method without scopes requires an ID token',
    );
    expect(asked('/orders', token({ iss: issuerOf('abc'), token_use: 'id' })).reason).toContain(
      'A method with scopes requires an access token',
    );
  });

  test('the accepted token is a step, with the scopes of the method if it has any', () => {
    expect(asked('/orders', token({ iss: issuerOf('abc'), scope: 'read' })).steps.join()).toContain(
      `accepts the token of the user pool ${issuerOf('abc')} with one of the scopes read, write.`,
    );
    expect(asked('/me', token({ iss: issuerOf('abc') })).steps.join()).toContain(
      `accepts the token of the user pool ${issuerOf('abc')}.`,
    );
  });
});

test('a route of any method has its requirements for each method', () => {
  const { edge, web } = declared();
  edge.route('ANY /carts', web, { auth: Auth.jwt(jwt) });
  edge.route('GET /carts', web, { auth: Auth.jwt({ ...jwt, audiences: ['readers'] }) });
  const any = clusterOf(restTemplate(edge));
  const statusOf = (method: string, aud: string) =>
    ask(any, `${method} https://EdgeApi65822B7B/prod/carts`, token({ ...claims, aud })).status;

  expect([statusOf('PUT', 'shop'), statusOf('PUT', 'readers')]).toEqual([undefined, 401]);
  expect([statusOf('GET', 'shop'), statusOf('GET', 'readers')]).toEqual([401, undefined]);
});

test('a canary is reported', () => {
  const { edge, web } = declared();
  edge.route('GET /', web);
  const canary = clusterOf(restTemplate(edge, () => ({ canary: { percent: 10, stableDeployment: 'abc123' } })));

  expect(ask(canary, 'GET https://EdgeApi65822B7B/prod').steps).toContain(
    'A canary deployment receives 10 % of the requests; both deployments are assumed to match the template.',
  );
});

test('requirements that exceed the environment of the function are read from its code', () => {
  const { edge, web } = declared({
    auth: Auth.jwt(jwt),
    perClientRateLimit: perClient(ClientKey.claim('sub')),
  });
  Array.from({ length: 60 }, (_, index) => edge.route(`GET /things/${index}`, web));
  const large = clusterOf(
    restTemplate(edge, ({ certificate }) => ({ certificate, clients: ['ann'], textBodiesOnly: true })),
  );

  expect(ask(large, 'GET https://shop.example/things/59', token(claims)).status).toBeUndefined();
  expect(ask(large, 'GET https://shop.example/things/59', token({ ...claims, aud: 'other' })).status).toBe(403);
  expect(ask(large, 'GET https://shop.example/things/59', token({ ...claims, sub: 'bob' })).status).toBe(403);
});
