import assert from 'node:assert/strict';
import {
  Auth,
  CallerKey,
  ClientKey,
  type Edge,
  FailureMode,
  Operation,
  PerClientRateLimit,
  Period,
  Port,
  type Service,
  Topology,
} from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { TokenIssuer } from '../tokens';
import { until } from '../wait';
import type { World } from '../world';

const issuer = new TokenIssuer('https://login.lab.example');
const topology = new Topology('limits');
const catalog = topology.addService('catalog', { image: 'catalog', port: Port.http(80, { target: 8080 }) });
const redis = topology.addService('redis', { image: 'lab/redis', port: Port.tcp(6379) });
const rateLimiter = topology.addRateLimiter('limiter', { redis });

const auth = Auth.jwt({ issuer: issuer.issuer, audiences: ['shop'], jwks: issuer.jwks });
const perDay = (client: ClientKey, requests: number, failureMode: FailureMode) =>
  PerClientRateLimit.of({ client, requests, per: Period.DAY, failureMode });

const api = topology.addEdge('api', {
  host: 'api.lab.example',
  rateLimiter,
  auth,
  perClientRateLimit: perDay(ClientKey.claim('sub'), 8, FailureMode.FAIL_OPEN),
});
api.route('GET /products', catalog);
api.route('GET /reports/{id}', catalog, {
  perClientRateLimit: perDay(ClientKey.claim('sub'), 2, FailureMode.FAIL_OPEN),
});
api.route('GET /open', catalog, { auth: Auth.none() });

const strict = topology.addEdge('strict', {
  host: 'strict.lab.example',
  rateLimiter,
  perClientRateLimit: perDay(ClientKey.header('x-client'), 3, FailureMode.FAIL_CLOSED),
});
strict.route('GET /products', catalog);

const [stock, prices] = [FailureMode.FAIL_CLOSED, FailureMode.FAIL_OPEN].map(failureMode => {
  const service = topology.addService(failureMode, { image: 'limited', port: Port.http(80, { target: 8080 }) });
  const limit = { rateLimiter, per: Period.DAY, failureMode };
  service.addGlobalRateLimit({ ...limit, requests: 24 });
  service.addGlobalRateLimit({ ...limit, requests: 2, operation: Operation.http('GET /rare/{id}') });
  return service;
}) as [Service, Service];
const shares = topology.addService('shares', { image: 'limited', port: Port.http(80, { target: 8080 }) });
const share = { rateLimiter, per: Period.DAY, failureMode: FailureMode.FAIL_CLOSED };
shares.addGlobalRateLimit({ ...share, requests: 3, perCaller: CallerKey.identity() });
shares.addGlobalRateLimit({ ...share, requests: 100 });
const tenants = topology.addService('tenants', { image: 'limited', port: Port.http(80, { target: 8080 }) });
tenants.addGlobalRateLimit({
  ...share,
  requests: 2,
  perCaller: CallerKey.header('x-tenant'),
  operation: Operation.http('GET /tenants/{id}'),
});
const [shop, till] = ['shop', 'till'].map(name => topology.addService(name, { image: name })) as [Service, Service];
[shop, till].forEach(caller => [stock, prices, shares, tenants].forEach(callee => caller.calls(callee)));

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> => (deployed ??= lab.deploy(topology));

async function statuses(
  here: World,
  edge: Edge,
  count: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index++) {
    all.push((await here.requestGateway(edge, { path, headers })).status);
  }
  return all;
}

const of = (status: number, count: number) => Array.from({ length: count }, () => status);
const client = (sub: string) => issuer.bearer('shop', 600, { sub });

claim('a client above its limit gets 429 for any request, and another client does not', async lab => {
  const here = await world(lab);
  assert.deepEqual(await statuses(here, api, 10, '/products?n=1', client('ann')), [...of(200, 8), ...of(429, 2)]);
  assert.deepEqual(await statuses(here, api, 8, '/products', client('bob')), of(200, 8));
  assert.deepEqual(await statuses(here, api, 1, '/reports/1', client('ann')), [429]);
  assert.deepEqual(await statuses(here, api, 12, '/open'), of(200, 12), 'who shows no token is not counted');
});

claim('a limit of a route counts that route alone, beside the limit of the edge', async lab => {
  const here = await world(lab);
  assert.deepEqual(await statuses(here, api, 2, '/reports/1', client('eve')), [200, 200]);
  assert.deepEqual(await statuses(here, api, 2, '/reports/2?x=/products', client('eve')), [429, 429]);
  assert.deepEqual(await statuses(here, api, 1, '/products', client('eve')), [200]);
});

claim(
  'a client is identified by its verified token: neither a header nor a forged token makes it another',
  async lab => {
    const here = await world(lab);
    const forged = new TokenIssuer(issuer.issuer).bearer('shop', 600, { sub: 'somebody-else' });
    assert.deepEqual(
      await statuses(here, api, 1, '/products', { ...client('ann'), 'x-client': 'bob', sub: 'bob' }),
      [429],
    );
    assert.deepEqual(await statuses(here, api, 1, '/products', forged), [401]);
    const asVictim = {
      'x-client': 'victim',
      client: 'victim',
      issuer: issuer.issuer,
      sub: 'victim',
      'x-cardinal-client-sub': 'victim',
    };
    assert.deepEqual(await statuses(here, api, 12, '/open', asVictim), of(200, 12), 'an open route counts no one');
    assert.deepEqual(
      await statuses(here, api, 8, '/products', client('victim')),
      of(200, 8),
      'the other has its requests',
    );
  },
);

