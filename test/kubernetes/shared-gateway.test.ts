import { Testing } from 'cdk8s';
import fc from 'fast-check';
import {
  Auth,
  ClusterApp,
  type EdgeProps,
  Mesh,
  type SharedGateway,
  type Target,
  Topology,
  TopologyChart,
  ValidationError,
} from '../../lib';
import { EnvoyGateway, EnvoyService } from '../../lib/gateway';
import { GatewayService } from '../../lib/istio';
import { one, plain, type Rendered } from '../istio/support';
import { trafficOf } from '../support/manifests';

const MESHES: [string, () => Target, () => Target][] = [
  ["Istio's gateway", () => Mesh.istio(), () => Mesh.istio({ gatewayService: GatewayService.CLUSTER_IP })],
  [
    'Envoy Gateway',
    () => Mesh.none({ gateway: new EnvoyGateway() }),
    () => Mesh.none({ gateway: new EnvoyGateway({ service: EnvoyService.CLUSTER_IP }) }),
  ],
];
const issuer = 'https://login.example';
const jwt = (audience = 'shop', of = issuer) => Auth.jwt({ issuer: of, audiences: [audience], jwksUri: `${of}/keys` });

function rendered(topologies: readonly Topology[], mesh: () => Target): Rendered[] {
  const app = new ClusterApp();
  return topologies.flatMap(
    topology => Testing.synth(new TopologyChart(app, topology.name, { topology, mesh: mesh() })) as Rendered[],
  );
}

/** The edges `api` of shop and `www` of blog, on one gateway or each on its own. */
function twoEdges(api: Partial<EdgeProps> = {}, www: Partial<EdgeProps> = {}, isShared = true) {
  const [shop, blog] = [new Topology('shop'), new Topology('blog')];
  const shared = isShared ? { gateway: shop.addSharedGateway('public') } : {};
  const door = shop.addEdge('api', { ...shared, host: 'api.shop.example', ...api });
  const pages = blog.addEdge('www', { ...shared, host: 'www.blog.example', ...www });
  door.route('GET /orders', plain(shop, 'orders'), { auth: jwt() });
  door.route('GET /open', plain(shop, 'open'));
  pages.route('ANY /*', plain(blog, 'posts'));
  return [shop, blog] as const;
}

