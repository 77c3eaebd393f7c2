import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TOKEN_AUTHORIZER_CODE } from '../../lib/aws/token-authorizer-code';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const STRANGER = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface Answer {
  readonly principalId: string;
  readonly policyDocument: { readonly Statement: readonly [{ readonly Effect: string; readonly Resource: string }] };
  readonly context: Record<string, string>;
  readonly usageIdentifierKey?: string;
}

let server: Server;
let issuer: string;
let fetched: string[];

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    fetched.push(url);
    const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });
    response.end(JSON.stringify(url.endsWith('openid-configuration')
      ? { jwks_uri: `${issuer}/keys` }
      : { keys: [jwk(RSA.publicKey, 'rsa'), jwk(EC.publicKey, 'ec')] }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  fetched = [];
});

afterAll(() => new Promise(resolve => server.close(resolve)));

/** The function as Lambda would load it. */
function load(environment: Record<string, string> = {}): (event: object) => Promise<Answer> {
  const exports: { handler?: (event: object) => Promise<Answer> } = {};
  const demands = {
    'GET /orders': { issuer, audiences: ['shop', 'app'] },
    'ANY /any': { issuer, audiences: ['shop'] },
    'POST /orders': { issuer, audiences: ['shop'], scopes: ['orders:write', 'admin'] },
  };
  const process = { env: { DEMANDS: JSON.stringify(demands), ...environment } };
  new Function('exports', 'require', 'process', 'console', TOKEN_AUTHORIZER_CODE)(exports, require, process, { log: () => undefined });
  return exports.handler ?? (() => { throw new Error('the code exports no handler'); });
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

function token(claims: object = {}, { alg = 'RS256', kid = 'rsa', key = RSA.privateKey }: { alg?: string; kid?: string; key?: KeyObject } = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const content = `${encode({ alg, kid })}.${encode({ iss: issuer, sub: 'ann', aud: 'shop', exp: now + 60, ...claims })}`;
  return `${content}.${sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const event = (text: string | undefined, route = 'GET /orders') => {
  const [httpMethod, resource] = route.split(' ');
  return { httpMethod, resource, methodArn: 'arn:method', headers: text === undefined ? null : { authorization: `Bearer ${text}` } };
};

const effectOf = async (text: string, route?: string) => (await load()(event(text, route))).policyDocument.Statement[0].Effect;

test('a valid token is allowed this one method, with its claims as context', async () => {
  const answer = await load()(event(token({ scope: 'a b', age: 7 })));

  expect(answer.principalId).toBe('ann');
  expect(answer.policyDocument.Statement).toEqual([{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: 'arn:method' }]);
  expect(answer.context).toMatchObject({ iss: issuer, sub: 'ann', scope: 'a b', age: '7' });
  expect(answer.usageIdentifierKey).toBeUndefined();
});

test('keys are found by discovery once, and again for a key that is not known yet, though not at once', async () => {
  const authorize = load();
  await authorize(event(token()));
  await authorize(event(token({}, { alg: 'ES256', kid: 'ec', key: EC.privateKey })));
  await expect(authorize(event(token({}, { kid: 'new' })))).rejects.toThrow('Unauthorized');

  expect(fetched).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test.each<[string, () => string]>([
  ['expired', () => token({ exp: Math.floor(Date.now() / 1000) - 1 })],
  ['without an end', () => token({ exp: undefined })],
  ['not valid yet', () => token({ nbf: Math.floor(Date.now() / 1000) + 60 })],
  ['of another issuer', () => token({ iss: 'https://other.example' })],
  ['signed by another key', () => token({}, { key: STRANGER.privateKey })],
  ['signed by a key of another kind', () => token({}, { alg: 'ES256', kid: 'rsa' })],
  ['with an algorithm that signs nothing', () => `${encode({ alg: 'none', kid: 'rsa' })}.${encode({ iss: issuer, aud: 'shop', exp: 9e9 })}.`],
  ['changed after signing', () => token().replace(/\.[^.]+\./, `.${encode({ iss: issuer, sub: 'eve', aud: 'shop', exp: 9e9 })}.`)],
  ['that is none', () => 'nonsense'],
])('a token %s is no proof', async (_what, make) => {
  await expect(load()(event(make()))).rejects.toThrow('Unauthorized');
});

test('no token, and a route that demands none of what it could check, are no proof', async () => {
  await expect(load()(event(undefined))).rejects.toThrow('Unauthorized');
  await expect(load()(event(token(), 'GET /elsewhere'))).rejects.toThrow('Unauthorized');
});

test.each([
  ['for one of the audiences', { aud: ['x', 'app'] }, 'GET /orders', 'Allow'],
  ['for nobody\'s audience', { aud: 'elsewhere' }, 'GET /orders', 'Deny'],
  ['with one of the scopes', { scope: 'orders:read orders:write' }, 'POST /orders', 'Allow'],
  ['with scopes as a list', { scope: ['admin'] }, 'POST /orders', 'Allow'],
  ['with a scope that merely begins alike', { scope: 'orders:writer' }, 'POST /orders', 'Deny'],
  ['without a scope', {}, 'POST /orders', 'Deny'],
  ['for a route of any method', {}, 'DELETE /any', 'Allow'],
])('a valid token %s', async (_what, claims, route, effect) => {
  expect(await effectOf(token(claims), route)).toBe(effect);
});

test('a client that is named gets its usage key by the claim, another gets none', async () => {
  const authorize = load({ CLIENTS: JSON.stringify({ ann: 'key-of-ann' }), CLIENT_CLAIM: 'sub' });

  expect((await authorize(event(token()))).usageIdentifierKey).toBe('key-of-ann');
  for (const sub of ['bob', 'constructor', '__proto__', 'toString']) {
    expect((await authorize(event(token({ sub })))).usageIdentifierKey).toBeUndefined();
  }
});

test('the code fits into a template', () => {
  expect(TOKEN_AUTHORIZER_CODE.length).toBeLessThanOrEqual(4096);
});
