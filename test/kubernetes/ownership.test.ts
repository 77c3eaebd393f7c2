import { Duration, Testing } from 'cdk8s';
import { ClusterApp, Mesh, Operation, Port, type Target, Topology, TopologyChart, Tracing } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { Traffic } from '../../lib/testing';
import { names, one, plain, type Rendered, render } from '../istio/support';
import { endsOf, istio, meshed, pods, service } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';

const PLACES = ['other', 'istio-system', 'monitoring', 'default', 'kube-system', 'legacy'];

/** What other teams have: in each namespace a cli and a pay, some of whose labels are those of our services. */
const OTHERS: readonly object[] = PLACES.flatMap(namespace => [
  ...(namespace === 'kube-system'
    ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]
    : [meshed(namespace)]),
  pods('cli', 'v1', { namespace }),
  pods('pay', 'v1', { namespace }),
  service('pay', namespace),
  pods('web', 'theirs', { namespace }),
]);

/** How requests of other teams end, for each of their callers and callees. */
function othersEnds(objects: readonly object[]): string[] {
  const traffic = Traffic.of(manifestsOf(objects));
  return PLACES.flatMap(from =>
    PLACES.flatMap(to =>
      ['cli-v1', 'web-theirs'].map(name => {
        const answer = traffic.from(`${from}/${name}`).http(`GET http://pay.${to}/`);
        return `${from}/${name} → ${to}/pay: ${endsOf(answer)}, ${answer.timeout} ms, ${answer.retries} retries`;
      }),
    ),
  );
}

const rendered = (topology: Topology, mesh: Target): Rendered[] =>
  Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology, mesh })) as Rendered[];

type Place = (shop: Topology, namespace: string) => unknown;

const placements: [string, Place][] = [
  ['a service', (shop, namespace) => plain(shop, 'web', { namespace })],
  ['a service that is called', (shop, namespace) => plain(shop, 'app').calls(plain(shop, 'web', { namespace }))],
  ['a service that calls', (shop, namespace) => plain(shop, 'web', { namespace }).calls(plain(shop, 'app'))],
  [
    'an edge',
    (shop, namespace) => shop.addEdge('door', { host: 'shop.example', namespace }).route('GET /', plain(shop, 'app')),
  ],
  [
    'an edge with an aggregator',
    (shop, namespace) =>
      shop.addEdge('door', { host: 'shop.example', namespace }).aggregate('GET /', {
        a: { service: plain(shop, 'a'), path: '/' },
        b: { service: plain(shop, 'b'), path: '/' },
      }),
  ],
  [
    'a rate limiter',
    (shop, namespace) =>
      shop.addRateLimiter('limiter', { namespace, redis: plain(shop, 'redis', { port: Port.tcp(6379) }) }),
  ],
];

const existing = (shop: Topology, namespace: string, port = Port.http(80, { target: 8080 })) =>
  shop.addService('pay', { namespace, port, existingWorkload: { labels: { app: 'pay' }, serviceAccount: 'pay' } });

const unmanaged: [string, Place][] = [
  ['pods that exist', (shop, namespace) => existing(shop, namespace)],
  ['pods that exist and are called', (shop, namespace) => plain(shop, 'app').calls(existing(shop, namespace))],
  ['pods that exist and call', (shop, namespace) => existing(shop, namespace).calls(plain(shop, 'app'))],
  [
    'pods that exist behind an edge',
    (shop, namespace) => shop.addEdge('door', { host: 'shop.example' }).route('GET /', existing(shop, namespace)),
  ],
];

const meshes: [string, Target][] = [
  ['Istio', Mesh.istio({ tracing: Tracing.openTelemetry({ service: 'otel', namespace: 'observability' }) })],
  ['no mesh, with Envoy Gateway', Mesh.none({ gateway: new EnvoyGateway() })],
];

const owning = ['istio-system', 'kube-system', 'kube-public', 'kube-node-lease', 'openshift-dns'];

