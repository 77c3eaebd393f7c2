import assert from 'node:assert/strict';
import { Auth, Port, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import { StandaloneGateway } from '../standalone-gateway';
import { TokenIssuer } from '../tokens';

const issuer = new TokenIssuer('https://login.lab.example');
const other = new TokenIssuer('https://other.lab.example');
const tokens = (audience: string, { issuer: of, jwks } = issuer) =>
  Auth.jwt({ issuer: of, audiences: [audience], jwks });

/** Four edges on one gateway: two with tokens, one open, and one that allows other addresses than that of the lab. */
function fourEdges(name: string) {
  const topology = new Topology(name);
  const gateway = topology.addSharedGateway('public');
  const service = (of: string) => topology.addService(of, { image: of, port: Port.http(8080) });
  const edge = (of: string, host: string, props = {}) => topology.addEdge(of, { gateway, host, ...props });
  const api = edge('api', 'api.lab.example', { auth: tokens('api') });
  api.route('GET /orders', service('orders'));
  api.route('GET /open', service('open'), { auth: Auth.none() });
  const tenants = edge('tenants', '*.tenants.lab.example', { auth: tokens('tenants', other) });
  tenants.route('ANY /*', service('tenant'));
  tenants.route('GET /orders', service('tenant-orders'), { auth: Auth.none() });
  const www = edge('www', 'www.lab.example');
  www.route('ANY /*', service('pages'));
  const listed = edge('listed', 'listed.lab.example', { allowedCidrs: ['203.0.113.0/24'] });
  listed.route('ANY /*', service('never'));
  return { topology, api, www };
}

type Send = (host: string, path: string, headers?: Record<string, string>) => Promise<Reply>;

async function policiesStayWithTheirHosts(send: Send): Promise<void> {
  const [api, second] = [issuer.bearer('api'), other.bearer('tenants')];
  const arrives: [string, string, Record<string, string>?][] = [
    ['www.lab.example', '/orders'],
    ['WWW.lab.example:80', '/'],
    ['api.lab.example', '/open'],
    ['api.lab.example', '/open', api],
    ['api.lab.example', '/orders', api],
    ['a.tenants.lab.example', '/orders'],
    ['a.tenants.lab.example', '/', second],
    ['a.tenants.lab.example:80', '/', second],
  ];
  for (const [host, path, headers] of arrives) {
    assert.equal((await send(host, path, headers)).status, 200, `${host}${path}`);
  }
  const rejected: [string, string, Record<string, string>?][] = [
    ['api.lab.example', '/orders'],
    ['API.lab.example:80', '/orders'],
    ['api.lab.example', '/orders', second],
    ['api.lab.example', '/other', api],
    ['a.tenants.lab.example', '/'],
    ['a.tenants.lab.example', '/', api],
    ['api.lab.example.', '/open'],
    ['listed.lab.example', '/'],
    ['Listed.lab.example:443', '/'],
    ['none.lab.example', '/'],
  ];
  for (const [host, path, headers] of rejected) {
    assert.notEqual((await send(host, path, headers)).status, 200, `${host}${path}`);
  }
  // The router ignores what comes after the last colon.
  for (const [host, path] of [
    ['www.lab.example:x.a.tenants.lab.example', '/'],
    ['www.lab.example:x.a.tenants.lab.example:80', '/'],
    ['api.lab.example:x.a.tenants.lab.example', '/orders'],
    ['api.lab.example:1.tenants.lab.example', '/orders'],
  ] as const) {
    const service = (await send(host, path)).from?.service;
    assert.ok(service !== 'tenant' && service !== 'orders', `${host}${path} arrives at ${String(service)}`);
  }
}

claim(
  'edges on one gateway of Istio have their own tokens and addresses, however a request has its host',
  async lab => {
    const { topology, api, www } = fourEdges('shared');
    const here = await lab.deploy(topology);
    const send: Send = (host, path, headers) => here.requestGateway(www, { host, path, headers });
    await policiesStayWithTheirHosts(send);

    assert.equal(here.addressOfGateway(api), here.addressOfGateway(www));
    assert.equal((await send('api.lab.example', '/open', other.bearer('tenants'))).status, 403);
    assert.equal((await send('www.lab.example', '/', issuer.bearer('api'))).status, 403);
  },
);

claim('edges on one gateway of Envoy Gateway have their own tokens and addresses', async lab => {
  const { topology, api, www } = fourEdges('shared-by-envoy');
  const here = await StandaloneGateway.start(lab, topology);
  const send: Send = (host, path, headers) => here.requestGateway(www, { host, path, headers });
  await here.answers(www, { path: '/' }, 200);
  await here.answers(api, { path: '/orders' }, 401);
  await policiesStayWithTheirHosts(send);
});
