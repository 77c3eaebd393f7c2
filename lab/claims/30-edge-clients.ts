import assert from 'node:assert/strict';
import { connect, type SecureVersion } from 'node:tls';
import { Auth, ClientCertificates, type Edge, ExternalAuthorizer, Port, TlsVersion, Topology } from '../../lib';
import type { Reply } from '../app-protocol';
import { authorizersOf } from '../../lib/istio/install/authorizers';
import { certificateOf, tlsSecret } from '../certificates';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { clientHello, exchange } from '../connections';
import { requestAddress } from '../gateway-client';
import { HOST } from '../network';
import { TokenIssuer } from '../tokens';
import { until } from '../wait';
import type { World } from '../world';

const topology = new Topology('clients');
const web = topology.addService('web', { image: 'web', port: Port.http(80, { target: 8080 }) });
const edgeWith = (name: string, props: Parameters<Topology['addEdge']>[1]): Edge => {
  const edge = topology.addEdge(name, props);
  edge.route('GET /page', web);
  return edge;
};

const several = edgeWith('several', {
  host: 'shop.lab.example',
  alternativeHosts: ['www.lab.example', '*.shops.lab.example', 'shop.partner.example'],
  tlsSecret: 'shop-tls',
  tlsSecrets: { 'shop.partner.example': 'partner-tls' },
  clientCa: 'clients-ca',
  clientCertificates: ClientCertificates.OPTIONAL,
  minTlsVersion: TlsVersion.V1_3,
});
const listed = edgeWith('listed', { host: 'listed.lab.example', allowedCidrs: [`${HOST}/32`] });
const unlisted = edgeWith('unlisted', { host: 'unlisted.lab.example', allowedCidrs: ['203.0.113.0/24'] });
const proxied = edgeWith('proxied', {
  host: 'proxied.lab.example',
  allowedCidrs: ['203.0.113.0/24'],
  deniedCidrs: ['203.0.113.66/32'],
  trustedProxies: { cidrs: [`${HOST}/32`] },
});
const bypassed = edgeWith('bypassed', {
  host: 'bypassed.lab.example',
  allowedCidrs: ['203.0.113.0/24', `${HOST}/32`],
  trustedProxies: { cidrs: ['10.0.8.0/24'] },
});

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> =>
  (deployed ??= lab.deploy(topology, {
    before: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'clients' } },
      tlsSecret(lab, 'clients', 'shop-tls', 'shop.lab.example'),
      tlsSecret(lab, 'clients', 'partner-tls', 'shop.partner.example'),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'clients-ca', namespace: 'clients' },
        data: { 'ca.crt': certificateOf(lab, 'client').cert },
      },
    ],
  }));

/** The certificate of the client, as the service received it. */
function certificateIn({ from }: Reply): string {
  return String(from?.headers['x-forwarded-client-cert']);
}

