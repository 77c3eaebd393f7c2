import { Testing } from 'cdk8s';
import {
  Auth,
  ClientKey,
  ClusterApp,
  type EdgeProps,
  FailureMode,
  Mesh,
  PerClientRateLimit,
  Period,
  Port,
  RateLimit,
  Topology,
  TopologyChart,
} from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { names, one, plain, type Rendered } from '../istio/support';
import { catalogDescriptor } from '../support/descriptors';

function render(topology: Topology): Rendered[] {
  const mesh = Mesh.none({ gateway: new EnvoyGateway() });
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];
}

function twoEdges(api: Partial<EdgeProps>, www: Partial<EdgeProps> = {}): Topology {
  const shop = new Topology('shop');
  const gateway = shop.addSharedGateway('public');
  shop.addEdge('api', { gateway, host: 'api.example', ...api }).route('GET /', plain(shop, 'orders'));
  shop.addEdge('www', { gateway, host: 'www.example', ...www }).route('GET /', plain(shop, 'posts'));
  return shop;
}

const targets = ({ spec }: Rendered) =>
  spec.targetRefs.map((each: { kind: string; name: string; sectionName?: string }) =>
    [each.kind, each.name, each.sectionName].filter(Boolean).join(' '),
  );

const limit = PerClientRateLimit.of({
  client: ClientKey.claim('sub'),
  requests: 5,
  per: Period.MINUTE,
  failureMode: FailureMode.FAIL_OPEN,
});
const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'], jwksUri: 'https://login.example/keys' });

test('authentication and limits of an edge are attached to its HTTPRoutes, not to the Gateway', () => {
  const objects = render(twoEdges({ auth: jwt, rateLimit: RateLimit.perSecond(5, 5), perClientRateLimit: limit }));
  expect(targets(one(objects, 'SecurityPolicy', 'api'))).toEqual(['HTTPRoute api']);
  expect(targets(one(objects, 'BackendTrafficPolicy', 'api'))).toEqual(['HTTPRoute api']);
  expect(names(objects, 'SecurityPolicy')).toEqual(['api']);
});

test('headers that identify clients are removed from the requests of all edges', () => {
  const [policy, ...others] = render(twoEdges({}, { auth: jwt, perClientRateLimit: limit, tlsSecret: 'tls' })).filter(
    ({ kind }) => kind === 'ClientTrafficPolicy',
  );
  expect(others).toEqual([]);
  expect(policy && targets(policy)).toEqual(['Gateway public']);
  expect(policy?.spec.headers.earlyRequestHeaders.remove).toEqual([
    'x-cardinal-client-issuer',
    'x-cardinal-client-sub',
  ]);
});

test('client certificates are required by the listeners of all edges with TLS', () => {
  const policy = one(
    render(twoEdges({ tlsSecret: 'a', clientCa: 'ca' }, { tlsSecret: 'b', clientCa: 'ca' })),
    'ClientTrafficPolicy',
    'public',
  );
  expect(targets(policy)).toEqual(['Gateway public https.api.example', 'Gateway public https.www.example']);
  expect(policy.spec.tls.clientValidation.caCertificateRefs).toEqual([{ group: '', kind: 'ConfigMap', name: 'ca' }]);
});

test('transcoding is rejected, since it would apply to the listeners of other edges', () => {
  const shop = new Topology('shop');
  const port = Port.grpc(50, { service: 'shop.Catalog', descriptor: catalogDescriptor() });
  shop
    .addEdge('api', { gateway: shop.addSharedGateway('public'), host: 'api.example' })
    .route('GET /products/{id}', plain(shop, 'catalog', { port }), { grpcMethod: 'GetProduct' });
  expect(() => render(shop)).toThrow(/`grpcMethod` is a filter of a listener.*shop\/public/);
});
