import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { Duration } from 'cdk8s';
import { Auth, type Edge, HeaderMatch, Port, QueryParamMatch, type Service, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import { type GatewayRequest, openWebSocket } from '../gateway-client';
import type { Lab } from '../lab';
import { StandaloneGateway } from '../standalone-gateway';
import { TokenIssuer } from '../tokens';
import { until } from '../wait';

const issuer = new TokenIssuer('https://login.lab.example');
const auth = Auth.jwt({ issuer: issuer.issuer, audiences: ['shop'], jwks: issuer.jwks });

/** One table of routes for both gateways. */
function tableOf(name: string): Edge {
  const topology = new Topology(name);
  const service = (of: string) => topology.addService(of, { image: of, port: Port.http(8080) });
  const [files, web, api] = [service('files'), service('web'), service('api')];
  const door = topology.addEdge('door', { host: 'door.lab.example' });
  door.route('ANY /*', web);
  door.route('GET /files/*', files, { auth });
  door.route('GET /files/public/*', web);
  door.route('GET /files/{id}/owner', api, { auth });
  door.redirect('GET /files/old', { path: '/files/public/new', statusCode: 308 });
  door.redirect('GET /old/*', { pathPrefix: '/files/public' });
  door.redirect('GET /gone/*', { pathPrefix: '/away', host: 'www.lab.example', scheme: 'https' });
  door.redirect('GET /moved', { host: 'www.lab.example', port: 8443 });
  door.redirect('GET /secret', { path: '/files/public', auth });
  door.route('ANY /v1/*', api, { rewrite: { pathPrefix: '/api/v1' } });
  door.route('ANY /v2/*', api, { rewrite: { pathPrefix: '/', host: 'api.lab.example' } });
  door.route('GET /status/{id}', api, { rewrite: { path: '/healthz' } });
  door.route('GET /headers', api, {
    auth,
    headerChanges: {
      request: { set: { 'x-plan': '50 % off' }, add: { 'x-added': 'b' }, remove: ['authorization'] },
      response: { set: { 'cache-control': 'no-store' }, remove: ['content-type'] },
    },
  });
  door.route('GET /versions', files, { auth });
  door.route('GET /versions', api, { match: { headers: [HeaderMatch.exact('x-version', '2')] } });
  door.route('GET /versions', web, {
    auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['beta'], jwks: issuer.jwks }),
    match: { headers: [HeaderMatch.exact('x-version', '2'), HeaderMatch.prefix('x-group', 'beta-')] },
  });
  door.route('GET /plans', files, { auth: Auth.none() });
  door.route('GET /plans', api, { match: { queryParams: [QueryParamMatch.exact('plan', 'a')] } });
  door.route('GET /plans', web, { match: { headers: [HeaderMatch.regex('x-plan', '[0-9]+')] } });
  const streams = topology.addService('streams', { image: 'streams', port: Port.http(8080) });
  door.route('GET /short', streams, { timeout: Duration.seconds(1) });
  door.route('GET /endless', streams, { timeout: Duration.millis(0) });
  return door;
}

function streamsOf({ routes }: Edge): Service {
  const service = routes.at(-1)?.service;
  assert.ok(service);
  return service;
}

interface Gateway {
  readonly ask: (request: GatewayRequest) => Promise<Reply>;
  /** The status of a request without the token that a route requires. */
  readonly refused: number;
  readonly upgrade: (path: string) => Promise<Duplex>;
  /** Has the service of the streams respond after a time. */
  readonly delay: (delayMs: number) => Promise<unknown>;
}

let istio: Promise<Gateway> | undefined;
let envoy: Promise<Gateway> | undefined;

async function istioGateway(lab: Lab): Promise<Gateway> {
  const door = tableOf('route-rules');
  const here = await lab.deploy(door.topology as Topology);
  return {
    ask: request => here.requestGateway(door, request),
    refused: 403,
    upgrade: path => openWebSocket(door, here.addressOfGateway(door), path),
    delay: delayMs => here.pod(streamsOf(door)).configureResponse({ delayMs }),
  };
}

async function envoyGateway(lab: Lab): Promise<Gateway> {
  const door = tableOf('route-rules-of-envoy');
  const here = await StandaloneGateway.start(lab, door.topology as Topology);
  await here.answers(door, { path: '/' }, 200);
  return {
    ask: request => here.requestGateway(door, request),
    refused: 401,
    upgrade: path => openWebSocket(door, here.network.ip, path),
    delay: delayMs => here.pod(streamsOf(door)).configureResponse({ delayMs }),
  };
}