describe.each(meshes)('with %s', (_name, mesh) => {
  test.each(
    [...placements, ...unmanaged].flatMap(([what, place]) =>
      ['monitoring', 'default'].map(namespace => [what, namespace, place] as const),
    ),
  )(
    '%s in %s, of another team: its traffic is unchanged, and nothing is rendered for the whole namespace',
    (_what, namespace, place) => {
      const shop = new Topology('shop');
      place(shop, namespace);
      const objects = rendered(shop, mesh);

      expect(othersEnds([...OTHERS, ...objects])).toEqual(othersEnds(OTHERS));
      expect(names(objects, 'Namespace')).not.toContain(namespace);
      expect(objects.filter(each => each.metadata.namespace === namespace && selectsAll(each))).toEqual([]);
    },
  );

  test.each(unmanaged)(
    '%s have nothing in their namespace but the grant for routes that refer to them',
    (_what, place) => {
      const shop = new Topology('shop');
      place(shop, 'kube-system');

      expect(
        rendered(shop, mesh).filter(
          ({ metadata, kind }) => metadata.namespace === 'kube-system' && kind !== 'ReferenceGrant',
        ),
      ).toEqual([]);
    },
  );
});

function selectsAll({ kind, spec }: Rendered): boolean {
  const { podSelector, selector, targetRefs, workloadSelector } = spec ?? {};
  return (
    ['NetworkPolicy', 'AuthorizationPolicy', 'PeerAuthentication', 'Telemetry', 'Sidecar', 'EnvoyFilter'].includes(kind)
    && Object.keys({
      ...podSelector?.matchLabels,
      ...selector?.matchLabels,
      ...workloadSelector?.labels,
      ...targetRefs,
    }).length === 0
  );
}

test.each(
  placements.flatMap(([what, place]) =>
    ['istio-system', 'kube-system'].map(namespace => [what, namespace, place] as const),
  ),
)('%s in %s throws', (_what, namespace, place) => {
  expect(() => place(new Topology('shop'), namespace)).toThrow(expect.objectContaining({ code: 'ReservedNamespace' }));
});

test.each(owning)('%s cannot be owned', namespace => {
  expect(() => new Topology('shop', { namespace })).toThrow(expect.objectContaining({ code: 'ReservedNamespace' }));
  expect(() => {
    new Topology('shop').addNamespace(namespace);
  }).toThrow(expect.objectContaining({ code: 'ReservedNamespace' }));
});

test('a namespace is declared once, before rendering, by a name that Kubernetes has', () => {
  const shop = new Topology('shop');
  shop.addNamespace('money');
  expect(() => {
    shop.addNamespace('money');
  }).toThrow(expect.objectContaining({ code: 'Duplicate' }));
  expect(() => {
    shop.addNamespace('Money');
  }).toThrow(expect.objectContaining({ code: 'InvalidName' }));
  shop.close();
  expect(() => {
    shop.addNamespace('late');
  }).toThrow(expect.objectContaining({ code: 'AlreadyRendered' }));
});

test.each<[string, Target, string]>([
  ['of the control plane', Mesh.istio({ controlPlaneNamespace: 'mesh' }), 'mesh'],
  ['that is the root of the mesh', Mesh.istio({ rootNamespace: 'policies' }), 'policies'],
  ['of Envoy Gateway', Mesh.none({ gateway: new EnvoyGateway({ namespace: 'gateways' }) }), 'gateways'],
])('the namespace %s fails synthesis, owned or with a workload or an edge in it', (_what, mesh, namespace) => {
  const ids = (declare: (shop: Topology) => unknown, props = {}): string[] => {
    const shop = new Topology('shop', props);
    declare(shop);
    return new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh }).findings.map(
      each => `${each.id} ${each.severity}`,
    );
  };
  const refused = ['ReservedNamespace error'];
  expect(ids(() => undefined, { namespace })).toEqual(refused);
  expect(
    ids(shop => {
      shop.addNamespace(namespace);
    }),
  ).toEqual(refused);
  expect(ids(shop => plain(shop, 'web', { namespace }))).toEqual(refused);
  expect(
    ids(shop => shop.addEdge('door', { host: 'a.example', namespace }).route('GET /', plain(shop, 'web'))),
  ).toEqual(refused);
  expect(ids(shop => existing(shop, namespace))).toEqual([]);
});

