import { Duration } from 'cdk8s';
import {
  Auth,
  ClientKey,
  type EdgeProps,
  FailureMode,
  Front,
  PerClientRateLimit,
  Period,
  type RouteProps,
} from '../../lib';
import { azureApiManagement } from '../../lib/openapi';
import { azure, edgeOf, jwt, key, routes } from './support';

const limit = (client: ClientKey, per = Period.MINUTE, failureMode = FailureMode.FAIL_OPEN) =>
  PerClientRateLimit.of({ client, requests: 5, per, failureMode });

const policy = (of: RouteProps, props: Partial<EdgeProps> = {}) =>
  azureApiManagement(edgeOf({ 'GET /a': of }, { front: azure, ...props })).operationPolicies['get-a'];

test('the API imports the document, with the rest of a path as a wildcard', () => {
  const { properties } = azureApiManagement(edgeOf(routes, { front: azure }));

  expect(properties).toMatchObject({
    format: 'openapi+json',
    displayName: 'shop-door',
    path: '',
    protocols: ['https'],
    subscriptionRequired: false,
    subscriptionKeyParameterNames: { header: 'x-api-key' },
  });
  expect(Object.keys((JSON.parse(String(properties.value)) as { paths: object }).paths)).toEqual([
    '/products/{id}',
    '/static/*',
    '/files',
    '/files/*',
  ]);
});

test('the policy of the API has its backend, and a certificate for the gateway', () => {
  const front = Front.azureApiManagement({ clientCa: 'front-ca' });

  expect(azureApiManagement(edgeOf({ 'GET /': {} }, { front }), { certificateId: 'gateway' }).policy).toBe(
    [
      '<policies>',
      '  <inbound>',
      '    <base />',
      '    <set-backend-service base-url="https://origin.shop.example" />',
      '    <authentication-certificate certificate-id="gateway" />',
      '  </inbound>',
      '  <backend>',
      '    <base />',
      '  </backend>',
      '  <outbound>',
      '    <base />',
      '  </outbound>',
      '  <on-error>',
      '    <base />',
      '  </on-error>',
      '</policies>',
      '',
    ].join('\n'),
  );
});

test('a token is verified by its operation, and requests end with the timeout of the route', () => {
  const text = policy({ auth: jwt, timeout: Duration.millis(1500) });

  expect(text).toContain('<validate-jwt header-name="Authorization" require-scheme="Bearer"');
  expect(text).toContain('<openid-config url="https://login.example/.well-known/openid-configuration" />');
  expect(text).toContain('<audience>shop</audience>\n        <audience>app</audience>');
  expect(text).toContain('<issuer>https://login.example</issuer>');
  expect(text).toContain('<forward-request timeout="2" />');
});

test('an operation with API keys denies requests without a subscription, and the others do not', () => {
  expect(policy({ auth: key })).toContain('<when condition="@(context.Subscription == null)">');
  expect(policy({})).not.toContain('Subscription');
});

test.each<[string, RouteProps, Partial<EdgeProps>, string]>([
  [
    'an API key',
    { auth: key, perClientRateLimit: limit(ClientKey.apiKey()) },
    {},
    '<rate-limit-by-key calls="5" renewal-period="60" '
      + 'counter-key="@(&quot;shop-door get-a &quot; + context.Subscription.Id)" />',
  ],
  [
    'a claim',
    { auth: jwt },
    { perClientRateLimit: limit(ClientKey.claim('sub'), Period.DAY) },
    '<quota-by-key calls="5" renewal-period="86400" counter-key="@(&quot;shop-door &quot; + '
      + '((Jwt)context.Variables[&quot;token&quot;]).Issuer + &quot; &quot; + '
      + '((Jwt)context.Variables[&quot;token&quot;]).Claims.GetValueOrDefault(&quot;sub&quot;, &quot;&quot;))" />',
  ],
  [
    'a header',
    {},
    { perClientRateLimit: limit(ClientKey.header('x-client'), Period.SECOND) },
    '<rate-limit-by-key calls="5" renewal-period="1" counter-key="@(&quot;shop-door &quot; + '
      + 'context.Request.Headers.GetValueOrDefault(&quot;x-client&quot;, &quot;&quot;))" />',
  ],
])('clients are counted by %s', (_what, of, props, expected) => {
  expect(policy(of, props)).toContain(expected);
});

