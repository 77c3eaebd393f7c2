import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import {
  Auth,
  GatewayService,
  HeaderMatch,
  Mesh,
  Operation,
  Port,
  ProxyExtension,
  type Service,
  Topology,
} from '../../lib';
import { Manifests, type RequestResult, Traffic } from '../../lib/testing';
import type { Reply } from '../app-protocol';
import { claim } from '../claims';
import { binomialInterval } from '../chance';
import { HboneClient } from '../hbone-client';
import type { Lab } from '../lab';
import { TokenIssuer } from '../tokens';
import type { World } from '../world';

const issuer = new TokenIssuer('https://login.lab.example');
const topology = new Topology('tide');
const http = () => Port.http(80, { target: 8080 });
const auth = Auth.jwt({ issuer: issuer.issuer, audiences: ['tide'], jwks: issuer.jwks });

const checkout = topology.addService('checkout', { image: 'checkout' });
const guest = topology.addService('guest', { image: 'guest' });
const payment = topology.addService('payment', {
  image: 'payment',
  port: http(),
  deniedOperations: [Operation.http('ANY /admin/*')],
});
const catalog = topology.addService('catalog', {
  port: http(),
  versions: { v1: { image: 'v1' }, v2: { image: 'v2' } },
});
const account = topology.addService('account', { image: 'account', port: http() });
const slow = topology.addService('slow', { image: 'slow', port: http() });
const scripted = topology.addService('scripted', {
  image: 'scripted',
  port: http(),
  proxyExtensions: ['first', 'second'].map(each =>
    ProxyExtension.lua(`function envoy_on_request(handle)\n  handle:headers():add("x-order", "${each}")\nend`),
  ),
});
account.requireAuth({ auth });
catalog.routeTo('v2', HeaderMatch.exact('x-canary', 'yes'));
catalog.split({ v1: 80, v2: 20 });
checkout.calls(payment, { allowedOperations: [Operation.http('GET /charges/{id}'), Operation.http('POST /charges')] });
guest.calls(payment, { allowedOperations: [Operation.http('GET /charges/{id}')] });
checkout.calls(catalog, {});
checkout.calls(account);
checkout.calls(scripted, { allowedOperations: [Operation.http('GET /items')] });
checkout.calls(slow, { timeout: Duration.millis(500), headers: { request: { set: { 'x-hop': 'waypoint' } } } });
const edge = topology.addEdge('api', { host: 'tide.lab.example' });
edge.route('GET /account', account, { auth });
edge.route('GET /catalog', catalog);

/** The deployed topology, with the simulator of what was applied. */
interface Tide {
  readonly world: World;
  readonly traffic: Traffic;
}

let deployed: Promise<Tide> | undefined;
const tide = (lab: Lab): Promise<Tide> =>
  (deployed ??= lab
    .deploy(topology, { mesh: Mesh.ambient({ gatewayService: GatewayService.CLUSTER_IP }) })
    .then(world => ({ world, traffic: Traffic.of(Manifests.ofDirectory(world.outdir)) })));

