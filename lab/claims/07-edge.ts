import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { Duration } from 'cdk8s';
import { Auth, Port, RateLimit, Topology } from '../../lib';
import { certificateOf, tlsSecret } from '../certificates';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { TokenIssuer } from '../tokens';
import type { World } from '../world';

const issuer = new TokenIssuer('https://login.lab.example');
const topology = new Topology('edge');
const http = () => Port.http(80, { target: 8080 });
const catalog = topology.addService('catalog', { image: 'catalog', port: http() });
const orders = topology.addService('orders', { image: 'orders', port: http() });
const ledger = topology.addService('ledger', { image: 'ledger', port: http() });
orders.calls(ledger);

const shop = topology.addEdge('shop', { host: 'shop.lab.example', tlsSecret: 'shop-tls' });
const tokens = (...audiences: string[]) => Auth.jwt({ issuer: issuer.issuer, audiences, jwks: issuer.jwks });
shop.route('GET /products/{id}', catalog);
shop.route('GET /orders', orders, { auth: tokens('shop') });
shop.route('GET /invoices', orders, { auth: tokens('accounting') });

const plain = topology.addEdge('plain', { host: 'plain.lab.example' });
plain.route('GET /products/{id}', catalog);
plain.route('GET /rare', catalog, { rateLimit: RateLimit.perSecond(1, 5) });

const pages = topology.addEdge('pages', {
  host: 'pages.lab.example',
  cors: {
    origins: ['https://www.lab.example'],
    headers: ['authorization', 'x-page'],
    exposedHeaders: ['x-total'],
    maxAge: Duration.minutes(5),
  },
});
pages.route('GET /orders', orders, { auth: tokens('shop') });
pages.route('POST /orders', orders, {
  auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['shop'], scopes: ['orders:write', 'admin'], jwks: issuer.jwks }),
});
pages.route('ANY /any', orders, { auth: tokens('shop') });

const partners = topology.addEdge('partners', {
  host: 'partners.lab.example',
  tlsSecret: 'partners-tls',
  clientCa: 'partners-ca',
});
partners.route('GET /products/{id}', catalog);

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> =>
  (deployed ??= lab.deploy(topology, {
    before: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'edge' } },
      tlsSecret(lab, 'edge', 'shop-tls', shop.host),
      tlsSecret(lab, 'edge', 'partners-tls', partners.host),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'partners-ca', namespace: 'edge' },
        data: { 'ca.crt': certificateOf(lab, 'partner').cert },
      },
    ],
  }));

claim('an edge serves its host and paths, each from the service of the route', async lab => {
  const here = await world(lab);
  for (const edge of [shop, plain]) {
    const reply = await here.requestGateway(edge, { path: '/products/7' });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.from?.service, 'catalog');
    assert.equal(reply.from.path, '/products/7');
  }
  const orders = await here.requestGateway(shop, { path: '/orders', headers: issuer.bearer('shop') });
  assert.equal(orders.from?.service, 'orders', orders.text);
});

claim('an edge responds 404 to all that no route matches: another path, method or host', async lab => {
  const here = await world(lab);
  for (const pod of [here.pod(catalog), here.pod(orders), here.pod(ledger)]) {
    await pod.takeSeen();
  }
  const paths = [
    '/',
    '/products',
    '/products/',
    '/products/7/parts',
    '/products/7/../../admin',
    '/admin',
    '/healthz',
    '/healthz/ready',
    '/stats/prometheus',
    '/ORDERS',
    '/orders;a',
    '/%6frders/',
    '/ledger',
  ];
  for (const edge of [shop, plain]) {
    for (const path of paths) {
      const { status, text } = await here.requestGateway(edge, { path });
      assert.equal(status, 404, `${edge.name} ${path}: ${text}`);
      assert.equal(text, '', 'and says no more');
    }
    assert.equal(
      (await here.requestGateway(edge, { path: '//orders' })).status,
      edge === shop ? 403 : 404,
      'slashes are merged before anybody looks',
    );
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const { status, text } = await here.requestGateway(edge, { method, path: '/products/7' });
      assert.equal(status, 404, `${edge.name} ${method}: ${text}`);
    }
  }
  for (const host of ['other.lab.example', 'ledger', 'ledger.edge.svc.cluster.local', plain.host + '.evil.example']) {
    const { status, text } = await here.requestGateway(plain, { path: '/products/7', host });
    assert.equal(status, 404, `${host}: ${text}`);
  }
  for (const pod of [here.pod(catalog), here.pod(orders), here.pod(ledger)]) {
    assert.deepEqual(await pod.takeSeen(), [], `${pod.name} saw nothing of it`);
  }
});

