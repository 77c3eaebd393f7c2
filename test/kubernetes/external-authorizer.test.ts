import { Duration, Testing } from 'cdk8s';
import fc from 'fast-check';
import {
  Auth,
  ClusterApp,
  ExternalAuthorizer,
  type ExternalAuthorizerProps,
  FailureMode,
  IstioInstallation,
  Mesh,
  Port,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { asked, tables } from '../support/overlapping-routes';
import { trafficOf } from '../support/manifests';

const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], jwksUri: 'https://login.example/keys' });
const claims = { iss: 'https://login.example', sub: 'ann', aud: 'shop' };
const GRPC = Port.grpc(9001);

function shopWith(props: Omit<ExternalAuthorizerProps, 'service'> = {}, port = GRPC, namespace?: string) {
  const shop = new Topology('shop');
  const [web, decider] = [plain(shop, 'web'), plain(shop, 'decider', { port, namespace })];
  return { shop, web, authorizer: ExternalAuthorizer.of({ service: decider, ...props }) };
}

function doorWith(...declared: Parameters<typeof shopWith>): Topology {
  const { shop, web, authorizer } = shopWith(...declared);
  const edge = shop.addEdge('door', { host: 'shop.example', authorizer });
  edge.route('GET /', web, { authorizer: ExternalAuthorizer.none() });
  edge.route('GET /carts', web);
  edge.route('GET /orders/{id}', web, { auth: jwt });
  return shop;
}

const render = (shop: Topology, mesh: Target = Mesh.istio()) =>
  Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh })) as Rendered[];

const installation = (...topologies: Topology[]) =>
  Testing.synth(new IstioInstallation(new ClusterApp(), 'istio', { topologies })) as Rendered[];

test('a route without an authorizer has that of its edge', () => {
  const { shop, web, authorizer } = shopWith();
  const edge = shop.addEdge('door', { host: 'shop.example', authorizer });
  edge.route('GET /', web);
  edge.redirect('GET /a', { path: '/b' });
  expect([...edge.routes, ...edge.redirects].map(each => each.authorizer)).toEqual([authorizer, authorizer]);
});