interface Sent {
  readonly from: Service;
  readonly to: Service;
  /** Such as `GET /charges/1`. */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Sends a request as the ztunnel of the caller would. */
async function replyTo(lab: Lab, { from, to, request, headers = {}, claims }: Sent): Promise<Reply> {
  const { world } = await tide(lab);
  const [method = '', path = ''] = request.split(' ');
  const [waypoint] = lab.kubelet.pods(to.namespace, { 'gateway.networking.k8s.io/gateway-name': 'waypoint' });
  assert.ok(waypoint, 'a waypoint runs');
  const client = await HboneClient.of(lab, from.namespace, from.serviceAccount);
  return client.send({
    waypoint: waypoint.network.ip,
    to: `${world.lab.kubelet.clusterIp(to.namespace, to.name)}:80`,
    method,
    path,
    headers: { host: to.name, ...headers, ...(claims ? issuer.tokenOf(claims) : {}) },
  });
}

/** The reply with what the simulator has for the request. */
async function send(lab: Lab, sent: Sent): Promise<[Reply, RequestResult]> {
  const { from, to, request, headers = {}, claims } = sent;
  const [method = '', path = ''] = request.split(' ');
  const { traffic } = await tide(lab);
  const reply = await replyTo(lab, sent);
  return [reply, traffic.from(from.name).http(`${method} http://${to.name}${path}`, { headers, claims })];
}

/** The status of the reply, which must be what the simulator has for the request. */
async function statusOf(lab: Lab, sent: Sent): Promise<number> {
  const [reply, result] = await send(lab, sent);
  const destinations = result.outcomes.map(each => each.destination);
  const simulated = result.outcomes.map(each => (each.destination === '' ? each.status : 200));
  const text = `${sent.from.name}: ${sent.request} got ${JSON.stringify(reply)}\n${result.explain()}`;
  assert.ok(simulated.includes(reply.status), text);
  if (reply.from) {
    const { service, version } = reply.from;
    assert.ok(
      destinations.some(each => [service, `${service}-${version}`].includes(each.split('/')[1] ?? '')),
      text,
    );
  }
  return reply.status;
}

claim('a waypoint allows the declared operations of each caller by its identity, and denies all others', async lab => {
  const expected = [
    [checkout, 'GET /charges/1', 200],
    [checkout, 'POST /charges', 200],
    [checkout, 'DELETE /charges/1', 403],
    [checkout, 'GET /charges', 403],
    [checkout, 'GET /admin/x', 403],
    [guest, 'GET /charges/1', 200],
    [guest, 'POST /charges', 403],
  ] as const;
  for (const [from, request, status] of expected) {
    assert.equal(await statusOf(lab, { from, to: payment, request }), status, `${from.name}: ${request}`);
  }
  // Its NetworkPolicy, which is not enforced here, does not allow the connection; the waypoint denies the identity, too.
  const [stranger, { outcomes }] = await send(lab, { from: account, to: payment, request: 'GET /charges/1' });
  assert.equal(stranger.status, 403);
  assert.deepEqual(
    outcomes.map(each => each.destination),
    [''],
  );
});

claim('a waypoint divides requests between versions by weight, and routes those with a header to one', async lab => {
  const replies: Reply[] = [];
  for (let count = 0; count < 300; count++) {
    replies.push((await send(lab, { from: checkout, to: catalog, request: 'GET /' }))[0]);
  }
  const share = replies.filter(each => each.from?.version === 'v2').length;
  assert.ok(replies.every(each => each.status === 200));
  const { least, most } = binomialInterval(300, 0.2, 0.9999);
  assert.ok(share >= least && share <= most, `${share} of 300 requests went to v2`);
  const [canary] = await send(lab, { from: checkout, to: catalog, request: 'GET /', headers: { 'x-canary': 'yes' } });
  assert.equal(canary.from?.version, 'v2');
  assert.equal(await statusOf(lab, { from: guest, to: catalog, request: 'GET /' }), 403);
});

claim('a waypoint verifies tokens, and a request without a valid one is denied', async lab => {
  const to = account;
  const claims = { iss: issuer.issuer, aud: 'tide', sub: 'me' };
  assert.equal(await statusOf(lab, { from: checkout, to, request: 'GET /', claims }), 200);
  assert.equal(await statusOf(lab, { from: checkout, to, request: 'GET /', claims: { ...claims, aud: 'other' } }), 403);
  assert.equal(await statusOf(lab, { from: checkout, to, request: 'GET /' }), 403);
  assert.equal(await statusOf(lab, { from: guest, to, request: 'GET /', claims }), 403);
});

claim('a waypoint ends a request after the timeout of the call, and sets its headers', async lab => {
  const { world } = await tide(lab);
  const [reply] = await send(lab, { from: checkout, to: slow, request: 'GET /' });
  assert.equal(reply.status, 200);
  assert.equal(reply.from?.headers['x-hop'], 'waypoint');
  await world.pod(slow).configureResponse({ delayMs: 3000 });
  const [late] = await send(lab, { from: checkout, to: slow, request: 'GET /' });
  assert.equal(late.status, 504);
  await world.pod(slow).configureResponse({});
});

claim('a waypoint sends a request that fails once, since calls have no retries in ambient mode', async lab => {
  const { world } = await tide(lab);
  const pod = world.pod(slow);
  await pod.configureResponse({ status: 503 });
  await pod.takeSeen();
  const [reply] = await send(lab, { from: checkout, to: slow, request: 'GET /' });
  assert.equal(reply.status, 503);
  assert.equal((await pod.takeSeen()).length, 1);
  await pod.configureResponse({});
});

claim('requests of an edge pass the waypoint of a service that verifies tokens, and others do not', async lab => {
  const { world, traffic } = await tide(lab);
  const token = issuer.bearer('tide');
  const claims = { iss: issuer.issuer, aud: 'tide', sub: 'customer' };
  const before = passed(lab, account);
  for (const [path, headers, status] of [
    ['/account', token, 200],
    ['/account', {}, 403],
    ['/catalog', {}, 200],
    ['/none', {}, 404],
  ] as const) {
    const reply = await world.requestGateway(edge, { path, headers });
    assert.equal(reply.status, status, `${path}: ${reply.text}`);
    const result = traffic.fromInternet(`GET http://${edge.host}${path}`, {
      claims: 'authorization' in headers ? claims : undefined,
    });
    assert.ok(
      result.outcomes.some(each => (each.destination === '' ? each.status : 200) === status),
      result.explain(),
    );
  }
  assert.equal(passed(lab, account), before + 1);
  assert.equal(passed(lab, catalog), 0);
});

/** The number of requests to a service that the waypoint has forwarded to its pods. */
function passed(lab: Lab, { namespace, host }: Service): number {
  const [waypoint] = lab.kubelet.pods(namespace, { 'gateway.networking.k8s.io/gateway-name': 'waypoint' });
  const counts = [
    ...(waypoint?.admin('clusters') ?? '').matchAll(/^inbound-vip\|80\|\w+\|([^:|]+)::.*::rq_total::(\d+)$/gm),
  ];
  return counts.filter(([, name]) => name === host).reduce((sum, [, , count]) => sum + Number(count), 0);
}

claim('scripts of a service run at its waypoint in their order, for its allowed requests alone', async lab => {
  const order = async (to: Service, request: string) => {
    const { status, from } = await replyTo(lab, { from: checkout, to, request });
    return [status, from?.headers['x-order']];
  };
  assert.deepEqual(await order(scripted, 'GET /items'), [200, 'first, second']);
  assert.deepEqual(await order(scripted, 'GET /secrets'), [403, undefined]);
  assert.deepEqual(await order(payment, 'GET /charges/1'), [200, undefined]);
});
