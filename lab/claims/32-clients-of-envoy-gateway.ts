import assert from 'node:assert/strict';
import { connect, type SecureVersion } from 'node:tls';
import { ClientCertificates, ExternalAuthorizer, Port, TlsVersion, Topology } from '../../lib';
import { certificateOf } from '../certificates';
import { claim } from '../claims';
import { clientHello, exchange } from '../connections';
import type { Lab } from '../lab';
import { HOST } from '../network';
import { StandaloneGateway } from '../standalone-gateway';
import { TokenIssuer } from '../tokens';

const topology = new Topology('clients-of-envoy');
const web = topology.addService('web', { image: 'web', port: Port.http(8080) });
const several = topology.addEdge('several', {
  host: 'shop.lab.example',
  alternativeHosts: ['www.lab.example', '*.shops.lab.example', 'shop.partner.example'],
  tlsSecret: 'shop-tls',
  tlsSecrets: { 'shop.partner.example': 'partner-tls' },
  clientCa: 'clients-ca',
  clientCertificates: ClientCertificates.OPTIONAL,
  minTlsVersion: TlsVersion.V1_3,
  allowedCidrs: ['203.0.113.0/24'],
  deniedCidrs: ['203.0.113.66/32'],
  trustedProxies: { cidrs: [`${HOST}/32`] },
});
several.route('GET /page', web);

/** An edge whose requests an external authorizer decides about. */
function askedBy(name: string) {
  const asked = new Topology(name);
  const page = asked.addService('page', { image: 'page', port: Port.http(8080) });
  const decider = asked.addService('decider', { image: 'decider', port: Port.http(8080) });
  const door = asked.addEdge('door', {
    host: 'asked.lab.example',
    authorizer: ExternalAuthorizer.of({ service: decider, requestHeaders: ['x-user'] }),
  });
  door.route('GET /open/{page}', page, { authorizer: ExternalAuthorizer.none() });
  door.route('ANY /{rest+}', page);
  return { asked, page, decider, door };
}

const { asked, page, decider, door } = askedBy('asked-by-envoy');
const vault = asked.addService('vault', { image: 'vault', port: Port.tls(8443) });
const db = asked.addService('db', { image: 'db', port: Port.tcp(5432) });
door.passthrough('vault.lab.example', vault);
door.tcp(7000, db);

/** The same with SecurityPolicies of which a part is invalid. */
const invalid = askedBy('invalid-at-envoy');

const base64 = (text: string) => Buffer.from(text).toString('base64');

function secret(lab: Lab, name: string, host: string): object {
  const { key, cert } = certificateOf(lab, `envoy-${name}`, host);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name, namespace: topology.name },
    data: { 'tls.key': base64(key), 'tls.crt': base64(cert) },
  };
}

const FORWARDED = { 'x-forwarded-for': '203.0.113.7' };
let started: Promise<StandaloneGateway> | undefined;

async function gateway(lab: Lab): Promise<StandaloneGateway> {
  started ??= StandaloneGateway.start(lab, topology, {
    before: [
      secret(lab, 'shop-tls', 'shop.lab.example'),
      secret(lab, 'partner-tls', 'shop.partner.example'),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'clients-ca', namespace: topology.name },
        data: { 'ca.crt': certificateOf(lab, 'client').cert },
      },
    ],
  });
  const here = await started;
  await here.answers(several, { path: '/page', headers: FORWARDED }, 200);
  return here;
}