/** The common name of the certificate for a server name, and the version of TLS. */
async function handshake(here: World, host: string, maxVersion: SecureVersion = 'TLSv1.3'): Promise<string> {
  const address = here.addressOfGateway(several);
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: address, port: 443, servername: host, rejectUnauthorized: false, maxVersion },
      () => {
        resolve(`${String(socket.getPeerCertificate().subject.CN)} ${String(socket.getProtocol())}`);
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

claim('an edge with several hosts serves each of them, with the certificate of the host', async lab => {
  const here = await world(lab);
  for (const host of ['shop.lab.example', 'www.lab.example', 'a.shops.lab.example', 'shop.partner.example']) {
    const reply = await here.requestGateway(several, { host, path: '/page' });
    assert.equal(reply.from?.service, 'web', `${host}: ${reply.text}`);
    assert.equal((await here.requestGateway(several, { host, path: '/other' })).status, 404, host);
    const redirected = await here.requestGateway(several, { host, path: '/page', plain: true });
    assert.deepEqual([redirected.status, redirected.headers.location], [301, `https://${host}/page`]);
  }
  assert.equal((await here.requestGateway(several, { host: 'shops.lab.example', path: '/page' })).status, 404);
  assert.equal(await handshake(here, 'www.lab.example'), 'shop.lab.example TLSv1.3');
  assert.equal(await handshake(here, 'shop.partner.example'), 'shop.partner.example TLSv1.3');
});

claim('an edge that requires TLS 1.3 accepts no TLS 1.2, on the listener of any certificate', async lab => {
  const here = await world(lab);
  for (const host of ['shop.lab.example', 'shop.partner.example']) {
    await assert.rejects(handshake(here, host, 'TLSv1.2'), host);
  }
});

claim(
  'an optional client certificate reaches the service, and none, a forged header or an invalid one does not',
  async lab => {
    const here = await world(lab);
    const request = (certificate: object, headers = {}) =>
      here.requestGateway(several, {
        path: '/page',
        headers: { 'x-forwarded-client-cert': 'Subject="CN=admin"', ...headers },
        ...certificate,
      });

    const none = await request({});
    assert.equal(none.status, 200, none.text);
    assert.doesNotMatch(certificateIn(none), /admin/);
    const valid = await request(certificateOf(lab, 'client'));
    assert.match(certificateIn(valid), /client\.example/);
    assert.doesNotMatch(certificateIn(valid), /admin/);
    await assert.rejects(request(certificateOf(lab, 'stranger')));
  },
);

claim('addresses of clients are those of connections: x-forwarded-for neither opens nor closes an edge', async lab => {
  const here = await world(lab);
  const status = async (edge: Edge, ...entries: string[]) =>
    (
      await here.requestGateway(edge, {
        path: '/page',
        headers: entries.length > 0 ? { 'x-forwarded-for': entries.join(', ') } : {},
      })
    ).status;

  assert.equal(await status(listed), 200);
  assert.equal(await status(listed, '203.0.113.7'), 200);
  assert.equal(await status(unlisted), 403);
  assert.equal(await status(unlisted, '203.0.113.7'), 403);
  assert.equal(await status(unlisted, '203.0.113.7', '203.0.113.8'), 403);
});

claim(
  'behind a trusted proxy the address is the entry that the proxy appended, and no connection bypasses it',
  async lab => {
    const here = await world(lab);
    const status = async (edge: Edge, entries: string) =>
      (
        await here.requestGateway(edge, {
          path: '/page',
          headers: entries === '' ? {} : { 'x-forwarded-for': entries },
        })
      ).status;

    assert.equal(await status(proxied, '203.0.113.7'), 200);
    assert.equal(await status(proxied, '198.51.100.7, 203.0.113.7'), 200);
    assert.equal(
      await status(proxied, '203.0.113.7, 198.51.100.7'),
      403,
      'a client put an allowed address before its own',
    );
    assert.equal(await status(proxied, '203.0.113.7, 203.0.113.66'), 403, 'a denied address');
    assert.equal(await status(proxied, ''), 403, 'the address of the proxy');
    for (const entries of ['', '203.0.113.7', '203.0.113.7, 203.0.113.7']) {
      assert.equal(await status(bypassed, entries), 403, `a connection that bypasses the proxy, with "${entries}"`);
    }
  },
);

const asked = new Topology('asked');
const page = asked.addService('page', { image: 'page', port: Port.http(80, { target: 8080 }) });
const decider = asked.addService('decider', { image: 'decider', port: Port.http(80, { target: 8080 }) });
const door = asked.addEdge('door', {
  host: 'asked.lab.example',
  authorizer: ExternalAuthorizer.of({ service: decider, requestHeaders: ['x-user'] }),
});
door.route('GET /open/{page}', page, { authorizer: ExternalAuthorizer.none() });
door.route('ANY /{rest+}', page);

claim('an external authorizer allows, denies and fails closed, on its routes alone', async lab => {
  await lab.istiod.addExtensionProviders(authorizersOf(asked));
  const here = await lab.deploy(asked, {});
  const status = async (path: string, user?: string) =>
    (await here.requestGateway(door, { path, headers: user === undefined ? {} : { 'x-user': user } })).status;
  const deciders = here.pods(decider);
  const paths = ['/closed', '/open', '/open/', '/open/a/b', '/%6fpen/a/b', '//open/a/b'];

  for (const pod of deciders) {
    await pod.takeSeen();
  }
  for (const path of paths) {
    assert.equal(await status(path, 'ann'), 200, path);
  }
  const seen = (await Promise.all(deciders.map(pod => pod.takeSeen()))).flat();
  assert.equal(seen.length, paths.length, 'a decision for each request');
  assert.equal(await status('/open/a'), 200);
  assert.deepEqual((await Promise.all(deciders.map(pod => pod.takeSeen()))).flat(), [], 'and none for an open route');

  for (const pod of deciders) {
    await pod.configureResponse({ status: 401 });
  }
  await here.pod(page).takeSeen();
  for (const path of paths) {
    assert.equal(await status(path, 'ann'), 401, path);
  }
  assert.deepEqual(await here.pod(page).takeSeen(), []);
  assert.equal(await status('/open/a'), 200);

  lab.plane.kubectl('-n', 'asked', 'scale', 'deployment', 'decider-v1', '--replicas=0');
  await until('the authorizer is gone', async () => (await status('/closed')) === 403);
  for (const path of paths) {
    assert.equal(await status(path), 403, `${path} without an authorizer`);
  }
  assert.equal(await status('/open/a'), 200);
  assert.deepEqual(
    (await here.pod(page).takeSeen()).map(each => each.path),
    ['/open/a', '/open/a'],
  );
});

const forwarded = new Topology('forwarded');
const vault = forwarded.addService('vault', { image: 'vault', port: Port.tls(8443) });
const db = forwarded.addService('db', { image: 'db', port: Port.tcp(5432) });
const accounts = forwarded.addService('accounts', { image: 'accounts', port: Port.http(80, { target: 8080 }) });
const issuer = new TokenIssuer('https://login.lab.example');
const mixed = forwarded.addEdge('mixed', {
  host: 'mixed.lab.example',
  alternativeHosts: ['www.mixed.lab.example'],
  tlsSecret: 'mixed-tls',
});
mixed.route('GET /accounts', accounts, {
  auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['shop'], jwks: issuer.jwks }),
});
mixed.passthrough('vault.lab.example', vault);
mixed.tcp(7000, db);