const onBoth = (what: string, body: (gateway: Gateway) => Promise<void>) => {
  claim(`Istio's gateway ${what}`, async lab => body(await (istio ??= istioGateway(lab))));
  claim(`Envoy Gateway ${what}`, async lab => body(await (envoy ??= envoyGateway(lab))));
};

onBoth('matches a prefix with the path itself and all below it, with its own proof', async ({ ask, refused }) => {
  const cases: [path: string, service: string, isProtected: boolean][] = [
    ['/', 'web', false],
    ['/filesystem', 'web', false],
    ['/files', 'files', true],
    ['/files?a=/b', 'files', true],
    ['/files/', 'files', true],
    ['/files/a', 'files', true],
    ['/files/a/b/', 'files', true],
    ['/files/a/owner', 'api', true],
    ['/files/a/owner/b', 'files', true],
    ['/files/publicity', 'files', true],
    ['/files/public', 'web', false],
    ['/files/public/', 'web', false],
    ['/files/public/a', 'web', false],
  ];
  for (const [path, service, isProtected] of cases) {
    const open = await ask({ path });
    assert.equal(open.from?.service ?? open.status, isProtected ? refused : service, `${path} without a token`);
    const proven = await ask({ path, headers: issuer.bearer('shop') });
    assert.equal(proven.from?.service ?? proven.status, service, `${path} with a token`);
  }
  for (const path of [
    '/files/..%2fa',
    '/files//a',
    '/x/../files/a',
    '/files/./a',
    '/files%2Fa',
    '/FILES',
    '/files;a',
  ]) {
    assert.notEqual((await ask({ path })).from?.service, 'files', path);
  }
});

claim('Envoy Gateway merges slashes in a row, and redirects a path with an escaped slash', async lab => {
  const { ask, refused } = await (envoy ??= envoyGateway(lab));
  assert.equal((await ask({ path: '/files//public///a' })).from?.path, '/files/public/a');
  assert.equal((await ask({ path: '/files//a' })).status, refused);
  for (const path of ['/files%2Fa', '/files/public/..%2fa', '/files%5Ca']) {
    const { status, headers } = await ask({ path: `${path}?b=%2F` });
    assert.deepEqual([status, headers.location], [307, '/files/a?b=%2F'], path);
  }
});

onBoth('redirects to another path, prefix, host and scheme', async ({ ask, refused }) => {
  const cases: [path: string, status: number, location: string][] = [
    ['/files/old', 308, 'http://door.lab.example/files/public/new'],
    ['/old?a=b', 302, 'http://door.lab.example/files/public?a=b'],
    ['/old/a/b?c=d', 302, 'http://door.lab.example/files/public/a/b?c=d'],
    ['/gone', 302, 'https://www.lab.example/away'],
    ['/gone/a', 302, 'https://www.lab.example/away/a'],
    ['/moved', 302, 'http://www.lab.example:8443/moved'],
  ];
  for (const [path, status, location] of cases) {
    const reply = await ask({ path });
    assert.deepEqual([reply.status, reply.headers.location], [status, location], path);
  }
  assert.equal((await ask({ path: '/secret' })).status, refused, 'a redirect has its own proof');
  const { status, headers } = await ask({ path: '/secret', headers: issuer.bearer('shop') });
  assert.deepEqual([status, headers.location], [302, 'http://door.lab.example/files/public']);
});

onBoth('rewrites path, prefix and host', async ({ ask }) => {
  const cases: [path: string, received: string, host: string][] = [
    ['/v1', '/api/v1', 'door.lab.example'],
    ['/v1/', '/api/v1/', 'door.lab.example'],
    ['/v1/a/b?c=d', '/api/v1/a/b?c=d', 'door.lab.example'],
    ['/v2', '/', 'api.lab.example'],
    ['/v2/a?b', '/a?b', 'api.lab.example'],
    ['/status/1?a=b', '/healthz?a=b', 'door.lab.example'],
  ];
  for (const [path, received, host] of cases) {
    const { from, text } = await ask({ path });
    assert.deepEqual([from?.service, from?.path, from?.headers.host], ['api', received, host], `${path}: ${text}`);
  }
});

onBoth('changes headers of requests and responses, as literal text', async ({ ask }) => {
  const { from, headers, text } = await ask({
    path: '/headers',
    headers: { ...issuer.bearer('shop'), 'x-plan': 'a', 'x-added': 'a' },
  });
  assert.ok(from, text);
  assert.deepEqual(
    [from.headers['x-plan'], from.headers['x-added'], from.headers.authorization],
    ['50 % off', 'a, b', undefined],
  );
  assert.deepEqual([headers['cache-control'], headers['content-type']], ['no-store', undefined]);
});