claim('an edge with TLS shows the certificate of its Secret, and sends plain HTTP there', async lab => {
  const here = await world(lab);
  const [gateway] = lab.kubelet.pods('edge', { 'gateway.networking.k8s.io/gateway-name': shop.name });
  assert.ok(gateway);
  const shown = await new Promise<X509Certificate>((resolve, reject) => {
    const socket = connect(
      { host: gateway.network.ip, port: 443, servername: shop.host, rejectUnauthorized: false },
      () => {
        resolve(new X509Certificate(socket.getPeerCertificate().raw));
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
  const { data } = await lab.plane.api.get<{ data: Record<string, string> }>(
    '/api/v1/namespaces/edge/secrets/shop-tls',
  );
  assert.equal(shown.fingerprint256, new X509Certificate(Buffer.from(data['tls.crt'] ?? '', 'base64')).fingerprint256);

  const redirected = await here.requestGateway(shop, { path: '/products/7', plain: true });
  assert.equal(redirected.status, 301);
  assert.equal(redirected.headers.location, `https://${shop.host}/products/7`);
});

claim('a route with a token check allows a valid token for its audience, and denies any other request', async lab => {
  const here = await world(lab);
  const stranger = new TokenIssuer(issuer.issuer);
  const cases: [string, Readonly<Record<string, string>>, number][] = [
    ['valid', issuer.bearer('shop'), 200],
    ['missing', {}, 403],
    ['expired', issuer.bearer('shop', -600), 401],
    ['for another audience', issuer.bearer('elsewhere'), 403],
    ['for the audience of another route', issuer.bearer('accounting'), 403],
    ['signed by another key', stranger.bearer('shop'), 401],
    ['of another issuer', new TokenIssuer('https://other.lab.example').bearer('shop'), 401],
    ['no token at all', { authorization: 'Bearer nonsense' }, 401],
  ];
  const callee = here.pod(orders);
  for (const [what, headers, expected] of cases) {
    await callee.takeSeen();
    const { status, text } = await here.requestGateway(shop, { path: '/orders', headers });
    assert.equal(status, expected, `${what}: ${text}`);
    assert.equal((await callee.takeSeen()).length, expected === 200 ? 1 : 0, `${what}: seen by the service`);
  }
  assert.equal(
    (await here.requestGateway(shop, { path: '/invoices', headers: issuer.bearer('accounting') })).status,
    200,
  );
  assert.equal(
    (await here.requestGateway(shop, { path: '/products/7' })).status,
    200,
    'a route without a check needs none',
  );
});

claim('a throttled route responds 429 beyond its burst, and other routes are unaffected', async lab => {
  const here = await world(lab);
  const started = Date.now();
  const statuses = await Promise.all(
    Array.from({ length: 30 }, async () => (await here.requestGateway(plain, { path: '/rare?n=1' })).status),
  );
  const refilled = Math.ceil((Date.now() - started) / 1000);
  const passed = statuses.filter(status => status === 200).length;
  assert.ok(passed >= 5 && passed <= 5 + refilled, `${passed} passed, a burst of 5 and at most ${refilled} more`);
  assert.equal(statuses.filter(status => status === 429).length, 30 - passed);
  assert.equal((await here.requestGateway(plain, { path: '/products/7' })).status, 200);
});

claim('a route that requires scopes accepts a token that has one of them among others', async lab => {
  const here = await world(lab);
  const post = async (scope?: string) =>
    (
      await here.requestGateway(pages, {
        method: 'POST',
        path: '/orders',
        headers: issuer.bearer('shop', 600, scope ? { scope } : {}),
      })
    ).status;
  assert.equal(await post('orders:read orders:write'), 200);
  assert.equal(await post('admin'), 200);
  assert.equal(await post('orders:read'), 403);
  assert.equal(await post('orders:write-not'), 403);
  assert.equal(await post(), 403);
});

claim(
  'a page of a declared origin can send requests and read responses, others cannot, and tokens are always verified',
  async lab => {
    const here = await world(lab);
    const callee = here.pod(orders);
    await callee.takeSeen();
    const preflight = (path: string, origin: string, method = 'GET') =>
      here.requestGateway(pages, {
        method: 'OPTIONS',
        path,
        headers: { origin, 'access-control-request-method': method },
      });

    for (const path of ['/orders', '/any']) {
      const { status, headers } = await preflight(path, 'https://www.lab.example');
      assert.equal(status, 200);
      assert.equal(headers['access-control-allow-origin'], 'https://www.lab.example');
      assert.match(String(headers['access-control-allow-methods']), /GET.*POST/);
      assert.match(String(headers['access-control-allow-headers']), /authorization,.*x-page/);
      assert.equal(headers['access-control-max-age'], '300');
      const foreign = await preflight(path, 'https://evil.example');
      assert.equal(foreign.headers['access-control-allow-origin'], undefined);
      assert.equal(foreign.status, 403);
    }
    assert.equal((await preflight('/admin', 'https://www.lab.example')).status, 404);
    assert.equal((await here.requestGateway(pages, { method: 'OPTIONS', path: '/any' })).status, 403);
    assert.deepEqual(await callee.takeSeen(), [], 'the service saw none of it');

    const { status, headers } = await here.requestGateway(pages, {
      path: '/orders',
      headers: { ...issuer.bearer('shop'), origin: 'https://www.lab.example' },
    });
    assert.equal(status, 200);
    assert.equal(headers['access-control-allow-origin'], 'https://www.lab.example');
    assert.equal(headers['access-control-expose-headers'], 'x-total');
    assert.equal(
      (await here.requestGateway(pages, { path: '/orders', headers: { origin: 'https://www.lab.example' } })).status,
      403,
      'the page needs a token as anybody does',
    );
  },
);

claim('an edge with an authority of clients accepts connections with its certificates, and no others', async lab => {
  const here = await world(lab);
  const request = (client?: { readonly key: string; readonly cert: string }) =>
    here.requestGateway(partners, { path: '/products/7', ...client });
  assert.equal((await request(certificateOf(lab, 'partner'))).status, 200);
  await assert.rejects(request(), /alert|ECONNRESET|socket hang up/i);
  await assert.rejects(request(certificateOf(lab, 'stranger')), /alert|ECONNRESET|socket hang up/i);
});