describe("with Istio's gateway", () => {
  test('the authorizer decides about the routes that have it, in addition to their tokens', () => {
    const shop = doorWith();
    const objects = [...render(shop), ...installation(shop)];
    const allowing = trafficOf(objects);
    const denying = trafficOf(objects, { denyingAuthorizers: ['shop-door-authorizer'] });

    allowing.fromInternet('GET http://shop.example/').expectRoutedTo('web');
    denying.fromInternet('GET http://shop.example/').expectRoutedTo('web');
    allowing.fromInternet('GET http://shop.example/carts').expectRoutedTo('web');
    denying.fromInternet('GET http://shop.example/carts').expectDenied(403);
    allowing.fromInternet('GET http://shop.example/orders/1').expectDenied(403);
    allowing.fromInternet('GET http://shop.example/orders/1', { claims }).expectRoutedTo('web');
    denying.fromInternet('GET http://shop.example/orders/1', { claims }).expectDenied(403);
  });

  test('requests are denied if the mesh configuration does not contain the authorizer', () => {
    const traffic = trafficOf([...render(doorWith()), ...installation()]);

    traffic.fromInternet('GET http://shop.example/carts').expectDenied(403);
    traffic.fromInternet('GET http://shop.example/').expectRoutedTo('web');
  });

  test('the gateway is allowed to call the authorizer, and no other caller is', () => {
    const objects = render(doorWith());

    expect(one(objects, 'AuthorizationPolicy', 'decider').spec.rules).toEqual([
      {
        from: [{ source: { principals: ['cluster.local/ns/shop/sa/door-istio'] } }],
        to: [{ operation: { ports: ['9001'] } }],
      },
    ]);
    expect(one(objects, 'NetworkPolicy', 'decider').spec.ingress).toHaveLength(1);
    expect(
      one(objects, 'NetworkPolicy', 'door').spec.egress.map((each: { ports: object[] }) => each.ports),
    ).toContainEqual([{ protocol: 'TCP', port: 9001 }]);
  });

  test('the mesh configuration contains the authorizers of the topologies, which fail closed by default', () => {
    const config = (...declared: Parameters<typeof shopWith>) =>
      one(installation(doorWith(...declared)), 'IstioOperator', 'istio').spec.meshConfig.extensionProviders;

    expect(config()).toEqual([
      {
        name: 'shop-door-authorizer',
        envoyExtAuthzGrpc: { service: 'decider.shop.svc.cluster.local', port: 9001, failOpen: false },
      },
    ]);
    expect(
      config(
        { requestHeaders: ['cookie'], timeout: Duration.millis(500), failureMode: FailureMode.FAIL_OPEN },
        Port.http(80),
      ),
    ).toEqual([
      {
        name: 'shop-door-authorizer',
        envoyExtAuthzHttp: {
          service: 'decider.shop.svc.cluster.local',
          port: 80,
          failOpen: true,
          timeout: '500ms',
          includeRequestHeadersInCheck: ['authorization', 'cookie'],
        },
      },
    ]);
    expect(one(installation(), 'IstioOperator', 'istio').spec.meshConfig.extensionProviders).toBeUndefined();
  });

  test('no request that is routed to a route with an authorizer is allowed without its decision', () => {
    fc.assert(
      fc.property(tables, fc.array(fc.nat(2), { minLength: 7, maxLength: 7 }), asked, (routes, kinds, path) => {
        const { shop, web, authorizer } = shopWith();
        const edge = shop.addEdge('door', { host: 'shop.example' });
        const services = routes.map((_, index) => plain(shop, `s${index}`));
        routes.forEach((route, index) =>
          edge.route(`${route.method} ${route.path}`, services[index] ?? web, {
            ...(kinds[index] === 0 && { authorizer }),
            ...(kinds[index] === 1 ? { auth: jwt } : {}),
          }),
        );
        const traffic = trafficOf([...render(shop), ...installation(shop)], {
          denyingAuthorizers: ['shop-door-authorizer'],
        });
        for (const method of ['GET', 'POST', 'DELETE']) {
          const { outcomes } = traffic.fromInternet(`${method} http://shop.example${path}`, { claims });
          const reached = outcomes.map(each => each.destination).filter(each => each !== '');
          expect(reached.filter(each => kinds[Number(/s(\d)/.exec(each)?.[1])] === 0)).toEqual([]);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('routes of an edge cannot have different authorizers', () => {
    const { shop, web, authorizer } = shopWith();
    const edge = shop.addEdge('door', { host: 'shop.example', authorizer });
    edge.route('GET /', web);
    edge.route('GET /carts', web, {
      authorizer: ExternalAuthorizer.of({ service: authorizer.service ?? web, failureMode: FailureMode.FAIL_OPEN }),
    });

    expect(() => render(shop)).toThrow(/different external authorizers/);
    expect(() => render(shop, Mesh.none({ gateway: new EnvoyGateway() }))).not.toThrow();
  });
});

describe('with Envoy Gateway', () => {
  const mesh = () => Mesh.none({ gateway: new EnvoyGateway() });
  const extAuth = (shop: Topology) =>
    render(shop, mesh())
      .filter(each => each.kind === 'SecurityPolicy')
      .map(each => each.spec.extAuth as object);

  test('the authorizer is in the SecurityPolicies of the routes that have it, and fails closed by default', () => {
    const grpc = { grpc: { backendRefs: [{ name: 'decider', port: 9001 }] }, failOpen: false };
    const objects = render(doorWith(), mesh());

    expect(names(objects, 'HTTPRoute')).toEqual(['door', 'door-2', 'door-3']);
    expect(names(objects, 'SecurityPolicy')).toEqual(['door-2', 'door-3']);
    expect(one(objects, 'SecurityPolicy', 'door-2').spec.extAuth).toEqual(grpc);
    expect(one(objects, 'SecurityPolicy', 'door-3').spec).toMatchObject({ jwt: {}, extAuth: grpc });
  });

  test('an authorizer with http gets the headers that are listed', () => {
    expect(
      extAuth(
        doorWith(
          { requestHeaders: ['cookie'], timeout: Duration.millis(500), failureMode: FailureMode.FAIL_OPEN },
          Port.http(80),
        ),
      )[0],
    ).toEqual({
      http: { backendRefs: [{ name: 'decider', port: 80 }] },
      headersToExtAuth: ['cookie'],
      timeout: '500ms',
      failOpen: true,
    });
  });

  test('an authorizer in another namespace is an error', () => {
    expect(() => render(doorWith({}, GRPC, 'security'), mesh())).toThrow(/namespace of the edge/);
    expect(() => render(doorWith({}, GRPC, 'security'))).not.toThrow();
  });

  test('its proxies are allowed to connect to the authorizer', () => {
    expect(one(render(doorWith(), mesh()), 'NetworkPolicy', 'decider').spec.ingress).toHaveLength(1);
  });
});
