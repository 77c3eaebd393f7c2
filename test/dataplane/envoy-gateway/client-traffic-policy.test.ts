import { generateKeyPairSync } from 'node:crypto';
import { type InternetRequestProps, type RequestResult, Traffic } from '../../../lib/testing';
import { gatewayApi, pods, service } from '../../testing/traffic/support';
import { manifestsOf } from '../../support/manifests';

const GROUP = 'gateway.envoyproxy.io/v1alpha1';
const OF_DOOR = { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }] };

function policy(kind: string, spec: object, name = 'it'): object {
  return { apiVersion: GROUP, kind, metadata: { name, namespace: 'shop' }, spec: { ...OF_DOOR, ...spec } };
}

const clients = (spec: object) => policy('ClientTrafficPolicy', spec);

function world(objects: readonly object[], listeners?: readonly object[]): Traffic {
  const https = { name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'cert' }] } };
  return Traffic.of(
    manifestsOf([
      gatewayApi('Gateway', 'door', {
        gatewayClassName: 'eg',
        listeners: listeners ?? [{ name: 'http', port: 80, protocol: 'HTTP' }, https],
      }),
      gatewayApi('HTTPRoute', 'web', {
        parentRefs: [{ name: 'door' }],
        rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
      }),
      pods('web'),
      service('web'),
      ...objects,
    ]),
  );
}

const ask = (objects: readonly object[], props: InternetRequestProps = {}, url = 'http://a.example/x'): RequestResult =>
  world(objects).fromInternet(`GET ${url}`, props);
const arriving = (...args: Parameters<typeof ask>) => ask(...args).outcomes[0]?.headers;

describe('a header with an underscore', () => {
  const headers = { x_sub: 'ann', 'x-kind': 'gold' };
  const action = (withUnderscoresAction?: string) => clients({ headers: { withUnderscoresAction } });

  test('makes Envoy Gateway reject the request', () => {
    ask([], { headers }).expectDenied(400);
    ask([action('RejectRequest')], { headers }).expectDenied(400);
    ask([clients({ headers: { enableEnvoyHeaders: true } })], { headers }).expectDenied(400);
  });

  test('arrives, or is dropped, where a policy sets that', () => {
    expect(arriving([action('Allow')], { headers })).toEqual(headers);
    expect(arriving([action('DropHeader')], { headers })).toEqual({ 'x-kind': 'gold' });
  });
});

describe('early header changes', () => {
  const early = (changes: object, headers: Record<string, string> = {}) =>
    arriving([clients({ headers: { earlyRequestHeaders: changes } })], { headers });
  const pair = (value: string) => [{ name: 'x-a', value }];

  test('set, add, and add what is absent', () => {
    expect(early({ set: pair('new') }, { 'x-a': 'old' })).toEqual({ 'x-a': 'new' });
    expect(early({ add: pair('new') }, { 'x-a': 'old' })).toEqual({ 'x-a': 'old,new' });
    expect(early({ addIfAbsent: pair('new') }, { 'x-a': 'old' })).toEqual({ 'x-a': 'old' });
    expect(early({ addIfAbsent: pair('new') })).toEqual({ 'x-a': 'new' });
  });

  test('apply one change to a header: add before set before addIfAbsent', () => {
    expect(early({ set: pair('set'), add: pair('add') }, { 'x-a': 'old' })).toEqual({ 'x-a': 'old,add' });
    expect(early({ set: pair('set'), addIfAbsent: pair('absent') })).toEqual({ 'x-a': 'set' });
  });

  test('remove last, so that a header that is set and removed does not arrive', () => {
    expect(early({ set: pair('new'), remove: ['x-a'] }, { 'x-a': 'old' })).toEqual({});
    expect(early({ addIfAbsent: pair('new'), removeOnMatch: [{ type: 'Prefix', value: 'x-' }] })).toEqual({});
  });

  test.each([
    [{ value: 'x-a' }, ['x-ab', 'y-a']],
    [{ type: 'Prefix', value: 'x-a' }, ['y-a']],
    [{ type: 'Suffix', value: '-a' }, ['x-ab']],
    [{ type: 'RegularExpression', value: '.-a' }, ['x-ab']],
  ])('remove names that match %j', (match, left) => {
    const headers = { 'x-a': '1', 'x-ab': '1', 'y-a': '1' };
    expect(Object.keys(early({ removeOnMatch: [match] }, headers) ?? {})).toEqual(left);
  });
});

describe('late changes of response headers', () => {
  const late = (lateResponseHeaders: object) => clients({ headers: { lateResponseHeaders } });

  test('are those of all responses', () => {
    const set = late({ set: [{ name: 'x-a', value: '1' }], remove: ['server'] });
    const expected = { removed: ['server'], set: { 'x-a': '1' }, added: {} };
    expect(ask([set]).outcomes[0]?.responseHeaders).toEqual(expected);
    const guard = policy('SecurityPolicy', { authorization: { defaultAction: 'Deny' } });
    const denied = ask([set, guard]);
    denied.expectDenied(403);
    expect(denied.outcomes[0]?.responseHeaders).toEqual(expected);
  });

  test('are unknown where they depend on the response', () => {
    const result = ask([late({ addIfAbsent: [{ name: 'x-a', value: '1' }] })]);
    result.expectRoutedTo('web');
    expect(() => result.responseHeaders).toThrow(/spec\.headers\.lateResponseHeaders/);
  });
});

