import { endsOf, gatewayApi, istio, traffic } from './support';

const ISSUER = 'https://issuer.example';
const OTHER = 'https://other.example';
const rule = (fields: object = {}) => ({ issuer: ISSUER, jwks: '{}', ...fields });
const tokens = (...jwtRules: object[]) =>
  istio('RequestAuthentication', 'tokens', { selector: { matchLabels: { app: 'cart' } }, jwtRules });
const written = (claim: string, header = 'X-Sub') => ({ outputClaimToHeaders: [{ header, claim }] });
const arriving = (objects: object[], props: object = {}, path = '/') =>
  traffic(objects).from('web').http(`GET http://cart${path}`, props).outcomes[0];

test.each([
  ['of a claim, without a token', written('sub'), {}, {}],
  ['of the payload, without a token', { outputPayloadToHeader: 'X-Payload' }, {}, {}],
  ['of a claim that the token lacks', written('email'), { claims: { iss: ISSUER } }, {}],
  ['of a claim that the token has', written('sub'), { claims: { iss: ISSUER, sub: 'ann' } }, { 'x-sub': 'ann' }],
  [
    'of a rule whose place for tokens is another',
    { ...written('sub'), fromHeaders: [{ name: 'x-token' }] },
    { claims: { iss: ISSUER, sub: 'ann' } },
    { authorization: 'Bearer token' },
  ],
])('a header that a rule writes does not arrive as the client forged it: %s', (_name, fields, props, headers) => {
  expect(
    arriving([tokens(rule(fields))], {
      ...props,
      headers: { 'X-Sub': 'forged', 'x-payload': 'forged', 'x-own': 'own' },
    })?.headers,
  ).toEqual({
    'x-own': 'own',
    ...('outputPayloadToHeader' in fields ? { 'x-sub': 'forged' } : { 'x-payload': 'forged' }),
    ...headers,
  });
});

test('the headers of all RequestAuthentications of a workload are removed where no token comes', () => {
  const mesh = istio('RequestAuthentication', 'mesh', { jwtRules: [rule(written('sub', 'x-mesh'))] }, 'istio-system');
  expect(
    arriving([tokens(rule(written('sub'))), mesh], { headers: { 'x-sub': 'forged', 'x-mesh': 'forged' } })?.headers,
  ).toEqual({});
});

test('a workload that no rule is for gets headers as the client wrote them', () => {
  expect(
    traffic([tokens(rule(written('sub')))])
      .from('web')
      .http('GET http://web/', { headers: { 'x-sub': 'own' } }).outcomes[0]?.headers,
  ).toEqual({ 'x-sub': 'own' });
});

test('of several issuers all rules remove their headers, whichever accepts the token', () => {
  const both = [tokens(rule({ ...written('sub', 'x-other'), issuer: OTHER }), rule(written('sub')))];
  const headers = { 'x-sub': 'forged', 'x-other': 'forged' };
  expect(arriving(both, { claims: { iss: ISSUER, sub: 'ann' }, headers })?.headers).toEqual({ 'x-sub': 'ann' });
  expect(arriving(both, { claims: { iss: OTHER, sub: 'bob' }, headers })?.headers).toEqual({ 'x-other': 'bob' });
});

test('a preflight bypasses the rules, with its headers', () => {
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET', 'x-sub': 'forged' };
  expect(
    traffic([tokens(rule(written('sub')))])
      .from('web')
      .http('OPTIONS http://cart/', { headers }).outcomes[0]?.headers,
  ).toEqual(headers);
});

test.each<[unknown, string | undefined]>([
  ['ann', 'ann'],
  ['', undefined],
  [7, '7'],
  [0, '0'],
  [1e19, '10000000000000000000'],
  [2 ** 64, '18446744073709551616.000000'],
  [1e21, '1000000000000000000000.000000'],
  [1.5, '1.500000'],
  [-7, '-7.000000'],
  [true, 'true'],
  [false, 'false'],
  [null, undefined],
  [['a', 'b'], Buffer.from('["a","b"]').toString('base64')],
  [{ id: 1 }, Buffer.from('{"id":1}').toString('base64')],
])('the claim %j is written to a header as %s', (value, header) => {
  expect(arriving([tokens(rule(written('own')))], { claims: { iss: ISSUER, own: value } })?.headers).toEqual(
    header === undefined ? {} : { 'x-sub': header },
  );
});

