import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Auth, Port, Topology } from '../../lib';
import { RestApiEdge } from '../../lib/aws';
import { restFront } from '../support/fronts';
import { TOKEN_AUTHORIZER_CODE } from '../../lib/aws/token-authorizer-code';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const STRANGER = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CURVES = {
  ES256: EC,
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const MINUTE = 60_000;

interface Statement {
  readonly Action: string;
  readonly Effect: string;
  readonly Resource: string;
}

interface Answer {
  readonly principalId: string;
  readonly policyDocument: { readonly Statement: readonly [Statement, ...Statement[]] };
  readonly context: Record<string, string>;
  readonly usageIdentifierKey?: string;
}

let server: Server;
let issuer: string;
let fetched: string[];
/** What the issuer publishes; undefined while it is down. */
let published: object[] | undefined;
let keysAt: string;

const jwk = (key: KeyObject, kid?: string, more: object = {}) => ({ ...key.export({ format: 'jwk' }), kid, ...more });

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    fetched.push(url);
    response.statusCode = published ? 200 : 503;
    response.end(JSON.stringify(url.endsWith('openid-configuration') ? { jwks_uri: keysAt } : { keys: published }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  fetched = [];
  published = [jwk(RSA.publicKey, 'rsa'), jwk(EC.publicKey, 'ec')];
  keysAt = `${issuer}/keys`;
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => new Promise(resolve => server.close(resolve)));

/** The function as Lambda would load it. */
function load(environment: Record<string, string> = {}): (event: object) => Promise<Answer> {
  const exports: { handler?: (event: object) => Promise<Answer> } = {};
  const demands = {
    'GET /orders': { issuer, audiences: ['shop', 'app'] },
    'ANY /any': { issuer, audiences: ['shop'] },
    'POST /orders': { issuer, audiences: ['shop'], scopes: ['orders:write', 'admin'] },
    'GET /orders/{id}': { issuer, audiences: ['shop'] },
    'GET /orders/{id}/parts/{part}': { issuer, audiences: ['shop'], scopes: ['parts'] },
    'ANY /static/{file+}': { issuer, audiences: ['shop'] },
    'GET /': { issuer, audiences: ['shop'] },
    'GET /clients': { issuer, audiences: ['shop'], clientIdAsAudience: true },
    'GET /given': {
      issuer: 'https://unreachable.example',
      audiences: ['shop'],
      jwks: JSON.stringify({ keys: [jwk(EC.publicKey, 'ec')] }),
    },
    'GET /elsewhere-keys': { issuer: 'https://unreachable.example', audiences: ['shop'], jwksUri: `${issuer}/other` },
  };
  const process = { env: { DEMANDS: JSON.stringify(demands), ...environment } };
  new Function('exports', 'require', 'process', 'console', TOKEN_AUTHORIZER_CODE)(exports, require, process, {
    log: () => undefined,
  });
  return (
    exports.handler
    ?? (() => {
      throw new Error('the code exports no handler');
    })
  );
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

interface Signed {
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: KeyObject;
  readonly header?: object;
}

function token(claims: object = {}, { alg = 'RS256', kid = 'rsa', key = RSA.privateKey, header }: Signed = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: issuer, sub: 'ann', aud: 'shop', exp: now + 60, ...claims };
  const content = `${encode({ alg, kid, ...header })}.${encode(payload)}`;
  const padding = alg.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : undefined;
  const hash = alg === 'EdDSA' ? null : `sha${/\d+$/.exec(alg)?.[0] ?? '256'}`;
  const signature = sign(hash, Buffer.from(content), { key, dsaEncoding: 'ieee-p1363', padding });
  return `${content}.${signature.toString('base64url')}`;
}

const ARN = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/prod';
const arnOf = (request: string) => `${ARN}/${request.replace(' /', '/')}`;

const event = (text: string | undefined, route = 'GET /orders', request = route) => {
  const [httpMethod = '', resource] = route.split(' ');
  return {
    httpMethod,
    resource,
    methodArn: arnOf(request),
    headers: text === undefined ? null : { authorization: `Bearer ${text}` },
  };
};

/** What IAM makes of a policy: `*` is any text, `?` any character, and what is denied is not allowed. */
function allows({ policyDocument: { Statement: statements } }: Answer, request: string): boolean {
  const effects = statements
    .filter(({ Resource }) =>
      new RegExp(
        `^${Resource.replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')}$`,
        's',
      ).test(arnOf(request)),
    )
    .map(each => each.Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

const effectOf = async (text: string, route?: string) =>
  (await load()(event(text, route))).policyDocument.Statement[0].Effect;

test('a valid token is allowed this one method, with its claims as context', async () => {
  const answer = await load()(event(token({ scope: 'a b', age: 7 })));

  expect(answer.principalId).toBe('ann');
  expect(answer.policyDocument.Statement).toEqual([
    { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${ARN}/GET/orders` },
  ]);
  expect(answer.context).toMatchObject({ iss: issuer, sub: 'ann', scope: 'a b', age: '7' });
  expect(answer.usageIdentifierKey).toBeUndefined();
});

test('keys are found by discovery once, and again for an unknown key, after a pause', async () => {
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
  [
    'with an algorithm that signs nothing',
    () => `${encode({ alg: 'none', kid: 'rsa' })}.${encode({ iss: issuer, aud: 'shop', exp: 9e9 })}.`,
  ],
  [
    'changed after signing',
    () => token().replace(/\.[^.]+\./, `.${encode({ iss: issuer, sub: 'eve', aud: 'shop', exp: 9e9 })}.`),
  ],
  ['that is none', () => 'nonsense'],
  ['with a critical header', () => token({}, { header: { crit: ['exp'], exp: 9e9 } })],
  ['with an empty list of critical headers', () => token({}, { header: { crit: [] } })],
  ['whose end is text', () => token({ exp: '9999999999' })],
  ['whose beginning is text', () => token({ nbf: 'never' })],
  ['with a list for an algorithm', () => token({}, { header: { alg: ['RS256'] } })],
  ['with an algorithm that every object has', () => token({}, { header: { alg: 'constructor' } })],
  [
    'signed with the public key as a secret',
    () => {
      const content = `${encode({ alg: 'HS256', kid: 'rsa' })}.${encode({ iss: issuer, aud: 'shop', exp: 9e9 })}`;
      return `${content}.${createHmac('sha256', RSA.publicKey.export({ type: 'spki', format: 'pem' }))
        .update(content)
        .digest('base64url')}`;
    },
  ],
  [
    'whose claims are none',
    () => `${encode({ alg: 'RS256', kid: 'rsa' })}.${Buffer.from('null').toString('base64url')}.AAAA`,
  ],
  ['with a fourth part', () => `${token()}.AAAA`],
  ['with a padded signature', () => `${token()}=`],
])('a token %s is no proof', async (_what, make) => {
  await expect(load()(event(make()))).rejects.toThrow('Unauthorized');
});

test('no token, and a route without requirements that it could check, are denied', async () => {
  await expect(load()(event(undefined))).rejects.toThrow('Unauthorized');
  await expect(load()(event(token(), 'GET /elsewhere'))).rejects.toThrow('Unauthorized');
});

test.each([
  ['for one of the audiences', { aud: ['x', 'app'] }, 'GET /orders', 'Allow'],
  ['for another audience', { aud: 'elsewhere' }, 'GET /orders', 'Deny'],
  ['with one of the scopes', { scope: 'orders:read orders:write' }, 'POST /orders', 'Allow'],
  ['with scopes as a list', { scope: ['admin'] }, 'POST /orders', 'Allow'],
  ['with a scope in `scp`', { scp: ['orders:write'] }, 'POST /orders', 'Allow'],
  ['with `client_id` where that is an audience', { aud: undefined, client_id: 'shop' }, 'GET /clients', 'Allow'],
  ['with another `client_id`', { aud: undefined, client_id: 'other' }, 'GET /clients', 'Deny'],
  ['with `client_id` beside an audience', { aud: 'other', client_id: 'shop' }, 'GET /clients', 'Deny'],
  ['with `client_id` where only `aud` counts', { aud: undefined, client_id: 'shop' }, 'GET /orders', 'Deny'],
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

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a client named %s is a client like any other',
  async name => {
    const clients = `{"ann":"key-of-ann",${JSON.stringify(name)}:"key-of-${name}"}`;

    expect(
      (await load({ CLIENTS: clients, CLIENT_CLAIM: 'sub' })(event(token({ sub: name })))).usageIdentifierKey,
    ).toBe(`key-of-${name}`);
    expect(
      (await load({ CLIENTS: '{"ann":"key-of-ann"}', CLIENT_CLAIM: 'sub' })(event(token({ sub: name }))))
        .usageIdentifierKey,
    ).toBeUndefined();
    expect((await load({ CLIENTS: clients, CLIENT_CLAIM: name })(event(token()))).usageIdentifierKey).toBeUndefined();
  },
);

test('two Authorization headers are no proof, whichever of them is valid', async () => {
  const twice = (...values: string[]) => ({ ...event(token()), multiValueHeaders: { Authorization: values } });

  await expect(load()(twice(`Bearer ${token()}`))).resolves.toMatchObject({ principalId: 'ann' });
  await expect(load()(twice(`Bearer ${token()}`, 'Bearer x'))).rejects.toThrow('Unauthorized');
  await expect(
    load()({
      ...event(token()),
      multiValueHeaders: { Authorization: [`Bearer ${token()}`], authorization: ['Bearer x'] },
    }),
  ).rejects.toThrow('Unauthorized');
});

describe('the policy, which AWS applies again to one token, method and route,', () => {
  test.each([
    [
      'GET /orders/{id}',
      'GET /orders/1',
      ['GET /orders/2', 'GET /orders/a*b', 'GET /orders/$%7Bx%7D'],
      ['GET /orders', 'POST /orders/2', 'GET /orders/2/parts/7', 'GET /orders/2/x', 'GET /other/2'],
    ],
    [
      'GET /orders/{id}/parts/{part}',
      'GET /orders/1/parts/2',
      ['GET /orders/3/parts/4'],
      ['GET /orders/3', 'GET /orders/3/4/parts/5', 'GET /orders/3/parts/5/6', 'GET /orders/1/parts/2/parts/3'],
    ],
    [
      'ANY /static/{file+}',
      'PUT /static/a',
      ['PUT /static/b', 'PUT /static/c/d.css'],
      ['GET /static/a', 'PUT /static', 'PUT /orders'],
    ],
    ['GET /orders', 'GET /orders', [], ['GET /orders/1', 'GET /ordersx', 'GET /']],
    ['GET /', 'GET /', [], ['GET /orders', 'POST /']],
  ])('of %s covers that route and no other', async (route, first, alike, others) => {
    const [method = ''] = first.split(' ');
    const answer = await load()(event(token({ scope: 'parts' }), route.replace('ANY', method), first));

    [first, ...alike].forEach(each => expect([each, allows(answer, each)]).toEqual([each, true]));
    others.forEach(each => expect([each, allows(answer, each)]).toEqual([each, false]));
  });

  test('of a request with wildcards in its path covers no more', async () => {
    const answer = await load()(event(token(), 'GET /orders', 'GET /orders*'));

    expect(answer.policyDocument.Statement.map(each => each.Resource)).toEqual([`${ARN}/GET/orders`]);
  });

  test('denies what the token is not enough for, likewise for all requests of the route', async () => {
    const answer = await load()(event(token(), 'GET /orders/{id}/parts/{part}', 'GET /orders/1/parts/2'));

    expect(answer.policyDocument.Statement.map(each => each.Effect)).toEqual(['Deny', 'Deny', 'Deny']);
    expect(allows(answer, 'GET /orders/3/parts/4')).toBe(false);
  });

  test('is of the stage that is requested', async () => {
    const { policyDocument } = await load()({
      ...event(token()),
      methodArn: 'arn:aws-cn:execute-api:cn-north-1:1:x/test-invoke-stage/GET/orders',
    });

    expect(policyDocument.Statement[0].Resource).toBe(
      'arn:aws-cn:execute-api:cn-north-1:1:x/test-invoke-stage/GET/orders',
    );
  });
});

describe('the keys of an issuer', () => {
  const at = (time: number) => jest.spyOn(Date, 'now').mockReturnValue(time);
  const start = Date.now();
  const lasting = () => token({ exp: start / 1000 + 86_400 });

  test('that are withdrawn are accepted for five minutes at most', async () => {
    const authorize = load();
    await authorize(event(lasting()));
    published = [jwk(EC.publicKey, 'ec')];

    at(start + 4 * MINUTE);
    await expect(authorize(event(lasting()))).resolves.toMatchObject({ principalId: 'ann' });
    at(start + 6 * MINUTE);
    await expect(authorize(event(lasting()))).rejects.toThrow('Unauthorized');
  });

  test('that are new are found within a minute', async () => {
    const authorize = load();
    const later = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const text = token({ exp: start / 1000 + 86_400 }, { kid: 'later', key: later.privateKey });
    await authorize(event(lasting()));
    published = [jwk(later.publicKey, 'later')];

    await expect(authorize(event(text))).rejects.toThrow('Unauthorized');
    at(start + 2 * MINUTE);
    await expect(authorize(event(text))).resolves.toMatchObject({ principalId: 'ann' });
  });

  test('that is down are no fault of the token, and keys are not fetched for each request', async () => {
    const authorize = load();
    published = undefined;
    await expect(authorize(event(token()))).rejects.toThrow(`No keys of ${issuer}`);
    await expect(authorize(event(token()))).rejects.toThrow(`No keys of ${issuer}`);
    expect(fetched).toEqual(['/.well-known/openid-configuration']);

    published = [jwk(RSA.publicKey, 'rsa')];
    at(Date.now() + MINUTE / 3);
    await expect(authorize(event(token()))).resolves.toMatchObject({ principalId: 'ann' });
  });

  test('that goes down are used for half an hour', async () => {
    const authorize = load();
    await authorize(event(lasting()));
    published = undefined;

    at(start + 29 * MINUTE);
    await expect(authorize(event(lasting()))).resolves.toMatchObject({ principalId: 'ann' });
    await expect(authorize(event(token({ exp: start / 1000 + 86_400 }, { kid: 'other' })))).rejects.toThrow(
      `No keys of ${issuer}`,
    );
    at(start + 31 * MINUTE);
    await expect(authorize(event(lasting()))).rejects.toThrow(`No keys of ${issuer}`);
  });

  test('are not taken from an address that is less safe than its own, nor from a response without keys', async () => {
    keysAt = 'ftp://127.0.0.1/keys';
    await expect(load()(event(token()))).rejects.toThrow(`No keys of ${issuer}`);
    keysAt = `${issuer}/.well-known/openid-configuration`;
    await expect(load()(event(token()))).rejects.toThrow(`No keys of ${issuer}`);
  });

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])('verify %s, as Envoy does', async alg => {
    await expect(load()(event(token({}, { alg })))).resolves.toMatchObject({ principalId: 'ann' });
  });

  test.each(Object.entries(CURVES))('verify %s, as Envoy does', async (alg, { publicKey, privateKey }) => {
    published = [jwk(publicKey, 'it')];
    await expect(load()(event(token({}, { alg, kid: 'it', key: privateKey })))).resolves.toMatchObject({
      principalId: 'ann',
    });
    const others = Object.values(CURVES).filter(each => each.publicKey !== publicKey);
    published = others.map(each => jwk(each.publicKey, 'it'));
    await expect(load()(event(token({}, { alg, kid: 'it', key: privateKey })))).rejects.toThrow('Unauthorized');
  });

  test('are all used for a token without `kid`, and those without one for any token', async () => {
    published = [{ kty: 'RSA', n: 'broken' }, null as never, jwk(STRANGER.publicKey, 'stranger'), jwk(RSA.publicKey)];
    await expect(load()(event(token({}, { header: { kid: undefined } })))).resolves.toMatchObject({
      principalId: 'ann',
    });
    await expect(load()(event(token({}, { kid: 'any' })))).resolves.toMatchObject({ principalId: 'ann' });
    await expect(load()(event(token({}, { kid: 'any', key: EC.privateKey })))).rejects.toThrow('Unauthorized');
  });

  test('that are declared are not fetched, and the only ones', async () => {
    const iss = 'https://unreachable.example';
    const signed = token({ iss }, { alg: 'ES256', kid: 'ec', key: EC.privateKey });
    await expect(load()(event(signed, 'GET /given'))).resolves.toMatchObject({ principalId: 'ann' });
    await expect(load()(event(token({ iss }), 'GET /given'))).rejects.toThrow('Unauthorized');
    expect(fetched).toEqual([]);
  });

  test('that have an address of their own are fetched there', async () => {
    const text = token({ iss: 'https://unreachable.example' });
    await expect(load()(event(text, 'GET /elsewhere-keys'))).resolves.toMatchObject({ principalId: 'ann' });
    expect(fetched).toEqual(['/other']);
  });

  test.each([{ alg: 'RS512' }, { use: 'enc' }])('that are for something else, %j, prove nothing', async more => {
    published = [jwk(RSA.publicKey, 'rsa', more)];
    await expect(load()(event(token()))).rejects.toThrow('Unauthorized');
  });
});

describe('the requirements of routes and the keys of clients', () => {
  function functionOf(routes: number) {
    const topology = new Topology('shop');
    const web = topology.addService('web', { image: 'example/web:1', port: Port.http(80) });
    const edge = topology.addEdge('door', {
      host: 'shop.example',
      front: restFront,
      auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] }),
    });
    Array.from({ length: routes }, (_, index) => edge.route(`GET /things/${index}`, web));
    const stack = new Stack(new App(), 'Test');
    new RestApiEdge(stack, 'Edge', { edge, vpc: new Vpc(stack, 'Vpc'), lambdaAuthorizer: true });
    const [found] = Object.values(
      Template.fromStack(stack).findResources('AWS::Lambda::Function', {
        Properties: { Description: 'Verifies the tokens of shop-door' },
      }),
    );
    return found as { Properties: { Environment?: { Variables: Record<string, string> }; Code: { ZipFile: string } } };
  }

  test('are variables of the function while there is room for them', () => {
    const { Environment, Code } = functionOf(3).Properties;
    expect(Object.keys(Environment?.Variables ?? {})).toEqual(['DEMANDS']);
    expect(Code.ZipFile).toBe(TOKEN_AUTHORIZER_CODE);
  });

  test('are in its code where they exceed the 4 KB of an environment', () => {
    const { Environment, Code } = functionOf(60).Properties;
    const process: { env: Record<string, string> } = { env: {} };
    new Function('exports', 'require', 'process', 'console', Code.ZipFile)({}, require, process, console);

    expect(Environment).toBeUndefined();
    expect(Object.keys(JSON.parse(process.env.DEMANDS ?? '') as object)).toHaveLength(60);
  });
});
