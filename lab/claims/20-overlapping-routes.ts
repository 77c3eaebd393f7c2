import assert from 'node:assert/strict';
import { Auth, Port, Topology } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { TokenIssuer } from '../tokens';
import type { World } from '../world';

const issuer = new TokenIssuer('https://login.lab.example');
const tokens = (...audiences: string[]) => Auth.jwt({ issuer: issuer.issuer, audiences, jwks: issuer.jwks });

const topology = new Topology('overlapping');
const service = (name: string) => topology.addService(name, { image: name, port: Port.http(80, { target: 8080 }) });
const [orders, admin, tenants, clients, web] = ['orders', 'admin', 'tenants', 'clients', 'web'].map(service);
assert.ok(orders && admin && tenants && clients && web);

const door = topology.addEdge('door', { host: 'door.lab.example', cors: { origins: ['https://www.lab.example'] } });
door.route('ANY /{path+}', web);
door.route('GET /orders', orders, { auth: tokens('shop') });
door.route('GET /s/{id}', orders, { auth: tokens('shop') });
door.route('GET /s/{rest+}', web);
door.route('GET /x=y/{id}', orders, { auth: tokens('shop') });
door.route('ANY /admin/{rest+}', admin, { auth: tokens('staff') });
door.route('GET /{tenant}/items', tenants, { auth: tokens('tenants') });
door.route('GET /a/{rest+}', web);
door.route('GET /clients', clients, {
  auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['app'], clientIdAsAudience: true, jwks: issuer.jwks }),
});

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> => (deployed ??= lab.deploy(topology));

/** The service that a request reaches, or the status with which it is denied. */
async function outcome(
  here: World,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const reply = await here.requestGateway(door, { method, path, headers });
  return reply.from?.service ?? String(reply.status);
}

claim('of overlapping routes the one that precedes is matched, with its own proof alone', async lab => {
  const here = await world(lab);
  const cases: [method: string, path: string, route: string, audience: string | undefined][] = [
    ['GET', '/orders', 'orders', 'shop'],
    ['POST', '/orders', 'web', undefined],
    ['GET', '/orders/1', 'web', undefined],
    ['GET', '/orders?a=/b', 'orders', 'shop'],
    ['GET', '/s/1', 'orders', 'shop'],
    ['GET', '/s/1/2', 'web', undefined],
    ['DELETE', '/s/1', 'web', undefined],
    ['GET', '/admin/x', 'admin', 'staff'],
    ['PUT', '/admin/x/y', 'admin', 'staff'],
    ['GET', '/admin/', 'web', undefined],
    ['GET', '/admin', 'web', undefined],
    ['GET', '/b/items', 'tenants', 'tenants'],
    ['GET', '/admin/items', 'admin', 'staff'],
    ['GET', '/a/items', 'web', undefined],
    ['GET', '/s/items', 'orders', 'shop'],
  ];
  for (const [method, path, route, audience] of cases) {
    const where = `${method} ${path}`;
    assert.equal(await outcome(here, method, path), audience === undefined ? route : '403', `${where} without a token`);
    for (const given of ['shop', 'staff', 'tenants']) {
      assert.equal(
        await outcome(here, method, path, issuer.bearer(given)),
        audience === undefined || audience === given ? route : '403',
        `${where} with a token for ${given}`,
      );
    }
  }
});

claim('no spelling of a path routes a request without a token to a service that requires one', async lab => {
  const here = await world(lab);
  const callees = [here.pod(orders), here.pod(admin)];
  for (const callee of callees) {
    await callee.takeSeen();
  }
  const texts = [
    '=',
    '*',
    'a=b',
    ';v=1',
    ';v',
    '%2F',
    '%2f..%2forders',
    '%3D',
    '%3B',
    '%00',
    '"',
    '|',
    '<',
    '^',
    '[',
    '~',
    '@',
    "!$&'()+,:",
    '%C3%A9',
    '%',
    '%zz',
    '//orders',
    './orders',
    'x/../orders',
    '../orders',
    'orders/',
    'orders/.',
    'orders;a',
    'ORDERS',
    '%6frders',
    'orders%3F',
    '?orders',
    '\\orders',
    '..;/orders',
    '%2e%2e/orders',
  ];
  for (const text of texts) {
    for (const path of [
      `/${text}`,
      `/s/${text}`,
      `/s/x${text}`,
      `/admin/${text}`,
      `/admin/x/${text}`,
      `/orders${text}`,
      `/x/${text}`,
    ]) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const reply = await here
          .requestGateway(door, { method, path })
          .catch((error: unknown) => ({ from: undefined, status: String(error) }));
        assert.ok(
          !['orders', 'admin'].includes(reply.from?.service ?? ''),
          `${method} ${path}: ${String(reply.status)}`,
        );
      }
    }
  }
  for (const callee of callees) {
    assert.deepEqual(await callee.takeSeen(), [], `${callee.name} saw none of it`);
  }
});

claim('a parameter matches every character that a path may have, and no other', async lab => {
  const here = await world(lab);
  for (const text of ['a=b', 'a*b', "-._~%22!$&'()+,;:@", 'a;v=1']) {
    for (const path of [`/s/${text}`, `/x=y/${text}`]) {
      assert.equal(await outcome(here, 'GET', path), '403', path);
      assert.equal(await outcome(here, 'GET', path, issuer.bearer('shop')), 'orders', path);
    }
  }
  assert.equal(await outcome(here, 'GET', '/s/a[b', issuer.bearer('shop')), '403');
});

claim('a token counts in the Authorization header alone, and not in the query', async lab => {
  const here = await world(lab);
  const { authorization } = issuer.bearer('shop');
  const token = authorization.replace('Bearer ', '');
  assert.equal(await outcome(here, 'GET', '/orders', { authorization }), 'orders');
  assert.equal(await outcome(here, 'GET', `/orders?access_token=${token}`), '403');
  assert.equal(await outcome(here, 'GET', '/orders', { authorization: token }), '403');
});

claim('client_id stands for an audience where the token has none and the route declares it', async lab => {
  const here = await world(lab);
  const bearer = (claims: Readonly<Record<string, string>>, aud?: string) =>
    issuer.tokenOf({ sub: 'customer', ...(aud === undefined ? {} : { aud }), ...claims });
  assert.equal(await outcome(here, 'GET', '/clients', bearer({ client_id: 'app' })), 'clients');
  assert.equal(await outcome(here, 'GET', '/clients', bearer({ client_id: 'other' })), '403');
  assert.equal(await outcome(here, 'GET', '/clients', bearer({ client_id: 'app' }, 'other')), '403');
  assert.equal(await outcome(here, 'GET', '/clients', bearer({ client_id: 'other' }, 'app')), 'clients');
  assert.equal(await outcome(here, 'GET', '/orders', bearer({ client_id: 'shop' })), '403');
});

claim(
  'a preflight is answered for every route, and other requests with OPTIONS go to the route that names them',
  async lab => {
    const here = await world(lab);
    const asks = { origin: 'https://www.lab.example', 'access-control-request-method': 'GET' };
    for (const path of ['/orders', '/s/1', '/admin/x', '/b/items', '/anything']) {
      const { status, headers, from } = await here.requestGateway(door, { method: 'OPTIONS', path, headers: asks });
      assert.deepEqual([status, headers['access-control-allow-origin'], from], [200, asks.origin, undefined], path);
    }
    assert.equal(await outcome(here, 'OPTIONS', '/orders'), 'web');
    assert.equal(await outcome(here, 'OPTIONS', '/admin/x'), '403');
  },
);
