import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import {
  Auth,
  ClientKey,
  type Edge,
  FailureMode,
  PerClientRateLimit,
  Period,
  Port,
  RateLimit,
  Topology,
} from '../../lib';
import { catalogDescriptor } from '../../test/support/descriptors';
import { certificateOf } from '../certificates';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { StandaloneGateway } from '../standalone-gateway';
import { TokenIssuer } from '../tokens';

const issuer = new TokenIssuer('https://login.lab.example');
const tokens = (props: { audiences?: string[]; scopes?: string[] } = {}) =>
  Auth.jwt({ issuer: issuer.issuer, audiences: ['shop'], jwks: issuer.jwks, ...props });
const limit = (client: ClientKey, requests: number, failureMode = FailureMode.FAIL_OPEN) =>
  PerClientRateLimit.of({ client, requests, per: Period.HOUR, failureMode });

const topology = new Topology('behind-envoy');
const web = topology.addService('web', { image: 'web', port: Port.http(8080) });
const catalog = topology.addService('catalog', {
  image: 'catalog',
  port: Port.grpc(3550, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
});
const open = topology.addEdge('open', {
  host: 'open.lab.example',
  cors: { origins: ['https://www.lab.example'], exposedHeaders: ['x-total'], maxAge: Duration.minutes(5) },
  perClientRateLimit: limit(ClientKey.claim('sub'), 8),
});
open.route('GET /pages/{id}', web);
open.route('GET /rare', web, { rateLimit: RateLimit.perSecond(2) });
open.route('GET /orders', web, { auth: tokens() });
open.route('POST /orders', web, { auth: tokens({ scopes: ['orders:write', 'admin'] }) });
open.route('GET /reports/{id}', web, { auth: tokens(), perClientRateLimit: limit(ClientKey.claim('sub'), 2) });
open.route('GET /keyed', web, {
  auth: Auth.apiKey({ secret: 'keys' }),
  perClientRateLimit: limit(ClientKey.apiKey(), 3),
});
open.route('GET /products/{id}', catalog, { grpcMethod: 'GetProduct' });

const guarded = new Topology('guarded-by-envoy');
const shop = guarded.addService('shop', { image: 'shop', port: Port.http(8080) });
const strict = guarded.addEdge('strict', {
  host: 'strict.lab.example',
  tlsSecret: 'strict-tls',
  clientCa: 'partners',
  perClientRateLimit: limit(ClientKey.header('x-client'), 3, FailureMode.FAIL_CLOSED),
});
strict.route('GET /products', shop);

const base64 = (text: string) => Buffer.from(text).toString('base64');
const started = new Map<Topology, Promise<StandaloneGateway>>();

function gateway(lab: Lab, of: Topology): Promise<StandaloneGateway> {
  const { key, cert } = certificateOf(lab, 'strict', strict.host);
  const before =
    of === topology
      ? [
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'keys', namespace: topology.name },
            data: { ann: base64('key-of-ann'), bob: base64('key-of-bob'), carl: base64('key-of-carl') },
          },
        ]
      : [
          {
            apiVersion: 'v1',
            kind: 'Secret',
            type: 'kubernetes.io/tls',
            metadata: { name: 'strict-tls', namespace: guarded.name },
            data: { 'tls.key': base64(key), 'tls.crt': base64(cert) },
          },
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'partners', namespace: guarded.name },
            data: { 'ca.crt': certificateOf(lab, 'partner').cert },
          },
        ];
  const running = started.get(of) ?? StandaloneGateway.start(lab, of, { before, failClosed: of === guarded });
  started.set(of, running);
  return running;
}

async function openGateway(lab: Lab): Promise<StandaloneGateway> {
  const here = await gateway(lab, topology);
  await here.answers(open, { path: '/pages/1' }, 200);
  return here;
}

async function strictGateway(lab: Lab): Promise<StandaloneGateway> {
  const here = await gateway(lab, guarded);
  await here.answers(strict, { path: '/products', ...certificateOf(lab, 'partner') }, 200);
  return here;
}

async function statuses(
  here: StandaloneGateway,
  edge: Edge,
  count: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  client = {},
): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index++) {
    all.push((await here.requestGateway(edge, { path, headers, ...client })).status);
  }
  return all;
}

