import assert from 'node:assert/strict';
import { Auth, type Edge, Port, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import type { GatewayRequest } from '../gateway-client';
import type { Lab } from '../lab';
import { StandaloneGateway } from '../standalone-gateway';
import { TokenIssuer } from '../tokens';

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
  return door;
}

interface Gateway {
  readonly ask: (request: GatewayRequest) => Promise<Reply>;
  /** The status of a request without the token that a route requires. */
  readonly refused: number;
}

let istio: Promise<Gateway> | undefined;
let envoy: Promise<Gateway> | undefined;

async function istioGateway(lab: Lab): Promise<Gateway> {
  const door = tableOf('route-rules');
  const here = await lab.deploy(door.topology as Topology);
  return { ask: request => here.requestGateway(door, request), refused: 403 };
}

async function envoyGateway(lab: Lab): Promise<Gateway> {
  const door = tableOf('route-rules-of-envoy');
  const here = await StandaloneGateway.start(lab, door.topology as Topology);
  await here.answers(door, { path: '/' }, 200);
  return { ask: request => here.requestGateway(door, request), refused: 401 };
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
    ['50 % off', 'a,b', undefined],
  );
  assert.deepEqual([headers['cache-control'], headers['content-type']], ['no-store', undefined]);
});
