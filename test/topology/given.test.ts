import { Duration, Testing } from 'cdk8s';
import { Auth, ClusterApp, Mesh, Operation, Port, RetryOn, Topology, TopologyChart } from '../../lib';
import { plain } from '../istio/support';

/** Everything that a declaration takes by a list or a map. */
function inputs() {
  return {
    service: {
      image: 'web:1',
      ports: [Port.http(80)],
      env: { A: '1' },
      command: ['run'],
      args: ['--safe'],
      writablePaths: ['/data'],
      resources: { cpu: '100m' },
      autoscaling: { min: 2, max: 3 },
      versions: { v1: { args: ['--own'], env: { B: '2' } }, v2: {} },
    },
    existingWorkload: { port: Port.http(80), existingWorkload: { labels: { release: 'old' }, serviceAccount: 'old' } },
    call: {
      allowedOperations: [Operation.http('GET /')],
      timeout: Duration.seconds(9),
      retries: { attempts: 1, on: [RetryOn.RESET] },
      faults: { abort: { status: 503, percent: 1 } },
    },
    breaker: { maxConnections: 5 },
    methods: ['Get'],
    jwt: { issuer: 'https://login.example', audiences: ['shop'], scopes: ['read'] },
    edge: { host: 'shop.example', cors: { origins: ['https://a.example'], headers: ['x-a'] } },
    route: { timeout: Duration.seconds(3) },
    parts: { a: '/a', b: '/b' },
    headers: ['x-trace'],
  };
}

type Inputs = ReturnType<typeof inputs>;

function rendered(given: Inputs, between: (given: Inputs) => void): object[] {
  const shop = new Topology('shop');
  const web = shop.addService('web', given.service);
  const [a, b] = [
    plain(shop, 'a'),
    plain(shop, 'b', { port: Port.grpc(80, { service: 'shop.B', methods: given.methods }) }),
  ];
  const old = shop.addService('old', given.existingWorkload);
  web.calls(a, given.call);
  web.calls(b, { allowedOperations: [b.method('Get')] });
  web.calls(old);
  a.addCircuitBreaker(given.breaker);
  const edge = shop.addEdge('door', { ...given.edge, auth: Auth.jwt(given.jwt) });
  edge.route('GET /', web, given.route);
  const parts = { a: { path: given.parts.a, service: a }, b: { path: given.parts.b, service: old } };
  edge.aggregate('GET /all', parts, { headers: given.headers });
  between(given);
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.istio() })) as object[];
}

const expected = rendered(inputs(), () => undefined);

test.each<[string, (given: Inputs) => unknown]>([
  ['ports', ({ service }) => service.ports.push(Port.http(81, { name: 'b' }))],
  ['variables', ({ service }) => Object.assign(service.env, { C: '3' })],
  ['variables of a version', ({ service }) => Object.assign(service.versions.v1.env, { C: '3' })],
  ['the command', ({ service }) => service.command.push('more')],
  ['arguments', ({ service }) => service.args.push('--unsafe')],
  ['arguments of a version', ({ service }) => service.versions.v1.args.push('--unsafe')],
  ['directories', ({ service }) => service.writablePaths.push('/etc')],
  ['resources', ({ service }) => Object.assign(service.resources, { cpu: '2' })],
  ['autoscaling', ({ service }) => Object.assign(service.autoscaling, { max: 99 })],
  [
    'labels of pods that exist',
    ({ existingWorkload: existing }) => Object.assign(existing.existingWorkload.labels, { release: 'new' }),
  ],
  [
    'their ServiceAccount',
    ({ existingWorkload: existing }) => Object.assign(existing.existingWorkload, { serviceAccount: 'other' }),
  ],
  ['operations', ({ call }) => call.allowedOperations.push(Operation.http('ANY /{all+}'))],
  ['retries', ({ call }) => Object.assign(call.retries, { attempts: 9 })],
  ['what is retried', ({ call }) => call.retries.on.push(RetryOn.SERVER_ERROR)],
  ['faults', ({ call }) => Object.assign(call.faults.abort, { percent: 100 })],
  ['limits', ({ breaker }) => Object.assign(breaker, { maxConnections: 500 })],
  ['gRPC methods', ({ methods }) => methods.push('Drop')],
  ['the issuer', ({ jwt }) => Object.assign(jwt, { issuer: 'https://evil.example' })],
  ['audiences', ({ jwt }) => jwt.audiences.push('all')],
  ['scopes', ({ jwt }) => jwt.scopes.push('all')],
  ['origins', ({ edge }) => edge.cors.origins.push('https://evil.example')],
  ['headers of CORS', ({ edge }) => edge.cors.headers.push('x-b')],
  ['headers of an aggregate', ({ headers }) => headers.push('cookie')],
])('%s that are changed after they were given change nothing', (_what, change) => {
  expect(rendered(inputs(), change)).toEqual(expected);
});

test('what a declaration keeps cannot be changed through it', () => {
  const shop = new Topology('shop');
  const call = plain(shop, 'web').calls(plain(shop, 'cart'), { allowedOperations: [Operation.http('GET /')] });
  expect(() => call.allowedOperations?.push(Operation.http('ANY /'))).toThrow(TypeError);
});