claim(
  'an edge forwards TLS by server name and TCP by port as they are, and its requests still need tokens',
  async lab => {
    const here = await lab.deploy(forwarded, {
      before: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'forwarded' } },
        tlsSecret(lab, 'forwarded', 'mixed-tls', mixed.host),
      ],
    });
    const address = here.addressOfGateway(mixed);
    const hello = await clientHello('vault.lab.example');

    const fromVault = await exchange(address, 443, hello);
    assert.match(fromVault, /^vault v1 /);
    assert.ok(
      fromVault.includes('vault.lab.example'),
      'the service gets the greeting of the client with its server name',
    );
    assert.match(await exchange(address, 7000, Buffer.from('hello')), /^db v1 .* hello$/);
    assert.doesNotMatch(await exchange(address, 443, await clientHello('other.lab.example')), /^vault/);

    const status = async (host: string, headers = {}) =>
      (await here.requestGateway(mixed, { host, path: '/accounts', headers })).status;
    for (const host of mixed.hosts) {
      assert.equal(await status(host), 403, `${host} without a token`);
      assert.equal(await status(host, issuer.bearer('shop')), 200, `${host} with one`);
    }
    const disguised = await requestAddress({
      address,
      port: 443,
      path: '/accounts',
      headers: { host: 'vault.lab.example' },
      tls: { servername: mixed.host },
    });
    assert.ok([403, 404].includes(disguised.status), `the name of the service as a host: ${disguised.status}`);
  },
);
