import { endsOf, gatewayApi, istio, meshConfig, traffic } from './support';

const ask = (path: string, mode?: string) =>
  traffic(mode === undefined ? [] : [meshConfig({ pathNormalization: { normalization: mode } })])
    .from('web')
    .http(`GET http://bank.money${path}`).outcomes[0];

test.each<[string, string]>([
  ['/..;/admin', '/admin'],
  ['/a/..;x=1/admin', '/admin'],
  ['/a/..;', '/'],
  ['/b/a/..;', '/b/'],
  ['/.;/b', '/b'],
  ['/a;x/../b', '/b'],
  ['/a/b..;/c', '/a/b..;/c'],
  ['/a;x=1/b', '/a;x=1/b'],
  ['/;/admin', '/;/admin'],
  // The proxy of the callee normalizes what that of the caller has unescaped.
  ['/%2e%2e;/admin', '/admin'],
])('segments of dots count with parameters too: %s', (path, expected) => {
  expect(ask(path)?.path).toBe(expected);
  expect(ask(path, 'DECODE_AND_MERGE_SLASHES')?.path).toBe(expected);
  expect(ask(path, 'NONE')?.path).toBe(path);
});

test.each([undefined, 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'])(
  'a path with a NUL character gets 400 (%s), unless paths are left as they are',
  mode => {
    expect([ask('/admin%00', mode)?.status, ask('/admin%00', 'NONE')?.path]).toEqual([400, '/admin%00']);
  },
);

test('a gateway and the proxy of a callee respond with 400 too', () => {
  const door = [
    gatewayApi('Gateway', 'door', {
      gatewayClassName: 'istio',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    }),
    gatewayApi('HTTPRoute', 'r', {
      parentRefs: [{ name: 'door' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    }),
  ];
  expect(endsOf(traffic(door).fromInternet('GET http://a.example/%00'))).toBe('400');
  expect(endsOf(traffic().from('old').http('GET http://web/%00'))).toBe('400');
});

test('a policy is for the path without parameters at segments of dots', () => {
  const policy = istio('AuthorizationPolicy', 'p', {
    selector: { matchLabels: { app: 'cart' } },
    action: 'DENY',
    rules: [{ to: [{ operation: { paths: ['/admin'] } }] }],
  });
  expect(endsOf(traffic([policy]).from('web').http('GET http://cart/open/..;/admin'))).toBe('403');
});