describe("a service in a namespace that is not the topology's", () => {
  const declare = (): Topology => {
    const shop = new Topology('shop');
    const web = plain(shop, 'web', { namespace: 'other', port: Port.http(80, { target: 8080 }) });
    plain(shop, 'app').calls(web);
    plain(shop, 'stranger');
    return shop;
  };
  const places = ['other/cli-v1', 'other/pay-v1', 'shop/stranger-v1', 'monitoring/cli-v1'];

  test.each(meshes)('is called by its declared callers alone, with %s', (_name, mesh) => {
    const traffic = Traffic.of(manifestsOf([...OTHERS, ...rendered(declare(), mesh)]));
    expect(endsOf(traffic.from('shop/app-v1').http('GET http://web.other/'))).toBe('web-v1');
    places.forEach(from => traffic.from(from).http('GET http://web.other/').expectDenied());
  });

  test.each<[string, string[]]>([
    ['NetworkPolicies', ['NetworkPolicy']],
    ['policies of the mesh', ['AuthorizationPolicy', 'PeerAuthentication', 'Sidecar']],
  ])('is denied to others even without %s: each layer denies by itself', (_what, without) => {
    const objects = rendered(declare(), Mesh.istio()).filter(({ kind }) => !without.includes(kind));
    const traffic = Traffic.of(manifestsOf([...OTHERS, ...objects]));
    places.forEach(from => traffic.from(from).http('GET http://web.other/').expectDenied());
  });

  test('is denied to others even where its namespace allows everything', () => {
    const open = istio('AuthorizationPolicy', 'allow-all', { rules: [{}] }, 'other');
    const objects = rendered(declare(), Mesh.istio()).filter(({ kind }) => kind !== 'NetworkPolicy');
    const traffic = Traffic.of(manifestsOf([...OTHERS, open, ...objects]));
    places.forEach(from => traffic.from(from).http('GET http://web.other/').expectDenied());
    expect(endsOf(traffic.from('shop/app-v1').http('GET http://web.other/'))).toBe('web-v1');
  });

  test('is denied to all where it has no callers', () => {
    const shop = new Topology('shop');
    plain(shop, 'web', { namespace: 'other' });
    const objects = render(shop);
    const selector = { matchLabels: { app: 'web', 'app.kubernetes.io/part-of': 'shop' } };

    expect(one(objects, 'AuthorizationPolicy', 'web', 'other').spec).toEqual({ selector, action: 'ALLOW' });
    expect(one(objects, 'AuthorizationPolicy', 'web.undeclared-callers', 'other').spec).toEqual({
      selector,
      action: 'DENY',
      rules: [{}],
    });
    expect(one(objects, 'PeerAuthentication', 'web', 'other').spec).toEqual({ selector, mtls: { mode: 'STRICT' } });
    expect(one(objects, 'Telemetry', 'web', 'other').spec).toEqual({
      selector,
      accessLogging: [{ providers: [{ name: 'envoy' }] }],
    });
    expect(one(objects, 'Sidecar', 'web', 'other').spec.workloadSelector).toEqual({ labels: selector.matchLabels });
    expect(one(objects, 'NetworkPolicy', 'web', 'other').spec.podSelector).toEqual(selector);
  });

  test('joins the mesh by labels of its pods, which no others are selected by', () => {
    const { labels } = one(render(declare(), { revision: 'canary' }), 'Deployment', 'web-v1').spec.template.metadata;
    expect(labels).toMatchObject({
      app: 'web',
      'app.kubernetes.io/part-of': 'shop',
      'sidecar.istio.io/inject': 'true',
      'istio.io/rev': 'canary',
    });
  });

  test('reaches name resolution and the control plane', () => {
    const objects = render(declare());
    const ofNamespace = one(objects, 'NetworkPolicy', 'default-deny', 'shop').spec;
    const { ingress, egress } = one(objects, 'NetworkPolicy', 'web', 'other').spec;
    expect(ingress).toEqual([...ofNamespace.ingress, expect.anything()]);
    expect(egress).toEqual(ofNamespace.egress);
  });
});

test(
  "the gateway of an edge in a namespace that is not the topology's has telemetry and connections of " + 'its own',
  () => {
    const shop = new Topology('shop');
    shop.addEdge('door', { host: 'shop.example', namespace: 'other' }).route('GET /', plain(shop, 'web'));
    const objects = render(shop);
    const labels = { 'gateway.networking.k8s.io/gateway-name': 'door' };

    expect(one(objects, 'Telemetry', 'door', 'other').spec.selector).toEqual({ matchLabels: labels });
    const { podSelector, ingress, egress } = one(objects, 'NetworkPolicy', 'door', 'other').spec;
    const ofNamespace = one(objects, 'NetworkPolicy', 'default-deny', 'shop').spec;
    expect(podSelector).toEqual({ matchLabels: labels });
    expect(ingress).toEqual([...ofNamespace.ingress, { ports: [80, 15021].map(port => ({ protocol: 'TCP', port })) }]);
    expect(egress).toEqual([
      ...ofNamespace.egress,
      expect.objectContaining({ ports: [{ protocol: 'TCP', port: 80 }] }),
    ]);
  },
);