const of = (status: number, count: number) => Array.from({ length: count }, () => status);
const as = (sub: string) => issuer.bearer('shop', 600, { sub });

claim('Envoy Gateway routes declared operations, and responds 404 to all others', async lab => {
  const here = await openGateway(lab);
  assert.equal((await here.requestGateway(open, { path: '/pages/1' })).from?.path, '/pages/1');
  await here.pod(web).takeSeen();
  for (const path of ['/', '/pages', '/pages/1/2', '/admin', '/shop.Catalog/GetProduct', '/ready']) {
    assert.equal((await here.requestGateway(open, { path })).status, 404, path);
  }
  assert.equal((await here.requestGateway(open, { method: 'DELETE', path: '/pages/1' })).status, 404);
  assert.equal((await here.requestGateway(open, { path: '/pages/1', host: 'other.lab.example' })).status, 404);
  assert.deepEqual(await here.pod(web).takeSeen(), []);
});

claim('Envoy Gateway allows a valid token for its audience and scope, and denies any other request', async lab => {
  const here = await openGateway(lab);
  const cases: [string, Readonly<Record<string, string>>, number][] = [
    ['valid', as('valid'), 200],
    ['missing', {}, 401],
    ['expired', issuer.bearer('shop', -600), 401],
    ['for another audience', issuer.bearer('elsewhere'), 403],
    ['signed by another key', new TokenIssuer(issuer.issuer).bearer('shop'), 401],
    ['of another issuer', new TokenIssuer('https://other.lab.example').bearer('shop'), 401],
  ];
  for (const [what, headers, expected] of cases) {
    assert.equal((await here.requestGateway(open, { path: '/orders', headers })).status, expected, what);
  }
  const post = async (scope: string) =>
    (
      await here.requestGateway(open, {
        method: 'POST',
        path: '/orders',
        headers: issuer.bearer('shop', 600, { sub: 'poster', scope }),
      })
    ).status;
  assert.deepEqual(
    [await post('orders:read orders:write'), await post('admin'), await post('orders:read')],
    [200, 200, 403],
  );
});

claim('Envoy Gateway accepts an API key of its Secret, and limits each client that has one', async lab => {
  const here = await openGateway(lab);
  const key = (name: string) => ({ 'x-api-key': name });
  assert.deepEqual(await statuses(here, open, 1, '/keyed', {}), [401]);
  assert.deepEqual(await statuses(here, open, 1, '/keyed', key('forged')), [401]);
  assert.deepEqual(await statuses(here, open, 4, '/keyed', key('key-of-ann')), [200, 200, 200, 429]);
  assert.deepEqual(
    await statuses(here, open, 1, '/keyed', { ...key('key-of-ann'), 'x-cardinal-client-key': 'bob' }),
    [429],
  );
  assert.deepEqual(await statuses(here, open, 1, '/keyed', key('key-of-bob')), [200]);
});

claim('Envoy Gateway counts each client by its verified claim, on the edge and on a route', async lab => {
  const here = await openGateway(lab);
  assert.deepEqual(await statuses(here, open, 3, '/reports/1', as('eve')), [200, 200, 429]);
  assert.deepEqual(await statuses(here, open, 9, '/orders', as('ann')), [...of(200, 8), 429]);
  assert.deepEqual(await statuses(here, open, 1, '/orders', { ...as('ann'), 'x-cardinal-client-sub': 'bob' }), [429]);
  assert.deepEqual(await statuses(here, open, 1, '/orders', as('bob')), [200]);
  assert.deepEqual(await statuses(here, open, 12, '/pages/1', {}), of(200, 12), 'who shows no token is not counted');
});

claim('Envoy Gateway counts nothing for a client that another one only names', async lab => {
  const here = await openGateway(lab);
  const asVictim = {
    'x-cardinal-client-issuer': issuer.issuer,
    'x-cardinal-client-sub': 'victim',
    'x-cardinal-client-key': 'carl',
  };
  assert.deepEqual(await statuses(here, open, 12, '/pages/1', asVictim), of(200, 12), 'an open route counts no one');
  const { from } = await here.requestGateway(open, { path: '/pages/1', headers: asVictim });
  assert.deepEqual(
    Object.keys(from?.headers ?? {}).filter(name => name.startsWith('x-cardinal')),
    [],
    'and the service is not deceived',
  );
  assert.deepEqual(await statuses(here, open, 8, '/orders', as('victim')), of(200, 8), 'the other has its requests');
});