test.each([{ a: 1, b: 2 }, [{ a: 1, b: 2 }], { a: { b: 1, c: 2 } }])(
  'the claim %j, of which Envoy writes the fields in any order, is not simulated as a header',
  own => {
    expect(() => arriving([tokens(rule(written('own')))], { claims: { iss: ISSUER, own } })).toThrow(
      'The claim own is an object with several fields',
    );
    expect(arriving([tokens(rule())], { claims: { iss: ISSUER, own } })?.destination).toMatch('shop/cart');
  },
);

test('a claim within another is written, and two for one header are one list', () => {
  const fields = {
    outputPayloadToHeader: 'x-all',
    outputClaimToHeaders: [
      { header: 'x-both', claim: 'sub' },
      { header: 'x-both', claim: 'group.id' },
    ],
  };
  const claims = { iss: ISSUER, sub: 'ann', group: { id: 7 } };
  expect(arriving([tokens(rule(fields))], { claims })?.headers).toEqual({
    'x-all': Buffer.from(JSON.stringify(claims)).toString('base64url'),
    'x-both': 'ann,7',
  });
});

test.each<[string, object, string, object]>([
  ['a header', { tokenHeader: 'x-token' }, '/?q=1', {}],
  ['a parameter', { tokenParameter: 'jwt' }, '/?q=1', {}],
  ['a cookie, from which Envoy removes nothing', { tokenCookie: 'session' }, '/?q=1', { cookie: 'session=token' }],
])('a verified token is removed from %s unless it is to be forwarded', (_name, props, path, headers) => {
  const places = { fromHeaders: [{ name: 'X-Token' }], fromParams: ['jwt'], fromCookies: ['session'] };
  expect(arriving([tokens(rule(places))], { ...props, claims: { iss: ISSUER } }, '/?q=1')).toMatchObject({
    path,
    headers,
  });
  expect(
    JSON.stringify(
      arriving(
        [tokens(rule({ ...places, forwardOriginalToken: true }))],
        { ...props, claims: { iss: ISSUER } },
        '/?q=1',
      ),
    ),
  ).toMatch(/x-token|jwt=token|session=token/);
});

test('a header written where the token was is removed with it', () => {
  expect(
    arriving([tokens(rule(written('sub', 'authorization')))], { claims: { iss: ISSUER, sub: 'ann' } })?.headers,
  ).toEqual({});
});

test.each([
  ['in the usual header', {}, { authorization: 'Bearer abc' }, '/', true],
  ['in the usual parameter', {}, {}, '/?access_token=abc', true],
  ['in a header of its own', { fromHeaders: [{ name: 'X-Token' }] }, { 'x-token': 'abc' }, '/', true],
  ['in a cookie', { fromCookies: ['session'] }, { cookie: 'a=b; session=abc' }, '/', true],
  ['without the prefix', { fromHeaders: [{ name: 'x-token', prefix: 'JWT ' }] }, { 'x-token': 'abc' }, '/', false],
  ['of another scheme', {}, { authorization: 'Basic abc' }, '/', false],
  ['where no rule looks', { fromParams: ['jwt'] }, { authorization: 'Bearer abc' }, '/?access_token=abc', false],
])(
  'what is written like a token but without claims is not taken for none: %s',
  (_name, fields, headers, path, throws) => {
    const ask = () => arriving([tokens(rule(fields))], { headers }, path)?.destination;
    if (throws) {
      expect(ask).toThrow('Set the `claims` of the request');
    } else {
      expect(ask()).toMatch('shop/cart');
    }
  },
);

