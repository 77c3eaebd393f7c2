import { Testing } from 'cdk8s';
import { ClusterApp, Mesh, Peer, Port, type Target, Topology, TopologyChart } from '../../lib';
import { checkObjects } from '../../lib/checks';
import { EnvoyGateway } from '../../lib/gateway';
import { Traffic } from '../../lib/testing';
import { names, one, plain, type Rendered } from '../istio/support';
import { endsOf, istio, meshed, pods, service } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';

const port = Port.http(80, { target: 8080 });
const ELSEWHERE = 'cardinal.cdk8s.io/elsewhere';
const rendered = (topology: Topology, mesh: Target) =>
  Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];
const existing = (name: string, hasService = false) => ({
  labels: { app: name },
  serviceAccount: name,
  ...(hasService ? { hasService } : {}),
});

/** Callers and callees whose pods exist: in the topology's namespace and in those of others. */
function declare(): Topology {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const own = shop.addService('own', { port, existingWorkload: existing('own') });
  const chart = shop.addService('chart', { port, existingWorkload: existing('chart', true) });
  const pay = shop.addService('pay', { port, namespace: 'billing', existingWorkload: existing('pay') });
  const job = shop.addService('job', { namespace: 'jobs', existingWorkload: existing('job') });
  web.calls(own);
  web.calls(chart);
  web.calls(pay);
  own.calls(web);
  job.calls(web);
  web.allowFrom(Peer.serviceAccount({ namespace: 'ci', name: 'runner', podLabels: { app: 'runner' } }));
  shop.addEdge('door', { host: 'shop.example' }).route('GET /pay', pay);
  return shop;
}

/** What the owners of the others deploy. */
const OWNERS: readonly object[] = [
  meshed('billing'),
  pods('pay', 'v1', { namespace: 'billing' }),
  service('pay', 'billing'),
  pods('own', 'v1'),
  pods('chart', 'v1'),
  service('chart'),
];

describe.each<[string, Target]>([
  ['Istio', Mesh.istio()],
  ['no mesh, with Envoy Gateway', Mesh.none({ gateway: new EnvoyGateway() })],
])('with %s, what other manifests declare', (_name, mesh) => {
  const objects = rendered(declare(), mesh);

  test('is not reported as missing', () => {
    const { findings } = checkObjects(objects as never, {
      suppress: { UnknownGatewayClass: 'Envoy Gateway makes it' },
    });
    expect(
      findings
        .filter(each => each.severity !== 'info' && each.id !== 'UnusedSuppression')
        .map(each => `${each.id}: ${each.message}`),
    ).toEqual([]);
  });

  test('is not simulated', () => {
    const traffic = Traffic.of(manifestsOf(objects));
    for (const host of ['own', 'chart', 'pay.billing', 'pay.billing.svc.cluster.local']) {
      expect(() => traffic.from('shop/web-v1').http(`GET http://${host}/`)).toThrow('declared in other manifests');
    }
  });

  test('is simulated with these', () => {
    const traffic = Traffic.of(manifestsOf([...objects, ...OWNERS]));
    for (const [host, end] of [
      ['own', 'own-v1'],
      ['chart', 'chart-v1'],
      ['pay.billing', 'pay-v1'],
    ] as const) {
      expect(endsOf(traffic.from('shop/web-v1').http(`GET http://${host}/`))).toBe(end);
    }
  });

  test('is in the matrix, under a condition', () => {
    const { reaches } = Traffic.of(manifestsOf(objects)).matrix();
    const callees = ['chart.shop', 'own.shop', 'pay.billing'].map(name => `${name}.svc.cluster.local`);
    expect(reaches.filter(each => each.from === 'shop/web-v1').map(each => [each.to, each.isUnconditional])).toEqual(
      callees.map(to => [to, false]),
    );
  });

  test('is found in the matrix with these', () => {
    const matrix = Traffic.of(manifestsOf([...objects, ...OWNERS])).matrix();
    expect(matrix.reaches.filter(each => each.to.endsWith('.local'))).toEqual([]);
    expect(['shop/own-v1', 'shop/chart-v1', 'billing/pay-v1'].filter(to => !matrix.has('shop/web-v1', to))).toEqual([]);
  });
});

