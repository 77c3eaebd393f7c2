import assert from 'node:assert/strict';
import { Auth, Capability, Front, Port, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { certificateOf, tlsSecret } from '../certificates';
import { claim } from '../claims';
import type { GatewayRequest } from '../gateway-client';
import type { Lab } from '../lab';
import { StandaloneGateway } from '../standalone-gateway';
import { TokenIssuer } from '../tokens';

const issuer = new TokenIssuer('https://login.lab.example');

/** An edge behind a front that presents a certificate, has tokens and keys, and terminates TLS of clients. */
function edgeBehindFront(name: string) {
  const topology = new Topology(name);
  const front = Front.of({
    name: 'an API of the lab',
    capabilities: [Capability.TOKENS, Capability.API_KEYS, Capability.RATE_LIMITS],
    clientCa: 'front-ca',
  });
  const edge = topology.addEdge('partners', { host: 'partners.lab.example', tlsSecret: 'partners-tls', front });
  const service = (of: string) => topology.addService(of, { image: of, port: Port.http(8080) });
  edge.route('GET /orders', service('orders'), {
    auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['partners'], jwks: issuer.jwks }),
  });
  edge.route('GET /stock', service('stock'));
  return { topology, edge };
}

const before = (lab: Lab, namespace: string): object[] => [
  tlsSecret(lab, namespace, 'partners-tls', 'partners.lab.example'),
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'front-ca', namespace },
    data: { 'ca.crt': certificateOf(lab, 'front').cert },
  },
];

async function acceptsTheFrontAlone(lab: Lab, send: (request: GatewayRequest) => Promise<Reply>): Promise<void> {
  const front = certificateOf(lab, 'front');
  await assert.rejects(send({ path: '/stock' }), 'without a certificate');
  await assert.rejects(send({ path: '/stock', ...certificateOf(lab, 'stranger') }), 'with the certificate of another');
  const plain = await send({ path: '/stock', plain: true, headers: { 'x-forwarded-proto': 'https' } });
  assert.equal(plain.status, 301);

  assert.equal((await send({ path: '/stock', ...front })).from?.service, 'stock');
  assert.equal((await send({ path: '/orders', ...front, headers: issuer.bearer('partners') })).status, 200);
  for (const [what, headers] of Object.entries({ 'no token': {}, 'another audience': issuer.bearer('shop') })) {
    const { status, text } = await send({ path: '/orders', ...front, headers });
    assert.ok([401, 403].includes(status), `a request of the front with ${what}: ${text}`);
  }
  assert.equal((await send({ path: '/other', ...front })).status, 404);
}

claim(
  "Istio's gateway behind a front accepts the certificate of the front alone, and verifies tokens again",
  async lab => {
    const { topology, edge } = edgeBehindFront('fronted');
    const here = await lab.deploy(topology, {
      before: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fronted' } }, ...before(lab, 'fronted')],
    });
    await acceptsTheFrontAlone(lab, request => here.requestGateway(edge, request));
  },
);

claim(
  'Envoy Gateway behind a front accepts the certificate of the front alone, and verifies tokens again',
  async lab => {
    const { topology, edge } = edgeBehindFront('fronted-by-envoy');
    const here = await StandaloneGateway.start(lab, topology, { before: before(lab, topology.name) });
    await here.answers(edge, { path: '/stock', ...certificateOf(lab, 'front') }, 200);
    await acceptsTheFrontAlone(lab, request => here.requestGateway(edge, request));
  },
);