claim('Envoy Gateway serves several hosts with their certificates, by TLS 1.3 alone if it is required', async lab => {
  const here = await gateway(lab);
  const handshake = (servername: string, maxVersion: SecureVersion) =>
    new Promise<string>((resolve, reject) => {
      const options = { host: here.address, port: 443, servername, rejectUnauthorized: false, maxVersion };
      const socket = connect(options, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });

  for (const host of ['shop.lab.example', 'www.lab.example', 'a.shops.lab.example', 'shop.partner.example']) {
    assert.equal((await here.requestGateway(several, { host, path: '/page', headers: FORWARDED })).status, 200, host);
    const redirected = await here.requestGateway(several, { host, path: '/page', plain: true, headers: FORWARDED });
    assert.equal(redirected.status, 301, host);
    await assert.rejects(handshake(host, 'TLSv1.2'), host);
  }
  assert.equal(await handshake('www.lab.example', 'TLSv1.3'), 'shop.lab.example');
  assert.equal(await handshake('shop.partner.example', 'TLSv1.3'), 'shop.partner.example');
});

claim('Envoy Gateway forwards an optional certificate, and neither an invalid one nor a forged header', async lab => {
  const here = await gateway(lab);
  const request = (certificate: object) =>
    here.requestGateway(several, {
      path: '/page',
      headers: { ...FORWARDED, 'x-forwarded-client-cert': 'Subject="CN=admin"' },
      ...certificate,
    });
  const certificateIn = async (certificate: object) =>
    String((await request(certificate)).from?.headers['x-forwarded-client-cert']);

  assert.equal(await certificateIn({}), 'undefined');
  assert.match(await certificateIn(certificateOf(lab, 'client')), /client\.example/);
  assert.doesNotMatch(await certificateIn(certificateOf(lab, 'client')), /admin/);
  await assert.rejects(request(certificateOf(lab, 'stranger')));
});

claim('Envoy Gateway compares the address that a trusted proxy appended, not one that a client sent', async lab => {
  const here = await gateway(lab);
  const status = async (entries?: string) =>
    (
      await here.requestGateway(several, {
        path: '/page',
        headers: entries === undefined ? {} : { 'x-forwarded-for': entries },
      })
    ).status;

  assert.equal(await status('203.0.113.7'), 200);
  assert.equal(await status('198.51.100.7, 203.0.113.7'), 200);
  assert.equal(await status('203.0.113.7, 198.51.100.7'), 403);
  assert.equal(await status('203.0.113.7, 203.0.113.66'), 403);
  assert.equal(await status(), 403);
});

claim('with Envoy Gateway an external authorizer decides on its routes alone, beside TLS and TCP', async lab => {
  const here = await StandaloneGateway.start(lab, asked, {});
  await here.answers(door, { path: '/open/a' }, 200);
  const status = async (path: string) => (await here.requestGateway(door, { path })).status;
  const paths = ['/closed', '/open', '/open/', '/open/a/b', '//open/a/b'];

  await here.answers(door, { path: '/closed' }, 200);
  await here.pod(decider).configureResponse({ status: 401 });
  await here.pod(page).takeSeen();
  for (const path of paths) {
    assert.equal(await status(path), 401, path);
  }
  assert.deepEqual(await here.pod(page).takeSeen(), []);
  assert.equal(await status('/open/a'), 200);

  await here.pod(decider).end();
  for (const path of paths) {
    assert.equal(await status(path), 403, `${path} without an authorizer`);
  }
  assert.equal(await status('/open/a'), 200);

  assert.match(await exchange(here.address, 443, await clientHello('vault.lab.example')), /^vault v1 /);
  assert.match(await exchange(here.address, 7000, Buffer.from('hello')), /^db v1 .* hello$/);
});

const TO_PAGE = { backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'page' }] };
const TO_NOTHING = { backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'none' }] };
const MOVED = { filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'www.lab.example' } }] };

/** A route of the door with a policy whose passwords are in a format that Envoy does not read. */
function broken(path: string, settings: object, action: object = TO_PAGE): object[] {
  const name = path.slice(1);
  const metadata = { name, namespace: invalid.asked.name };
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata,
      spec: {
        parentRefs: [{ name: 'door' }],
        hostnames: ['asked.lab.example'],
        rules: [{ matches: [{ path: { type: 'Exact', value: path } }], ...action }],
      },
    },
    {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'SecurityPolicy',
      metadata,
      spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name }], ...settings },
    },
  ];
}

const BASIC = { basicAuth: { users: { name: 'passwords' } } };
const AUTHORIZER = {
  extAuth: { http: { backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'decider' }] } },
};
const KEY = {
  apiKeyAuth: { credentialRefs: [{ name: 'keys' }], extractFrom: [{ headers: ['x-api-key'] }] },
};
const issuer = new TokenIssuer('https://login.lab.example');
const JWT = {
  jwt: { providers: [{ name: 'it', issuer: issuer.issuer, localJWKS: { type: 'Inline', inline: issuer.jwks } }] },
};

claim('Envoy Gateway evaluates the valid settings of a SecurityPolicy before the 500 of an invalid one', async lab => {
  const here = await StandaloneGateway.start(lab, invalid.asked, {
    before: [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'passwords', namespace: invalid.asked.name },
        data: { '.htpasswd': base64('ann:$2y$05$abc') },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'keys', namespace: invalid.asked.name },
        data: { client: base64('key') },
      },
      ...broken('/asked', { ...BASIC, ...AUTHORIZER }),
      ...broken('/token', { ...BASIC, ...JWT }),
      ...broken('/key', { ...BASIC, ...KEY }),
      ...broken('/rules', { ...BASIC, authorization: { defaultAction: 'Deny' } }),
      ...broken('/alone', BASIC),
      ...broken('/missing', { extAuth: { http: { backendRefs: [{ name: 'none', port: 80 }] } }, ...JWT }),
      ...broken('/moved', AUTHORIZER, MOVED),
      ...broken('/locked', JWT, MOVED),
      ...broken('/gone', AUTHORIZER, TO_NOTHING),
      ...broken('/lost', JWT, TO_NOTHING),
    ],
  });
  await here.answers(invalid.door, { path: '/alone' }, 500);
  await here.answers(invalid.door, { path: '/open/a' }, 200);

  await here.pod(invalid.decider).configureResponse({ status: 401 });
  await here.answers(invalid.door, { path: '/closed' }, 401);
  const expected = {
    '/asked': 401,
    '/token': 401,
    '/key': 401,
    '/rules': 403,
    '/alone': 500,
    '/missing': 401,
    '/moved': 401,
    '/locked': 401,
    '/gone': 401,
    '/lost': 401,
  };
  for (const [path, status] of Object.entries(expected)) {
    assert.equal((await here.requestGateway(invalid.door, { path })).status, status, path);
  }
});
