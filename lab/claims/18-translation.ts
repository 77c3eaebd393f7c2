import assert from 'node:assert/strict';
import { Auth, Port, Topology } from '../../lib';
import { catalogDescriptor } from '../../test/support/descriptors';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { TokenIssuer } from '../tokens';
import type { World } from '../world';

const issuer = new TokenIssuer('https://login.lab.example');
const topology = new Topology('translated');
const catalog = topology.addService('catalog', {
  image: 'catalog',
  port: Port.grpc(3550, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
});
const web = topology.addService('web', { image: 'web', port: Port.http(80, { target: 8080 }) });

const api = topology.addEdge('api', { host: 'api.lab.example' });
api.route('GET /products/{id}', catalog, { grpcMethod: 'GetProduct' });
api.route('POST /products', catalog, {
  grpcMethod: 'GetProduct',
  auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['shop'], jwks: issuer.jwks }),
});
api.route('GET /pages', web);

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> => (deployed ??= lab.deploy(topology));

/** The request that the service received, from the first field of its response. */
const askedBy = (text: string) =>
  JSON.parse((JSON.parse(text) as { id: string }).id) as {
    path: string;
    message: string;
    headers: Record<string, string>;
  };

claim('a REST request is answered by a gRPC method: parameters and query are fields of its request', async lab => {
  const here = await world(lab);
  const { status, text, headers } = await here.requestGateway(api, { path: '/products/OLJCESPC7Z?currency=EUR' });
  assert.equal(status, 200, text);
  assert.match(String(headers['content-type']), /^application\/json/);
  const asked = askedBy(text);
  assert.equal(asked.path, '/shop.Catalog/GetProduct');
  assert.equal(asked.message, '\n\nOLJCESPC7Z\x12\x03EUR');
  assert.match(String(asked.headers['x-forwarded-client-cert']), /sa\/api-istio/);
});

claim('a JSON body becomes the message of a gRPC request, behind the token check of its route', async lab => {
  const here = await world(lab);
  const post = (headers: Readonly<Record<string, string>>, body: string) =>
    here.requestGateway(api, {
      method: 'POST',
      path: '/products',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  const { status, text } = await post(issuer.bearer('shop'), '{"id":"abc"}');
  assert.equal(status, 200, text);
  assert.equal(askedBy(text).message, '\n\x03abc');
  assert.equal((await post({}, '{"id":"abc"}')).status, 403);
  assert.equal((await post(issuer.bearer('shop'), 'nonsense')).status, 400);
});

claim(
  'neither the method itself nor another of its service is reached, and other routes are not translated',
  async lab => {
    const here = await world(lab);
    for (const path of ['/shop.Catalog/GetProduct', '/shop.Catalog/ListProducts']) {
      assert.equal(
        (
          await here.requestGateway(api, {
            method: 'POST',
            path,
            body: '{}',
            headers: { 'content-type': 'application/json' },
          })
        ).status,
        404,
      );
    }
    assert.equal(
      (await here.requestGateway(api, { path: '/products/a?colour=red' })).status,
      400,
      'a field that is not there',
    );
    assert.equal((await here.requestGateway(api, { path: '/pages' })).from?.service, 'web');
  },
);

claim('a gRPC method that fails becomes the HTTP status of its gRPC status', async lab => {
  const here = await world(lab);
  await here.pod(catalog).configureResponse({ status: 500 });
  assert.equal((await here.requestGateway(api, { path: '/products/a' })).status, 503);
  await here.pod(catalog).configureResponse({});
});