describe.each(MESHES)('%s', (_, mesh, behind) => {
  test('serves the edges of two topologies with one Gateway, of the topology that declares it', () => {
    const objects = rendered(twoEdges({ tlsSecret: 'a' }, { tlsSecret: 'b' }), mesh);
    const [gateway, ...others] = objects.filter(({ kind }) => kind === 'Gateway');

    expect(others).toEqual([]);
    expect(gateway?.metadata).toMatchObject({ name: 'public', namespace: 'shop' });
    expect(
      gateway?.spec.listeners.map((each: { name: string; hostname: string }) => [each.name, each.hostname]),
    ).toEqual([
      ['http.api.shop.example', 'api.shop.example'],
      ['http.www.blog.example', 'www.blog.example'],
      ['https.api.shop.example', 'api.shop.example'],
      ['https.www.blog.example', 'www.blog.example'],
    ]);
    expect(one(objects, 'HTTPRoute', 'www').metadata.namespace).toBe('shop');
    expect(one(objects, 'HTTPRoute', 'www').spec.parentRefs).toEqual([
      { name: 'public', sectionName: 'https.www.blog.example' },
    ]);
    expect(one(objects, 'HTTPRoute', 'www-redirect').spec.parentRefs).toEqual([
      { name: 'public', sectionName: 'http.www.blog.example' },
    ]);
  });

  test('has one listener without a host for a certificate of several edges', () => {
    const objects = rendered(
      twoEdges(
        { tlsSecret: 'tls' },
        { tlsSecret: 'tls', alternativeHosts: ['c.example'], tlsSecrets: { 'c.example': 'c' } },
      ),
      mesh,
    );
    const listeners: { name: string; hostname?: string }[] = one(objects, 'Gateway', 'public').spec.listeners;

    expect(
      listeners.filter(({ name }) => name.startsWith('https')).map(({ name, hostname }) => [name, hostname]),
    ).toEqual([
      ['https', undefined],
      ['https.c.example', 'c.example'],
    ]);
    expect(
      one(objects, 'HTTPRoute', 'www').spec.parentRefs.map((each: { sectionName: string }) => each.sectionName),
    ).toEqual(['https', 'https.c.example']);
  });

  test('rejects two certificates of several hosts each', () => {
    const topologies = twoEdges(
      { tlsSecret: 'a', alternativeHosts: ['a.example'] },
      { tlsSecret: 'b', alternativeHosts: ['b.example'] },
    );
    expect(() => rendered(topologies, mesh)).toThrow(/"a" of shop\/api and "b" of blog\/www/);
  });

  test('rejects more listeners than a Gateway has', () => {
    const shop = new Topology('shop');
    const gateway = shop.addSharedGateway('public');
    for (let index = 0; index < 65; index++) {
      shop.addEdge(`e${index}`, { gateway, host: `h${index}.example` }).route('GET /', plain(shop, `s${index}`));
    }
    expect(() => rendered([shop], mesh)).toThrow(/65 listeners/);
  });

  test('rejects a gateway without an edge', () => {
    const shop = new Topology('shop');
    shop.addSharedGateway('public');
    plain(shop, 'web');
    expect(() => rendered([shop], mesh)).toThrow(/No edge is on the shared gateway/);
  });

  test('is complete when it is rendered: later declarations of any of its topologies throw', () => {
    const [shop, blog] = twoEdges();
    rendered([shop], mesh);
    expect(() => plain(blog, 'late')).toThrow(ValidationError);
    const [gateway] = shop.sharedGateways as readonly [SharedGateway];
    expect(() => new Topology('third').addEdge('x', { gateway, host: 'x.example' })).toThrow(/already rendered/);
  });

  test('denies an address for the edge that lists it and not for another', () => {
    const traffic = trafficOf(rendered(twoEdges({ deniedCidrs: ['203.0.113.0/24'] }), mesh));
    traffic.fromInternet('GET http://api.shop.example/open', { address: '203.0.113.5' }).expectDenied(403);
    traffic.fromInternet('GET http://api.shop.example/open', { address: '198.51.100.5' }).expectAllowed();
    traffic.fromInternet('GET http://www.blog.example/', { address: '203.0.113.5' }).expectAllowed();
  });

  test('rejects a denied address behind an existing load balancer, also of a later edge', () => {
    expect(() => rendered(twoEdges({}, { deniedCidrs: ['203.0.113.0/24'] }), behind)).toThrow(
      /blog\/www.*deniedCidrs/s,
    );
  });

  test('decides about each request as a gateway of its own would, and denies the tokens of other edges', () => {
    const auth = fc.constantFrom(Auth.none(), jwt(), jwt('other'), jwt('shop', 'https://second.example'));
    const host = fc.constantFrom('a.example', 'b.example', '*.w.example', 'x.w.example', '*.x.w.example');
    const operation = fc.constantFrom('GET /a', 'ANY /a', 'GET /{id}', 'ANY /*', 'GET /a/*');
    const routes = fc.uniqueArray(fc.tuple(operation, auth), {
      minLength: 1,
      maxLength: 3,
      selector: ([each]) => each,
    });
    const edges = fc.uniqueArray(fc.tuple(host, routes), { minLength: 2, maxLength: 3, selector: ([each]) => each });
    const tokens = [
      undefined,
      ...['shop', 'other'].flatMap(aud => [issuer, 'https://second.example'].map(iss => ({ iss, aud, sub: 'ann' }))),
    ];

    fc.assert(
      fc.property(edges, fc.constantFrom(...tokens), fc.constantFrom('/a', '/b', '/a/b'), (declared, claims, path) => {
        // Istio's gateway rejects wildcards of two edges.
        fc.pre(!mesh().mutualTls || declared.filter(([name]) => name.startsWith('*')).length < 2);
        const model = (isShared: boolean) => {
          const shop = new Topology('shop');
          const gateway = isShared ? shop.addSharedGateway('public') : undefined;
          const services = declared.map((_each, index) => plain(shop, `s${index}`));
          declared.forEach(([name, rules], index) => {
            const edge = shop.addEdge(`e${index}`, { gateway, host: name });
            rules.forEach(([text, needs]) => services[index] && edge.route(text, services[index], { auth: needs }));
          });
          return trafficOf(rendered([shop], mesh));
        };
        const [shared, own] = [model(true), model(false)];
        for (const asked of ['a.example', 'b.example', 'y.w.example', 'x.w.example', 'z.x.w.example', 'A.example:80']) {
          const request = `GET http://${asked}${path}`;
          const [there, here] = [shared, own].map(each => each.fromInternet(request, { claims }).outcomes[0]);
          const [, rules = []] = declared[Number(/s(\d)-/.exec(here?.destination ?? '')?.[1])] ?? [];
          if (claims === undefined || there?.destination || rules.some(([, needs]) => needs.token)) {
            expect([request, claims, there?.destination]).toEqual([request, claims, here?.destination]);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