test('a limit by a claim does not apply to routes without a token', () => {
  expect(policy({}, { perClientRateLimit: limit(ClientKey.claim('sub')) })).not.toContain('by-key');
});

test('preflights are answered by the API', () => {
  const cors = { origins: ['https://www.shop.example'], maxAge: Duration.minutes(5), exposedHeaders: ['x-total'] };
  const text = azureApiManagement(edgeOf({ 'GET /': {} }, { front: azure, cors })).policy;

  expect(text).toContain('<cors allow-credentials="false">');
  expect(text).toContain('<origin>https://www.shop.example</origin>');
  expect(text).toContain('<allowed-methods preflight-result-max-age="300">');
  expect(text).toContain('<expose-headers>\n        <header>x-total</header>');
});

test('texts are escaped', () => {
  const auth = Auth.jwt({ issuer: 'https://login.example/?a=1&b="<2>"', audiences: ['a&b'] });
  expect(policy({ auth })).toContain('<issuer>https://login.example/?a=1&amp;b=&quot;&lt;2&gt;&quot;</issuer>');
});

test('a subscription is required of all if every route has API keys', () => {
  const { properties } = azureApiManagement(edgeOf({ 'GET /': { auth: key } }, { front: azure }));
  expect(properties.subscriptionRequired).toBe(true);
});

test.each<[string, RegExp, Record<string, RouteProps>, Partial<EdgeProps>]>([
  ['no front', /declares no front.*Front\.azureApiManagement/s, { 'GET /': {} }, { front: undefined }],
  ['plain HTTP', /plain HTTP/, { 'GET /': {} }, { tlsSecret: undefined }],
  [
    'keys in two headers',
    /x-api-key, x-k/,
    { 'GET /a': { auth: key }, 'GET /b': { auth: Auth.apiKey({ secret: 'k', header: 'x-k' }) } },
    {},
  ],
  [
    'client ids',
    /`clientIdAsAudience`/,
    { 'GET /': { auth: Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], clientIdAsAudience: true }) } },
    {},
  ],
  [
    'a limit that fails closed',
    /cannot be counted/,
    { 'GET /': { auth: key } },
    { perClientRateLimit: limit(ClientKey.apiKey(), Period.MINUTE, FailureMode.FAIL_CLOSED) },
  ],
  [
    'overlapping routes with different keys',
    /"GET \/a\/\{id\}" and "ANY \/a\/b" match the same requests/,
    { 'GET /a/{id}': {}, 'ANY /a/b': { auth: key } },
    {},
  ],
  [
    'overlapping routes with different tokens',
    /match the same requests/,
    { 'GET /{rest+}': {}, 'GET /a': { auth: jwt } },
    {},
  ],
])('%s throws', (_what, message, all, props) => {
  expect(() => azureApiManagement(edgeOf(all, { front: azure, ...props }))).toThrow(message);
});

test('a certificate that only one of API Management and the gateway has throws', () => {
  const proven = edgeOf({ 'GET /': {} }, { front: Front.azureApiManagement({ clientCa: 'front-ca' }) });

  expect(() => azureApiManagement(proven)).toThrow(/presents none/);
  expect(() => azureApiManagement(edgeOf({ 'GET /': {} }, { front: azure }), { certificateId: 'gateway' })).toThrow(
    /does not require/,
  );
});

test('overlapping routes with the same checks are allowed', () => {
  const all = { 'GET /{rest+}': { auth: jwt }, 'GET /a': { auth: jwt }, 'POST /a': {} };
  expect(() => azureApiManagement(edgeOf(all, { front: azure }))).not.toThrow();
});