claim('Envoy Gateway counts a request with any query, and removes API keys from requests to services', async lab => {
  const here = await openGateway(lab);
  assert.deepEqual(await statuses(here, open, 3, '/reports/1?x=/1', as('querier')), [200, 200, 429]);
  const { from } = await here.requestGateway(open, { path: '/keyed?x=1', headers: { 'x-api-key': 'key-of-carl' } });
  assert.deepEqual([from?.headers['x-api-key'], from?.headers['x-cardinal-client-key']], [undefined, 'carl']);
  assert.deepEqual(await statuses(here, open, 3, '/keyed?x=2', { 'x-api-key': 'key-of-carl' }), [200, 200, 429]);
});

claim('Envoy Gateway throttles a route for all clients together', async lab => {
  const here = await openGateway(lab);
  const all = await Promise.all(
    Array.from({ length: 20 }, async () => (await here.requestGateway(open, { path: '/rare' })).status),
  );
  assert.ok(all.includes(200) && all.includes(429), String(all));
  assert.ok(all.filter(status => status === 200).length <= 6, String(all));
  assert.equal((await here.requestGateway(open, { path: '/pages/1' })).status, 200);
});

claim('Envoy Gateway responds to preflights of declared origins only', async lab => {
  const here = await openGateway(lab);
  const preflight = (origin: string) =>
    here.requestGateway(open, {
      method: 'OPTIONS',
      path: '/orders',
      headers: { origin, 'access-control-request-method': 'GET' },
    });
  const { status, headers } = await preflight('https://www.lab.example');
  assert.ok([200, 204].includes(status), String(status));
  assert.equal(headers['access-control-allow-origin'], 'https://www.lab.example');
  assert.equal((await preflight('https://evil.example')).headers['access-control-allow-origin'], undefined);
  const answer = await here.requestGateway(open, { path: '/pages/1', headers: { origin: 'https://www.lab.example' } });
  assert.equal(answer.headers['access-control-expose-headers'], 'x-total');
});

claim('Envoy Gateway has a REST request answered by a gRPC method', async lab => {
  const here = await openGateway(lab);
  const { status, text } = await here.requestGateway(open, { path: '/products/OLJ?currency=EUR' });
  assert.equal(status, 200, text);
  const asked = JSON.parse((JSON.parse(text) as { id: string }).id) as { path: string; message: string };
  assert.equal(asked.path, '/shop.Catalog/GetProduct');
  assert.equal(asked.message, '\n\x03OLJ\x12\x03EUR');
});

claim('Envoy Gateway requires client certificates over TLS, and sends plain HTTP there', async lab => {
  const here = await strictGateway(lab);
  await assert.rejects(here.requestGateway(strict, { path: '/products' }), /alert|ECONNRESET|socket hang up/i);
  await assert.rejects(
    here.requestGateway(strict, { path: '/products', ...certificateOf(lab, 'stranger') }),
    /alert|ECONNRESET|socket hang up/i,
  );
  const redirected = await here.requestGateway(strict, { path: '/products', plain: true });
  assert.equal(redirected.status, 301);
});

claim('Envoy Gateway denies requests that it cannot count, where its installation fails closed', async lab => {
  const here = await strictGateway(lab);
  const partner = certificateOf(lab, 'partner');
  await here.answers(strict, { path: '/products', headers: { 'x-client': 'first' }, ...partner }, 200);
  assert.deepEqual(await statuses(here, strict, 4, '/products', { 'x-client': 'a' }, partner), [200, 200, 200, 429]);
  assert.deepEqual(await statuses(here, strict, 1, '/products', { 'x-client': 'b' }, partner), [200]);
  here.loseRedis();
  const [status] = await statuses(here, strict, 1, '/products', { 'x-client': 'c' }, partner);
  assert.ok(status === 500 || status === 503, String(status));

  const other = await openGateway(lab);
  other.loseRedis();
  assert.deepEqual(await statuses(other, open, 12, '/orders', as('zoe')), of(200, 12), 'the other one lets it pass');
});