const gateway = gatewayApi('Gateway', 'gate', {
  gatewayClassName: 'istio',
  listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
});
const route = gatewayApi('HTTPRoute', 'route', {
  parentRefs: [{ name: 'gate' }],
  rules: [
    { matches: [{ headers: [{ name: 'x-sub', value: 'boss' }] }], backendRefs: [{ name: 'cart', port: 80 }] },
    { backendRefs: [{ name: 'web', port: 80 }] },
  ],
});
const atGate = istio('RequestAuthentication', 'gate', {
  targetRefs: [{ kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'gate' }],
  jwtRules: [rule(written('sub'))],
});

test('at a gateway a forged header is removed, but has chosen the route where no token made it choose again', () => {
  const enter = (props: object) => traffic([gateway, route, atGate]).fromInternet('GET http://a.example/', props);
  expect(enter({ headers: { 'x-sub': 'forged' } }).outcomes[0]).toMatchObject({
    destination: 'shop/web-v1',
    headers: {},
  });
  expect(enter({ headers: { 'x-sub': 'boss' } }).outcomes.map(each => each.headers)).toEqual([{}, {}]);
  expect(endsOf(enter({ headers: { 'x-sub': 'boss' } }))).toBe('cart-v1 50%, cart-v2 50%');
  expect(endsOf(enter({ headers: { 'x-sub': 'boss' }, claims: { iss: ISSUER, sub: 'ann' } }))).toBe('web-v1');
  expect(endsOf(enter({ claims: { iss: ISSUER, sub: 'boss' } }))).toBe('cart-v1 50%, cart-v2 50%');
});

test(
  'a gateway that is not of Istio reads no RequestAuthentication, so that a forged header and any ' + 'token arrive',
  () => {
    const other = gatewayApi('Gateway', 'gate', {
      gatewayClassName: 'eg',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    });
    const enter = (props: object) =>
      traffic([
        other,
        route,
        istio('RequestAuthentication', 'gate', {
          selector: { matchLabels: { 'gateway.envoyproxy.io/owning-gateway-name': 'gate' } },
          jwtRules: [rule(written('sub'))],
        }),
      ]).fromInternet('GET http://a.example/', props);
    expect(enter({ headers: { 'x-sub': 'forged' }, claims: { iss: OTHER } }).outcomes[0]).toMatchObject({
      destination: 'shop/web-v1',
      headers: { 'x-sub': 'forged', authorization: 'Bearer token' },
    });
  },
);

test('a token may have its own prefix in its header', () => {
  const prefixed = tokens(rule({ ...written('sub'), fromHeaders: [{ name: 'x-token', prefix: 'Value ' }] }));
  const claims = { iss: ISSUER, sub: 'ann' };
  const subject = (headers: Readonly<Record<string, string>>) =>
    arriving([prefixed], { claims, tokenHeader: 'X-Token', headers })?.headers['x-sub'];
  expect(subject({ 'x-token': 'Value token' })).toBe('ann');
  expect(subject({ 'X-Token': 'Other token' })).toBeUndefined();
  expect(subject({})).toBeUndefined();
  expect(subject({ 'x-token': 'Value unknown' })).toBeUndefined();
});

test.each([
  ['the first', [rule({ audiences: ['shop'] }), rule()], 403],
  ['the second', [rule(), rule({ audiences: ['shop'] })], 401],
])(
  'an invalid token of an issuer with two rules has the status of the first: %s has other audiences',
  (_name, rules, status) => {
    const token = { claims: { iss: ISSUER }, badToken: true };
    expect(arriving([tokens(...rules)], token)?.status).toBe(status);
  },
);

test.each([
  ['https://api.shop.example/', 'https://api.shop.example', true],
  ['api.shop.example', 'http://api.shop.example/', true],
  ['https://api.shop.example', 'api.shop.example', true],
  ['https://api.shop.example//', 'https://api.shop.example', false],
  ['https://api.shop.example', 'HTTPS://api.shop.example', false],
  ['https://api.shop.example', 'https://shop.example', false],
])('an audience counts without its scheme and a slash at the end: %s and %s → %s', (audience, aud, is) => {
  const claims = { iss: ISSUER, aud: [aud] };
  expect(arriving([tokens(rule({ audiences: [audience] }))], { claims })?.status).toBe(is ? 0 : 403);
});