claim('a limit by header counts each value, and the pods of a gateway count together', async lab => {
  const here = await world(lab);
  assert.deepEqual(await statuses(here, strict, 4, '/products', { 'x-client': 'a' }), [200, 200, 200, 429]);
  assert.deepEqual(await statuses(here, strict, 1, '/products', { 'x-client': 'b' }), [200]);
  lab.plane.kubectl('-n', 'limits', 'scale', 'deployment', 'strict-istio', '--replicas=2');
  const labels = { 'gateway.networking.k8s.io/gateway-name': 'strict' };
  const pods = await until('the gateway has two pods', () => {
    const found = lab.kubelet.pods('limits', labels);
    return found.length === 2 && found;
  });
  await here.configSynced();
  for (const pod of pods) {
    assert.equal(
      (await here.requestGateway(strict, { path: '/products', headers: { 'x-client': 'a' }, address: pod.network.ip }))
        .status,
      429,
      pod.name,
    );
  }
});

/** The statuses of requests, half of which each of two callers sends, to both pods of the service. */
async function callStatuses(here: World, callee: Service, count: number, path: string): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index++) {
    all.push((await here.sendOnce(index % 2 ? shop : till, callee, { path })).status);
  }
  return all;
}

claim(
  'a global limit counts the requests of all callers to all pods of a service, and those of an operation',
  async lab => {
    const here = await world(lab);
    lab.plane.kubectl('-n', 'limits', 'scale', 'deployment', 'fail-closed-v1', '--replicas=2');
    const pods = await until('the service has two pods', () => here.pods(stock).length === 2 && here.pods(stock));
    await here.isReady();
    await Promise.all(pods.map(pod => pod.takeSeen()));

    assert.deepEqual(await callStatuses(here, stock, 4, '/rare/1'), [200, 200, 429, 429]);
    assert.deepEqual(await callStatuses(here, stock, 22, '/often'), [...of(200, 20), ...of(429, 2)]);
    const seen = await Promise.all(pods.map(async pod => (await pod.takeSeen()).length));
    assert.ok(
      seen.every(count => count > 0),
      `the pods received ${seen.join(' and ')} requests`,
    );
    assert.deepEqual(
      await callStatuses(here, prices, 25, '/often'),
      [...of(200, 24), 429],
      'another service has its own counter',
    );
  },
);

claim(
  'a limit per caller counts each identity or value of a header for itself, beside the limit for all callers',
  async lab => {
    const here = await world(lab);
    lab.plane.kubectl('-n', 'limits', 'scale', 'deployment', 'shares-v1', '--replicas=2');
    await until('the service has two pods', () => here.pods(shares).length === 2);
    await here.isReady();
    const send = async (caller: Service, path: string, headers: Readonly<Record<string, string>> = {}) =>
      (await here.sendOnce(caller, shares, { path, headers })).status;

    assert.deepEqual(await callStatuses(here, shares, 6, '/'), of(200, 6), '3 for each caller');
    const forged = { 'x-forwarded-client-cert': 'URI=spiffe://cluster.local/ns/limits/sa/other', identity: 'other' };
    assert.equal(await send(shop, '/', forged), 429, 'the identity is that of the connection');
    assert.equal(await send(till, '/'), 429);
  },
);

claim('a limit per value of a header counts requests without it together', async lab => {
  const here = await world(lab);
  const send = async (headers: Readonly<Record<string, string>>) =>
    (await here.sendOnce(till, tenants, { path: '/tenants/1', headers })).status;
  for (const headers of [{ 'x-tenant': 'a' }, { 'x-tenant': 'b' }, {}] as Readonly<Record<string, string>>[]) {
    assert.deepEqual([await send(headers), await send(headers), await send(headers)], [200, 200, 429]);
  }
  assert.equal(await send({ 'x-tenant': '' }), 429, 'an empty value is none');
});

claim(
  'while nothing can be counted, requests are allowed or denied as declared, and are counted again afterwards',
  async lab => {
    const here = await world(lab);
    lab.plane.kubectl('-n', 'limits', 'scale', 'deployment', 'redis-v1', '--replicas=0');
    // A pod serves until it has ended; the API server has it until then.
    await until('Redis is gone', async () =>
      (await lab.plane.api.list('/api/v1/namespaces/limits/pods')).every(each => each.metadata.labels?.app !== 'redis'),
    );
    assert.deepEqual(await statuses(here, api, 12, '/products', client('zoe')), of(200, 12), 'allowed');
    assert.deepEqual(await statuses(here, strict, 2, '/products', { 'x-client': 'z' }), of(500, 2), 'refused');
    assert.deepEqual(await callStatuses(here, stock, 2, '/often'), of(500, 2), 'refused between services');
    assert.deepEqual(await callStatuses(here, prices, 2, '/often'), of(200, 2), 'allowed between services');

    lab.plane.kubectl('-n', 'limits', 'scale', 'deployment', 'redis-v1', '--replicas=1');
    await until('Redis is back', () => here.pods(redis).length === 1);
    await here.configSynced();
    // The limiter closes its broken connections one by one.
    await until(
      'requests are counted again',
      async () => !(await statuses(here, strict, 20, '/products', { 'x-client': 'again' })).includes(500),
    );
    const counted = await statuses(here, strict, 6, '/products', { 'x-client': 'new' });
    assert.deepEqual(counted, [...of(200, 3), ...of(429, 3)]);
  },
);
