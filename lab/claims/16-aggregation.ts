import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { Auth, Port, Topology } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { TokenIssuer } from '../tokens';
import type { World } from '../world';

const issuer = new TokenIssuer('https://login.lab.example');
const topology = new Topology('home');
const http = () => Port.http(80, { target: 8080 });
const catalog = topology.addService('catalog', { image: 'catalog', port: http() });
const ads = topology.addService('ads', { image: 'ads', port: http() });
const stock = topology.addService('stock', { image: 'stock', port: http() });

const api = topology.addEdge('api', { host: 'api.lab.example' });
api.aggregate(
  'GET /home/{user}',
  {
    products: { service: catalog, path: '/products' },
    ads: { service: ads, path: '/for/{user}', timeout: Duration.millis(700) },
  },
  { timeout: Duration.seconds(5) },
);
api.aggregate(
  'GET /account',
  { orders: { service: catalog, path: '/orders' }, stock: { service: stock, path: '/stock' } },
  {
    auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['shop'], jwks: issuer.jwks }),
  },
);

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> => (deployed ??= lab.deploy(topology));

type Answer = Record<
  string,
  { readonly service: string; readonly path: string; readonly headers: Record<string, string> } & {
    readonly http_status_code?: number;
  }
>;

claim(
  'an aggregate contains the response of each of its parts, which the aggregator requests under its own identity',
  async lab => {
    const here = await world(lab);
    const { status, text, headers } = await here.requestGateway(api, { path: '/home/ann' });
    assert.equal(status, 200, text);
    const result = JSON.parse(text) as Answer;
    assert.equal(result.products?.service, 'catalog');
    assert.equal(result.products.path, '/products');
    assert.equal(result.ads?.path, '/for/ann');
    assert.match(result.ads.headers['x-forwarded-client-cert'] ?? '', /\/ns\/home\/sa\/api-aggregator/);
    assert.equal(headers['x-krakend-completed'], 'true');
  },
);

claim('a part that fails or times out is left out with its error, and delays no other part', async lab => {
  const here = await world(lab);
  for (const [behaviour, status] of [
    [{ status: 500 }, 500],
    [{ delayMs: 3000 }, 504],
  ] as const) {
    await here.pod(ads).configureResponse(behaviour);
    const { text, headers, ms } = await here.requestGateway(api, { path: '/home/ann' });
    const result = JSON.parse(text) as Answer;
    assert.equal(result.products?.service, 'catalog', text);
    assert.equal(result.ads, undefined);
    assert.equal(result.error_ads?.http_status_code, status, text);
    assert.equal(headers['x-krakend-completed'], 'false');
    assert.ok(ms < 2500, `${ms} ms`);
  }
  await here.pod(ads).configureResponse({});
});

claim(
  'an aggregate forwards the token and the trace, and no other header; without the token no part is requested',
  async lab => {
    const here = await world(lab);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await here.pod(stock).takeSeen();
    assert.equal((await here.requestGateway(api, { path: '/account' })).status, 403);
    assert.deepEqual(await here.pod(stock).takeSeen(), []);

    const token = issuer.bearer('shop');
    const { text } = await here.requestGateway(api, {
      path: '/account',
      headers: { ...token, traceparent, 'x-secret': 'mine', cookie: 'a=b' },
    });
    const { stock: part } = JSON.parse(text) as Answer;
    assert.equal(part?.headers.authorization, token.authorization);
    assert.match(part.headers.traceparent ?? '', /^00-0af7651916cd43dd8448eb211c80319c-/);
    assert.equal(part.headers['x-secret'], undefined);
    assert.equal(part.headers.cookie, undefined);
  },
);

claim('the aggregator is allowed the declared requests to its parts, and no other caller is', async lab => {
  const here = await world(lab);
  for (const path of ['/products', '/orders', '/for/ann']) {
    assert.equal((await here.requestGateway(api, { path })).status, 404);
  }
  assert.ok(
    [0, 403].includes((await here.sendOnce(catalog, stock, { path: '/stock' })).status),
    'another part may not',
  );
});