test('an edge to pods elsewhere is not simulated, and in the matrix under a condition', () => {
  const traffic = Traffic.of(manifestsOf(rendered(declare(), Mesh.istio())));
  expect(() => traffic.fromInternet('GET http://shop.example/pay')).toThrow('declared in other manifests');
  expect(traffic.matrix().reaches).toContainEqual({
    from: 'internet',
    to: 'pay.billing.svc.cluster.local',
    isUnconditional: false,
  });
});

test('pods that have a Service already get none', () => {
  const objects = rendered(declare(), Mesh.istio());
  expect(names(objects, 'Service')).toEqual(expect.arrayContaining(['web', 'own']));
  expect(names(objects, 'Service')).not.toContain('chart');
  expect(one(objects, 'AuthorizationPolicy', 'chart').spec.selector).toEqual({ matchLabels: { app: 'chart' } });
});

test('the annotation names what the object refers to', () => {
  const objects = rendered(declare(), Mesh.istio());
  const annotation = (kind: string, name: string) => one(objects, kind, name).metadata.annotations?.[ELSEWHERE];
  const [chart, pay] = ['chart.shop.svc.cluster.local', 'pay.billing.svc.cluster.local'];
  expect(annotation('AuthorizationPolicy', 'web')).toBe(
    'cluster.local/ns/shop/sa/own,cluster.local/ns/jobs/sa/job,cluster.local/ns/ci/sa/runner',
  );
  expect(annotation('Sidecar', 'web')).toBe(`${chart},${pay}`);
  expect(annotation('VirtualService', 'pay.billing')).toBe(pay);
  expect(annotation('Service', 'own')).toBe('pods');
  expect(annotation('Service', 'web')).toBeUndefined();
});

describe('the checks accept only what the annotation names', () => {
  const selector = { matchLabels: { app: 'own' } };
  const principals = ['cluster.local/ns/ci/sa/runner'];
  const host = 'pay.shop.svc.cluster.local';
  test.each<[string, string, string, object]>([
    ['Sidecar', 'SelectorWithoutPods', 'pods', { workloadSelector: { labels: { app: 'own' } }, egress: [] }],
    ['AuthorizationPolicy', 'PolicyWithoutPods', 'pods', { selector }],
    ['AuthorizationPolicy', 'UnknownPrincipal', principals.join(), { rules: [{ from: [{ source: { principals } }] }] }],
    ['VirtualService', 'UnknownDestination', host, { hosts: [host], http: [{ route: [{ destination: { host } }] }] }],
    [
      'VirtualService',
      'UnknownExport',
      'namespace/jobs',
      { hosts: ['web'], exportTo: ['jobs'], http: [{ route: [{ destination: { host: 'web' } }] }] },
    ],
    ['Sidecar', 'UnknownEgressHost', host, { egress: [{ hosts: [`./${host}`] }] }],
    [
      'HTTPRoute',
      'UnknownBackend',
      host,
      { parentRefs: [{ name: 'door' }], rules: [{ backendRefs: [{ name: 'pay', port: 80 }] }] },
    ],
  ])('a %s with the finding %s', (kind, id, name, spec) => {
    const findings = (annotations: Record<string, string>) => {
      const object = {
        ...istio(kind, 'x', spec, 'shop', { annotations }),
        ...(kind === 'HTTPRoute' ? { apiVersion: 'gateway.networking.k8s.io/v1' } : {}),
      };
      return checkObjects([meshed('shop'), pods('web'), object] as never).findings.map(each => each.id);
    };
    expect(findings({ [ELSEWHERE]: name })).not.toContain(id);
    expect(findings({ [ELSEWHERE]: `other, ${name}` })).not.toContain(id);
    expect(findings({ [ELSEWHERE]: 'other' })).toContain(id);
    expect(findings({})).toContain(id);
  });
});

test('rules for a Service that exists, and the default deny of a namespace whose pods exist, are not reported', () => {
  const shop = new Topology('shop');
  const chart = shop.addService('chart', { port, existingWorkload: existing('chart', true) });
  const own = shop.addService('own', { port, existingWorkload: existing('own') });
  own.calls(chart);
  chart.addCircuitBreaker({ maxConnections: 10 });
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', own);
  const objects = rendered(shop, Mesh.istio());
  const { annotations } = one(objects, 'DestinationRule', 'chart').metadata;
  expect(annotations).toEqual({ [ELSEWHERE]: 'chart.shop.svc.cluster.local' });
  const { findings } = checkObjects(objects as never);
  expect(findings.filter(each => each.severity !== 'info').map(each => each.id)).toEqual([]);
});
