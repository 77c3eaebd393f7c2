import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { Auth, ClusterApp, type Edge, type Front, Mesh, Port, Topology, TopologyChart } from '../../../lib';
import { Manifests, Traffic } from '../../../lib/testing';
import { httpTemplate, restTemplate } from '../../aws/support';
import { httpFront, restFront } from '../../support/fronts';
import { temporaryFolder } from '../../support/temporary-folder';

const issuer = 'https://login.example';

/** A shop behind a managed API: what both apps write, in one folder. */
function trafficBehind(front: Front, template: (edge: Edge) => Template): Traffic {
  const topology = new Topology('shop');
  const orders = topology.addService('orders', { image: 'example/orders:1', port: Port.http(80, { target: 8080 }) });
  const edge = topology.addEdge('door', { host: 'shop.example', tlsSecret: 'door-tls', front });
  edge.route('GET /orders/{id}', orders, { auth: Auth.jwt({ issuer, audiences: ['shop'] }) });
  edge.route('GET /news', orders);
  const app = new ClusterApp();
  new TopologyChart(app, 'shop', { topology, mesh: Mesh.istio() });

  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'cluster.yaml'),
    Manifests.ofApp(app)
      .objects.map(each => JSON.stringify(each))
      .join('\n---\n'),
  );
  writeFileSync(join(folder, 'Stack.template.json'), JSON.stringify(template(edge).toJSON()));
  return Traffic.of(Manifests.ofDirectory(folder));
}

const claims = { iss: issuer, sub: 'ann', aud: 'shop' };

test.each<[string, Front, (edge: Edge) => Template]>([
  ['an HTTP API', httpFront, edge => httpTemplate(edge, ({ certificate }) => ({ certificate }))],
  ['a REST API', restFront, edge => restTemplate(edge, ({ certificate }) => ({ certificate }))],
])('a request through %s reaches the gateway too, and then its service', (_name, front, template) => {
  const traffic = trafficBehind(front, template);

  const news = traffic.fromInternet('GET https://shop.example/news?page=2');
  news.expectRoutedTo('orders');
  expect(news.outcomes.map(each => each.path)).toEqual(['/news?page=2']);
  expect(news.timeout).toBe(29_000);

  traffic.fromInternet('GET https://shop.example/orders/7', { claims }).expectRoutedTo('orders');
  traffic.fromInternet('GET https://shop.example/orders/7').expectDenied(401);
  traffic.fromInternet('GET https://shop.example/orders/7', { claims: { ...claims, aud: 'else' } }).expectDenied();
  traffic.fromInternet('GET https://shop.example/admin').expectDenied();
});

test('the path through both is explained step by step', () => {
  const steps = trafficBehind(httpFront, edge => httpTemplate(edge, ({ certificate }) => ({ certificate })))
    .fromInternet('GET https://shop.example/news')
    .explain()
    .split('\n')
    .slice(1);
  const places = [
    'the route GET /news matches',
    'sends the request to https://shop.example:443/news',
    'accepted by the gateway shop/door',
    'routed by HTTPRoute shop/door',
    'routed to shop/orders-v1:8080 with path /news',
  ].map(step => steps.findIndex(each => each.includes(step)));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places).not.toContain(-1);
});

test(
  'a preflight is answered by the API and by the gateway alike, and the gateway denies what merely '
    + 'looks like one, on a route of any method that requires a token',
  () => {
    const statuses = (front?: Front, template?: (edge: Edge) => Template): (number | undefined)[] => {
      const topology = new Topology('shop');
      const port = Port.http(80, { target: 8080 });
      const orders = topology.addService('orders', { image: 'example/orders:1', port });
      const edge = topology.addEdge('door', {
        host: 'shop.example',
        tlsSecret: 'door-tls',
        ...(front && { front }),
        cors: { origins: ['https://www.shop.example'] },
      });
      edge.route('ANY /{path+}', orders, { auth: Auth.jwt({ issuer, audiences: ['shop'] }) });
      const app = new ClusterApp();
      new TopologyChart(app, 'shop', { topology, mesh: Mesh.istio() });
      const cluster = Manifests.ofApp(app).objects.map(each => JSON.stringify(each));
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'cluster.yaml'), cluster.join('\n---\n'));
      if (template) {
        writeFileSync(join(folder, 'Stack.template.json'), JSON.stringify(template(edge).toJSON()));
      }
      const traffic = Traffic.of(Manifests.ofDirectory(folder));
      const preflight = { origin: 'https://www.shop.example', 'access-control-request-method': 'POST' };
      return [preflight, {}].flatMap(headers =>
        traffic.fromInternet('OPTIONS https://shop.example/orders', { headers }).outcomes.map(each => each.status),
      );
    };

    expect(statuses()).toEqual([200, 403]);
    expect(statuses(httpFront, edge => httpTemplate(edge, ({ certificate }) => ({ certificate })))).toEqual([204, 403]);
    // A REST API answers OPTIONS itself, whatever it is.
    expect(statuses(restFront, edge => restTemplate(edge, ({ certificate }) => ({ certificate })))).toEqual([204, 204]);
  },
);
