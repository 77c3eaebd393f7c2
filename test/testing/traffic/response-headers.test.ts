import { cartRules, gatewayApi, istio, traffic } from './support';

const to = (subset: string, response: object = {}, weight?: number) => ({
  destination: { host: 'cart', subset },
  headers: { response },
  weight,
});
const versions = istio('DestinationRule', 'cart', {
  host: 'cart',
  subsets: ['v1', 'v2'].map(name => ({ name, labels: { version: name } })),
});
const rules = (rule: object) =>
  traffic([versions, cartRules(rule)])
    .from('web')
    .http('GET http://cart/');
const changes = (rule: object) => rules(rule).outcomes.map(each => each.responseHeaders);

test('an outcome has what its rule and its only destination remove, then set, then add', () => {
  expect(
    changes({
      headers: {
        response: { set: { 'X-A': 'rule', 'x-b': 'rule' }, add: { 'x-c': '1', 'x-d': '1' }, remove: ['x-e'] },
      },
      route: [to('v1', { set: { 'x-c': '2' }, add: { 'x-d': '2', 'x-a': '2' }, remove: ['X-B', 'x-e'] })],
    }),
  ).toEqual([
    {
      removed: ['x-e', 'x-b'],
      set: { 'x-a': 'rule', 'x-b': 'rule', 'x-c': '2' },
      added: { 'x-c': '1', 'x-d': '1,2', 'x-a': '2' },
    },
  ]);
});

test('with several destinations the changes of each come before those of the rule', () => {
  expect(
    changes({
      headers: { response: { set: { 'x-a': 'rule' } } },
      route: [to('v1', { set: { 'x-a': 'v1', 'x-v': '1' } }, 75), to('v2', { remove: ['x-v'] }, 25)],
    }),
  ).toEqual([
    { removed: [], set: { 'x-a': 'rule', 'x-v': '1' }, added: {} },
    { removed: ['x-v'], set: { 'x-a': 'rule' }, added: {} },
  ]);
});

test.each<[string, object]>([
  ['a direct response', { directResponse: { status: 403 } }],
  ['a redirect', { redirect: { uri: '/b' } }],
  ['an aborted request', { fault: { abort: { httpStatus: 500, percentage: { value: 100 } } }, route: [to('v1')] }],
])('%s has the response headers of its rule', (_name, rule) => {
  expect(rules({ headers: { response: { set: { 'x-a': '1' } } }, ...rule }).responseHeaders).toEqual({ 'x-a': '1' });
});

const ORIGIN = 'https://www.example';
const policy = {
  allowOrigins: [{ exact: ORIGIN }],
  allowMethods: ['GET', 'PUT'],
  allowHeaders: ['x-a', 'x-b'],
  exposeHeaders: ['x-c', 'x-d'],
  allowCredentials: true,
  maxAge: '90s',
};
const browser = (corsPolicy: object, headers: Readonly<Record<string, string>>, method = 'GET') =>
  traffic([versions, cartRules({ corsPolicy, headers: { response: { set: { 'x-set': '1' } } }, route: [to('v1')] })])
    .from('web')
    .http(`${method} http://cart/`, { headers }).responseHeaders;

test('a request of an allowed origin gets the headers of CORS, besides those of the rule', () => {
  const allowed = { 'access-control-allow-origin': ORIGIN, 'access-control-allow-credentials': 'true' };
  expect([
    browser(policy, { origin: ORIGIN }),
    browser({ ...policy, exposeHeaders: undefined, allowCredentials: false }, { origin: ORIGIN }),
    browser(policy, { origin: 'https://other.example' }),
    browser(policy, {}),
  ]).toEqual([
    { 'x-set': '1', ...allowed, 'access-control-expose-headers': 'x-c,x-d' },
    { 'x-set': '1', 'access-control-allow-origin': ORIGIN },
    { 'x-set': '1' },
    { 'x-set': '1' },
  ]);
});

test('a preflight gets the methods, headers and age of its policy, and nothing of the rule', () => {
  const preflight = (corsPolicy: object, origin = ORIGIN) =>
    browser(
      corsPolicy,
      { origin, 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'x-z' },
      'OPTIONS',
    );
  const ofPolicy = {
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET,PUT',
    'access-control-allow-headers': 'x-a,x-b',
    'access-control-max-age': '90',
  };
  expect([
    preflight(policy),
    preflight({ allowOrigins: [{ exact: ORIGIN }], allowMethods: ['*'], allowHeaders: ['*'] }),
    preflight({ allowOrigins: [{ exact: ORIGIN }] }),
    preflight({ ...policy, unmatchedPreflights: 'IGNORE' }, 'https://other.example'),
  ]).toEqual([
    { ...ofPolicy, 'access-control-allow-origin': ORIGIN, 'access-control-expose-headers': 'x-c,x-d' },
    {
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'DELETE',
      'access-control-allow-headers': 'x-z',
    },
    { 'access-control-allow-origin': ORIGIN },
    ofPolicy,
  ]);
});

test.each([
  ['istio', 'GET,POST'],
  ['eg', 'GET, POST'],
])(
  'the CORS filter of an HTTPRoute at a gateway of class %s: without maxAge its response is kept 5 s',
  (name, methods) => {
    const cors = { allowOrigins: ['https://*.example'], allowMethods: ['GET', 'POST'] };
    const [door, route] = [
      gatewayApi('Gateway', 'door', { gatewayClassName: name, listeners: [{ name: 'a', port: 80, protocol: 'HTTP' }] }),
      gatewayApi('HTTPRoute', 'r', {
        parentRefs: [{ name: 'door' }],
        rules: [{ filters: [{ type: 'CORS', cors }], backendRefs: [{ name: 'web', port: 80 }] }],
      }),
    ];
    const headers = { origin: ORIGIN, 'access-control-request-method': 'GET' };
    expect(traffic([door, route]).fromInternet('OPTIONS http://a.example/', { headers }).responseHeaders).toEqual({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': methods,
      'access-control-max-age': '5',
    });
  },
);

test('an answer has the conditions of retries and the shares of mirrors, and explains them', () => {
  const answer = rules({
    route: [to('v1', { set: { 'x-a': '1' }, add: { 'x-b': '2' }, remove: ['x-c'] })],
    retries: { attempts: 3, perTryTimeout: '250ms', retryOn: '5xx, 409' },
    mirrors: [{ destination: { host: 'old' }, percentage: { value: 25 } }, { destination: { host: 'web' } }],
  });
  expect([answer.retryOn, answer.mirrors, answer.mirrorShares]).toEqual([
    ['5xx', '409'],
    ['shop/old-v1', 'shop/web-v1'],
    { 'shop/old-v1': 0.25, 'shop/web-v1': 1 },
  ]);
  expect(answer.explain()).toBe(
    [
      'shop/web-v1 → GET http://cart/',
      '  routed by VirtualService shop/cart (spec.http[0])',
      '  3 retries, per-try timeout 250 ms, on 5xx, 409',
      '  25% mirrored to shop/old-v1',
      '  mirrored to shop/web-v1',
      '  100% routed to shop/cart-v1:8080 with path /',
      '    response headers removed: x-c',
      '    response headers set: x-a: 1',
      '    response headers added: x-b: 2',
    ].join('\n'),
  );
});