test('a topology of nothing but pods that exist has nothing in its namespace, until it declares it', () => {
  const shop = new Topology('shop');
  existing(shop, 'shop');
  expect(rendered(shop, Mesh.istio())).toEqual([]);

  const owner = new Topology('shop');
  owner.addNamespace('shop');
  existing(owner, 'shop');
  expect(names(render(owner), 'NetworkPolicy')).toEqual(['default-deny', 'pay']);
});

describe('pods that exist elsewhere', () => {
  test("are called with traffic rules that are visible in the callers' namespace only", () => {
    const shop = new Topology('shop');
    const pay = existing(shop, 'other');
    plain(shop, 'web').calls(pay, { timeout: Duration.seconds(3) });
    pay.addCircuitBreaker({ maxConnections: 5 });
    const objects = render(shop);

    expect(one(objects, 'VirtualService', 'pay.other', 'shop').spec).toMatchObject({
      hosts: ['pay.other.svc.cluster.local'],
      exportTo: ['.'],
      http: [{ timeout: '3s', retries: { attempts: 0 } }],
    });
    expect(one(objects, 'DestinationRule', 'pay.other', 'shop').spec).toMatchObject({
      host: 'pay.other.svc.cluster.local',
      exportTo: ['.'],
    });
    expect(one(objects, 'Sidecar', 'web').spec.egress).toEqual([
      { hosts: ['other/pay.other.svc.cluster.local', './pay.other.svc.cluster.local'] },
    ]);
    const answer = Traffic.of(manifestsOf([...OTHERS, ...objects]))
      .from('shop/web-v1')
      .http('GET http://pay.other/');
    expect([answer.timeout, answer.retries, endsOf(answer)]).toEqual([3000, 0, 'pay-v1']);
  });

  test.each<[string, string, (shop: Topology) => unknown]>([
    [
      'operations that nothing would keep apart',
      'UnguardedOperations',
      shop => plain(shop, 'web').calls(existing(shop, 'other'), { allowedOperations: [Operation.http('GET /')] }),
    ],
    [
      'a timeout that would hold for others',
      'RulesForOthers',
      shop =>
        plain(shop, 'web', { namespace: 'other' }).calls(existing(shop, 'other'), { timeout: Duration.seconds(1) }),
    ],
    [
      'retries that would hold for others',
      'RulesForOthers',
      shop => plain(shop, 'web', { namespace: 'other' }).calls(existing(shop, 'other'), { retries: { attempts: 1 } }),
    ],
    [
      'a circuit breaker that would hold for others',
      'RulesForOthers',
      shop => {
        const pay = existing(shop, 'other');
        plain(shop, 'web', { namespace: 'other' }).calls(pay);
        pay.addCircuitBreaker({ maxConnections: 5 });
      },
    ],
    [
      'a host outside that others would see',
      'RulesForOthers',
      shop =>
        plain(shop, 'web', { namespace: 'other' }).calls(
          shop.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) }),
        ),
    ],
  ])('reject %s', (_what, id, declare) => {
    const shop = new Topology('shop');
    declare(shop);
    const { findings } = new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.istio() });
    expect(findings.map(each => `${each.id} ${each.severity}`)).toEqual([`${id} error`]);
  });

  test('are aggregated, since an aggregator limits itself, and called without a call policy from any namespace', () => {
    const shop = new Topology('shop');
    const pay = existing(shop, 'other');
    plain(shop, 'web', { namespace: 'third' }).calls(pay);
    shop
      .addEdge('door', { host: 'shop.example' })
      .aggregate('GET /', { a: { service: plain(shop, 'a'), path: '/' }, b: { service: pay, path: '/' } });
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.istio() });
    expect(chart.findings).toEqual([]);
    expect(names(Testing.synth(chart) as Rendered[], 'Sidecar')).toContain('web');
  });

  test('allow the routes of an edge to refer to the Services of these only', () => {
    const shop = new Topology('shop');
    shop.addEdge('door', { host: 'shop.example' }).route('GET /', existing(shop, 'other'));
    expect(one(render(shop), 'ReferenceGrant', 'door.shop-routes', 'other').spec.to).toEqual([
      { group: '', kind: 'Service', name: 'pay' },
    ]);
  });
});