onBoth('matches routes of one operation by their conditions, each with its own proof', async ({ ask, refused }) => {
  const [v2, beta] = [{ 'x-version': '2' }, { 'x-version': '2', 'x-group': 'beta-1' }];
  const cases: [headers: Readonly<Record<string, string>>, service: string, audience: string | undefined][] = [
    [{}, 'files', 'shop'],
    [{ 'x-version': '1' }, 'files', 'shop'],
    [{ 'x-version': '22' }, 'files', 'shop'],
    [{ 'x-version': '2,2' }, 'files', 'shop'],
    [{ 'x-group': 'beta-1' }, 'files', 'shop'],
    [v2, 'api', undefined],
    [{ ...v2, 'x-group': 'alpha' }, 'api', undefined],
    [beta, 'web', 'beta'],
  ];
  for (const [headers, service, audience] of cases) {
    const where = JSON.stringify(headers);
    const open = await ask({ path: '/versions', headers });
    assert.equal(open.from?.service ?? open.status, audience === undefined ? service : refused, `${where}, no token`);
    for (const given of ['shop', 'beta']) {
      const proven = await ask({ path: '/versions', headers: { ...headers, ...issuer.bearer(given) } });
      const expected = audience === undefined || audience === given ? service : 403;
      assert.equal(proven.from?.service ?? proven.status, expected, `${where}, a token for ${given}`);
    }
  }
});

onBoth('matches conditions on query parameters, and on headers by expressions', async ({ ask }) => {
  const cases: [path: string, headers: Readonly<Record<string, string>>, service: string][] = [
    ['/plans', {}, 'files'],
    ['/plans?plan=a', {}, 'api'],
    ['/plans?plan=a&plan=b', {}, 'api'],
    ['/plans?plan=b&plan=a', {}, 'files'],
    ['/plans?plan=%61', {}, 'files'],
    ['/plans?plan=ab', {}, 'files'],
    ['/plans', { 'x-plan': '12' }, 'web'],
    ['/plans', { 'x-plan': '12a' }, 'files'],
    ['/plans?plan=a', { 'x-plan': '12' }, 'web'],
  ];
  for (const [path, headers, service] of cases) {
    assert.equal((await ask({ path, headers })).from?.service, service, `${path} ${JSON.stringify(headers)}`);
  }
});

/** Envoy's own default timeout is 15 s. */
const LONG = 16_000;

onBoth('ends responses at the timeout, and none without one', async ({ ask, delay }) => {
  await delay(LONG);
  const [short, endless] = await Promise.all([ask({ path: '/short' }), ask({ path: '/endless' })]);
  await delay(0);
  assert.deepEqual([short.status, endless.status], [504, 200]);
  assert.ok(endless.ms >= LONG, `${endless.ms} ms`);
});

onBoth('keeps a WebSocket beyond the timeout of its route', async ({ upgrade }) => {
  const socket = await upgrade('/short');
  const received: string[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk.toString()));
  const opened = Date.now();
  await until('the timeout is over', () => Promise.resolve(Date.now() > opened + 2000), 10);
  socket.write('still here');
  await until('the service has echoed', () => Promise.resolve(received.join('') === 'still here'), 5);
  socket.destroy();
});

claim('a gateway routes by the claims of a token, and not by headers of clients in their place', async lab => {
  const topology = new Topology('claims');
  const [admins, all] = ['admins', 'all'].map(name =>
    topology.addService(name, { image: name, port: Port.http(8080) }),
  );
  assert.ok(admins && all);
  const door = topology.addEdge('door', { host: 'claims.lab.example', auth });
  door.route('GET /reports', admins, { match: { claims: { group: 'admin' } } });
  door.route('GET /reports', all);
  const world = await lab.deploy(topology);
  const send = async (headers: Readonly<Record<string, string>>) => {
    const { status, from } = await world.requestGateway(door, { path: '/reports', headers });
    return from?.service ?? String(status);
  };
  const token = (claims: Readonly<Record<string, unknown>>) => issuer.tokenOf({ sub: 'ann', aud: 'shop', ...claims });
  const forged = { 'x-jwt-claim-group': 'admin' };
  await until('the gateway has the routes', async () => (await send(token({}))) === 'all');
  assert.deepEqual(
    [
      await send(token({ group: 'admin' })),
      await send(token({ group: 'user' })),
      await send({ ...token({}), ...forged }),
      await send({ ...token({ group: 'user' }), ...forged }),
      await send({ ...token({ group: ['admin'] }), ...forged }),
      await send(forged),
      await send({ authorization: 'Bearer x', ...forged }),
    ],
    ['admins', 'all', 'all', 'all', 'all', '403', '401'],
  );
  await lab.remove(world);
});
