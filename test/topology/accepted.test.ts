import { generateKeyPairSync } from 'node:crypto';
import { Auth, HeaderMatch, Operation, Port, Topology } from '../../lib';

test.each([
  'x',
  'nginx:1.27',
  'library/nginx',
  'localhost:5000/a/b:1.2.0-rc.1',
  'Registry.Example:443/a__b/c--d.e',
  '[::1]:5000/x:y',
  '123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/cart:2026_11',
  `ghcr.io/a/b:v1@sha256:${'0'.repeat(64)}`,
  `a@sha256:${'f'.repeat(64)}`,
  'nullable/undefined-ish:nan',
])('the image %s is taken', image => {
  expect(new Topology('shop').addService('web', { image }).version('v1').image).toBe(image);
});

test.each([
  'GET /a.b',
  'GET /...',
  'GET /a/..b/b..',
  'GET /.well-known/{file}',
  'GET /a:verb',
  'GET /a%20b',
  'GET /%2F',
  'GET /%C3%A4',
  'GET /a~b_c-d',
  'GET /a/',
  'ANY /{all+}',
])('the operation %s is taken', text => {
  expect(Operation.http(text).toString()).toBe(text);
});

test.each(['a b', 'é', 'x\ty', '0'])('the header value "%s" is taken', value => {
  expect([HeaderMatch.exact('x', value).value, HeaderMatch.prefix('x', `${value} `).value]).toEqual([
    value,
    `${value} `,
  ]);
});

test.each(['^a|b$', '(?i)x', '[a-z]+', String.raw`\d{1,3}`, 'a'.repeat(1024)])('the expression %s is taken', value => {
  expect(HeaderMatch.regex('x', value).value).toBe(value);
});

test('public keys of every type that gateways verify with are taken', () => {
  const keys = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ed25519'),
    ...['P-256', 'P-384', 'P-521'].map(namedCurve => generateKeyPairSync('ec', { namedCurve })),
  ].map(({ publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid: 'x', use: 'sig', x5c: ['…'] }));
  const jwks = JSON.stringify({ keys });
  expect(Auth.jwt({ issuer: 'https://a.example', audiences: ['a'], jwks }).token?.jwks).toBe(jwks);
});

test('CORS may name any header', () => {
  const cors = { origins: ['https://www.example'], headers: ['*'], exposedHeaders: ['*'] };
  expect(new Topology('shop').addEdge('door', { host: 'shop.example', cors }).cors).toEqual(cors);
});

test.each([
  ['/home/{user}', '/account/{user}/orders'],
  ['/home/{user}', '/home'],
  ['/{user}/orders', '/home/{user}/carts'],
  ['/caf%C3%A9/{user}', '/caf%C3%A9'],
])('aggregates at %s and %s may need different credentials', (open, guarded) => {
  const shop = new Topology('shop');
  const web = shop.addService('web', { image: 'web', port: Port.http(80) });
  const edge = shop.addEdge('door', { host: 'shop.example' });
  const parts = { a: { service: web, path: '/a' }, b: { service: web, path: '/b' } };
  edge.aggregate(`GET ${open}`, parts);
  edge.aggregate(`GET ${guarded}`, parts, { auth: Auth.apiKey({ secret: 'keys' }) });

  expect(edge.aggregates).toHaveLength(2);
});

test('aggregates with equal credentials may be confused', () => {
  const shop = new Topology('shop');
  const web = shop.addService('web', { image: 'web', port: Port.http(80) });
  const edge = shop.addEdge('door', { host: 'shop.example', auth: Auth.apiKey({ secret: 'keys' }) });
  const parts = { a: { service: web, path: '/a' }, b: { service: web, path: '/b' } };
  ['/home/{user}', '/home/{user}/orders', '/home/{user}/carts/{id}'].forEach(path =>
    edge.aggregate(`GET ${path}`, parts),
  );

  expect(edge.aggregates).toHaveLength(3);
});