test.each<[string | undefined, boolean, boolean]>([
  [undefined, true, false],
  ['Sanitize', true, false],
  ['SanitizeSet', false, false],
  ['ForwardOnly', false, false],
  ['ForwardOnly', true, true],
  ['AppendForward', false, false],
  ['AlwaysForwardOnly', false, true],
])(
  'with the mode %s, and a client certificate: %s, a certificate header of clients arrives: %s',
  (mode, has, arrives) => {
    const objects = [clients({ headers: { xForwardedClientCert: { mode } } })];
    const props = { headers: { 'x-forwarded-client-cert': 'forged' }, clientCertificate: has };
    expect(arriving(objects, props, 'https://a.example/')).toEqual(arrives ? props.headers : {});
  },
);

test('a certificate that is appended to a header of clients is not simulated', () => {
  const objects = [clients({ headers: { xForwardedClientCert: { mode: 'AppendForward' } } })];
  expect(() => ask(objects, { clientCertificate: true }, 'https://a.example/')).toThrow(/xForwardedClientCert\.mode/);
});

test('a trailing dot of the host is removed where a policy sets that', () => {
  const route = gatewayApi('HTTPRoute', 'named', {
    parentRefs: [{ name: 'door' }],
    hostnames: ['a.example'],
    rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 301 } }] }],
  });
  const strips = clients({ headers: { host: { stripTrailingHostDot: true } } });
  expect(ask([route], {}, 'http://a.example./x').outcomes[0]?.destination).toBe('shop/web-v1');
  expect(ask([route, strips], {}, 'http://a.example./x').outcomes[0]?.status).toBe(301);
});

test('health checks of the load balancer have one path, with its query, and a response by the gateway', () => {
  const objects = [
    clients({ healthCheck: { path: '/x' } }),
    policy('SecurityPolicy', { authorization: { defaultAction: 'Deny' } }),
  ];
  expect(ask(objects).outcomes[0]).toMatchObject({ destination: '', status: 200 });
  ask(objects, {}, 'http://a.example/x?a=1').expectDenied(403);
  ask(objects, {}, 'http://a.example/x/y').expectDenied(403);
});

describe('the address of a client', () => {
  const only = policy('SecurityPolicy', {
    authorization: {
      defaultAction: 'Deny',
      rules: [{ action: 'Allow', principal: { clientCIDRs: ['192.0.2.0/24'] } }],
    },
  });
  const from = (clientIPDetection: object, headers: Record<string, string>, address = '10.0.0.1') =>
    ask([only, clients({ clientIPDetection })], { headers, address }).outcomes[0]?.status;

  test.each<[number, string, number]>([
    [1, '192.0.2.1', 0],
    [1, '192.0.2.1, 198.51.100.1', 403],
    [2, '192.0.2.1, 198.51.100.1', 0],
    [2, '192.0.2.1', 403],
    [0, '192.0.2.1', 0],
    [1, 'unknown', 403],
  ])('behind %i trusted proxies is that entry of x-forwarded-for: %s', (numTrustedHops, value, status) => {
    const found = from({ xForwardedFor: { numTrustedHops } }, { 'x-forwarded-for': value });
    expect(found ?? 0).toBe(status);
  });

  test('is that of a header, of which a policy may require one', () => {
    const custom = { name: 'X-Client' };
    expect(from({ customHeader: custom }, { 'x-client': '192.0.2.1' }) ?? 0).toBe(0);
    expect(from({ customHeader: custom }, { 'x-client': '198.51.100.1' })).toBe(403);
    expect(from({ customHeader: custom }, {}, '192.0.2.1') ?? 0).toBe(0);
    expect(from({ customHeader: { ...custom, failClosed: true } }, {}, '192.0.2.1')).toBe(403);
  });

  test('is required after a path with escaped slashes is redirected', () => {
    const spec = { clientIPDetection: { customHeader: { name: 'x-client', failClosed: true } } };
    expect(ask([clients(spec)], {}, 'http://a.example/a%2Fb').outcomes[0]?.status).toBe(307);
  });

  test('is that of the connection, independent of x-forwarded-for', () => {
    expect(from({ directSourceIP: {} }, { 'x-forwarded-for': '192.0.2.1' })).toBe(403);
    expect(from({ directSourceIP: {} }, {}, '192.0.2.1') ?? 0).toBe(0);
  });
});

describe('a ClientTrafficPolicy that Envoy Gateway rejects', () => {
  const ofTls = (clientValidation: object) => clients({ tls: { clientValidation } });
  const secret = (data: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'ca', namespace: 'shop' },
    stringData: data,
  });

  test.each<[string, object[]]>([
    ['a duration that is none', [clients({ timeout: { http: { idleTimeout: 'soon' } } })]],
    ['a limit of bytes that is none', [clients({ connection: { bufferLimit: '-1' } })]],
    ['header changes that change none', [clients({ headers: { earlyRequestHeaders: {} } })]],
    ['no authority for certificates', [ofTls({ mode: 'VerifyIfGiven' })]],
    ['an authority of another namespace', [ofTls({ caCertificateRefs: [{ name: 'ca', namespace: 'other' }] })]],
    [
      'an authority without a certificate',
      [ofTls({ caCertificateRefs: [{ name: 'ca' }] }), secret({ 'ca.crt': 'none' })],
    ],
    [
      'an authority among several other entries',
      [ofTls({ caCertificateRefs: [{ name: 'ca' }] }), secret({ a: '', b: '' })],
    ],
  ])('for %s makes all routes respond with 500', (_name, objects) => {
    ask(objects, { clientCertificate: true }, 'https://a.example/').expectDenied(500);
  });

  test.each<[string, object[]]>([
    ['certificates are not verified', [ofTls({ mode: 'Request' })]],
    ['the authority is not among the manifests', [ofTls({ caCertificateRefs: [{ name: 'ca' }] })]],
  ])('is none where %s', (_name, objects) => {
    ask(objects, { clientCertificate: true }, 'https://a.example/').expectRoutedTo('web');
  });

  test('does not concern its listeners without TLS, if only its TLS is invalid', () => {
    ask([ofTls({ mode: 'VerifyIfGiven' })]).expectRoutedTo('web');
  });
});

describe('keys in a SecurityPolicy', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = publicKey.export({ format: 'jwk' });
  const jwt = (inline: string) =>
    policy('SecurityPolicy', {
      jwt: { providers: [{ name: 'it', issuer: 'https://login.example', localJWKS: { type: 'Inline', inline } }] },
    });
  const ofKeys = (...keys: object[]) => jwt(JSON.stringify({ keys }));

  test.each<[string, object]>([
    ['are no JSON', jwt('keys')],
    ['are no list', jwt('{"keys":{}}')],
    ['are none', ofKeys()],
    ['have no modulus', ofKeys({ kty: 'RSA', e: 'AQAB' })],
    ['are for another algorithm', ofKeys({ ...key, alg: 'ES256' })],
    ['are not on their curve', ofKeys({ kty: 'EC', crv: 'P-256', x: 'AQAB', y: 'AQAB' })],
    ['are of an unknown type', ofKeys({ kty: 'other' })],
    ['are symmetric and empty', ofKeys({ kty: 'oct', k: '' })],
  ])('that %s close the port', (_name, guard) => {
    const result = ask([guard]);
    result.expectDenied(0);
    expect(result.explain()).toContain('a token provider has no usable key');
  });

  test.each<[string, object]>([
    ['one is usable', ofKeys({ kty: 'other' }, { ...key, alg: 'RS256' })],
    ['one is symmetric', ofKeys({ kty: 'oct', k: 'c2VjcmV0' })],
  ])('verify tokens if %s', (_name, guard) => {
    ask([guard]).expectDenied(401);
  });

  test('close their port alone, for all of its hosts', () => {
    const listeners = [
      {
        name: 'open',
        port: 8443,
        protocol: 'HTTPS',
        hostname: 'open.example',
        tls: { certificateRefs: [{ name: 'c' }] },
      },
      {
        name: 'guarded',
        port: 8443,
        protocol: 'HTTPS',
        hostname: 'guarded.example',
        tls: { certificateRefs: [{ name: 'c' }] },
      },
      {
        name: 'other',
        port: 8444,
        protocol: 'HTTPS',
        hostname: 'open.example',
        tls: { certificateRefs: [{ name: 'c' }] },
      },
    ];
    const route = gatewayApi('HTTPRoute', 'guarded', {
      parentRefs: [{ name: 'door', sectionName: 'guarded' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    });
    const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'guarded' }];
    const guard = policy('SecurityPolicy', {
      targetRefs,
      jwt: { providers: [{ name: 'it', localJWKS: { type: 'Inline', inline: '{"keys":[]}' } }] },
    });
    const traffic = world([route, guard], listeners);
    traffic.fromInternet('GET https://open.example:8443/').expectDenied(0);
    traffic.fromInternet('GET https://open.example:8444/').expectRoutedTo('web');
  });

  test('of a ConfigMap are read too', () => {
    const config = (data: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'k', namespace: 'shop' },
      data,
    });
    const guard = policy('SecurityPolicy', {
      jwt: { providers: [{ name: 'it', issuer: 'x', localJWKS: { type: 'ValueRef', valueRef: { name: 'k' } } }] },
    });
    ask([guard, config({ jwks: '{}' })]).expectDenied(0);
    ask([guard, config({ any: JSON.stringify({ keys: [key] }) })]).expectDenied(401);
    ask([guard]).expectDenied(401);
  });
});
