import { Testing } from 'cdk8s';
import {
  ClusterApp,
  Contract,
  Mesh,
  Operation,
  Peer,
  Port,
  type Service,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { Traffic } from '../../lib/testing';
import { one, plain, type Rendered } from '../istio/support';
import { endsOf, istio, meshed, pods } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';

const port = Port.http(80, { target: 8080 });
const admin = Port.http(81, { name: 'admin', target: 8081 });
const chartOf = (topology: Topology, mesh: Target = Mesh.istio()) =>
  new TopologyChart(new ClusterApp(), 'test', { topology, mesh });
const rendered = (topology: Topology, mesh?: Target) => Testing.synth(chartOf(topology, mesh)) as Rendered[];
const found = (topology: Topology, mesh?: Target) => chartOf(topology, mesh).findings.map(each => each.id);

/** Pods of other teams: in the mesh a job and a thief, outside Prometheus, of whose labels others have some. */
const OTHERS: readonly object[] = [
  meshed('jobs'),
  ...['monitoring', 'legacy'].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  pods('job', 'v1', { namespace: 'jobs' }),
  pods('thief', 'v1', { namespace: 'jobs' }),
  pods('prometheus', 'v1', { namespace: 'monitoring' }),
  pods('grafana', 'v1', { namespace: 'monitoring' }),
  pods('prometheus', 'v1', { namespace: 'legacy' }),
];
const CALLERS = [
  'jobs/job-v1',
  'jobs/thief-v1',
  'monitoring/prometheus-v1',
  'monitoring/grafana-v1',
  'legacy/prometheus-v1',
  'shop/cart-v1',
];
const PROMETHEUS = Peer.pods({ namespace: 'monitoring', labels: { app: 'prometheus' } });
const JOB = Peer.serviceAccount({ namespace: 'jobs', name: 'job' });

/** A service `pay` with two ports, which `cart` calls on the first. */
function shopWith(allow: (pay: Service) => void, namespace = 'shop'): Topology {
  const shop = new Topology('shop');
  const pay = plain(shop, 'pay', { port, ports: [admin], namespace });
  plain(shop, 'cart').calls(pay);
  allow(pay);
  return shop;
}

/** How a request of each caller to a port ends. */
function ends(objects: readonly object[], url: string): string[] {
  const traffic = Traffic.of(manifestsOf([...OTHERS, ...objects]), { namespaceLabels: { '*': {} } });
  return CALLERS.flatMap(from => {
    const end = endsOf(traffic.from(from).http(url));
    return end === 'pay-v1' ? [from] : [];
  });
}

describe.each(['shop', 'theirs'])('in namespace %s, owned or not', namespace => {
  const url = (path: string) => `GET http://pay.${namespace}${path}`;

  test('a caller by its ServiceAccount is allowed on its port alone, and others are not', () => {
    const objects = rendered(
      shopWith(pay => {
        pay.allowFrom(JOB, { port: 81 });
      }, namespace),
    );
    expect(ends(objects, url(':81/'))).toEqual(['jobs/job-v1']);
    expect(ends(objects, url('/'))).toEqual(['shop/cart-v1']);
  });

  test('a caller by its ServiceAccount is allowed its operations alone', () => {
    const objects = rendered(
      shopWith(pay => {
        pay.allowFrom(JOB, { allowedOperations: [Operation.http('GET /a')] });
      }, namespace),
    );
    expect(ends(objects, url('/a'))).toEqual(['jobs/job-v1', 'shop/cart-v1']);
    expect(ends(objects, url('/b'))).toEqual(['shop/cart-v1']);
  });

  test('a caller without a proxy is allowed in plaintext on its port alone, and others are not', () => {
    const objects = rendered(
      shopWith(pay => {
        pay.allowFrom(PROMETHEUS, { port: 81, plaintext: true });
      }, namespace),
    );
    expect(ends(objects, url(':81/'))).toEqual(['monitoring/prometheus-v1']);
    expect(ends(objects, url('/'))).toEqual(['shop/cart-v1']);
  });

  test('a port that is open for plaintext still requires an identity of callers in the mesh', () => {
    const objects = rendered(
      shopWith(pay => {
        pay.allowFrom(PROMETHEUS, { plaintext: true });
        pay.allowFrom(JOB, { allowedOperations: [Operation.http('GET /a')] });
      }, namespace),
    );
    expect(ends(objects, url('/a'))).toEqual(['jobs/job-v1', 'monitoring/prometheus-v1', 'shop/cart-v1']);
    expect(ends(objects, url('/b'))).toEqual(['monitoring/prometheus-v1', 'shop/cart-v1']);
    const withoutNetworkPolicies = objects.filter(each => each.kind !== 'NetworkPolicy');
    expect(ends(withoutNetworkPolicies, url('/b'))).not.toContain('jobs/thief-v1');
  });

  test('each layer denies undeclared identities by itself', () => {
    const objects = rendered(
      shopWith(pay => {
        pay.allowFrom(Peer.serviceAccount({ namespace: 'jobs', name: 'job', podLabels: { app: 'job' } }));
      }, namespace),
    );
    for (const layer of [['NetworkPolicy'], ['AuthorizationPolicy', 'PeerAuthentication', 'Sidecar']]) {
      const left = objects.filter(each => !layer.includes(each.kind));
      expect(ends(left, url('/'))).toEqual(['jobs/job-v1', 'shop/cart-v1']);
    }
  });
});

test('the policies of a namespace that allow everything do not open the port to undeclared callers', () => {
  const objects = [
    ...rendered(
      shopWith(pay => {
        pay.allowFrom(PROMETHEUS, { port: 81, plaintext: true });
        pay.allowFrom(Peer.cidrs('10.1.0.0/16'), { plaintext: true });
      }, 'theirs'),
    ).filter(each => each.kind !== 'NetworkPolicy'),
    istio('AuthorizationPolicy', 'allow-all', { rules: [{}] }, 'theirs'),
  ];
  const traffic = Traffic.of(manifestsOf([...OTHERS, ...objects]), { namespaceLabels: { '*': {} } });
  const end = (from: string, to: string) => endsOf(traffic.from(from).http(`GET http://pay.theirs${to}/`));
  expect(end('jobs/job-v1', ':81')).toBe('403');
  expect(end('monitoring/prometheus-v1', ':81')).toBe('pay-v1');
  expect(end('jobs/job-v1', '')).toBe('403');
});

test('rules, ports and peers are those of the declaration', () => {
  const objects = rendered(
    shopWith(pay => {
      pay.allowFrom(PROMETHEUS, { port: 81, plaintext: true });
      pay.allowFrom(Peer.cidrs('10.1.0.0/16', 'fd00::/64'), { plaintext: true });
      pay.allowFrom(Peer.serviceAccount({ namespace: 'jobs', name: 'job', podLabels: { role: 'x' } }));
    }),
  );
  expect(one(objects, 'AuthorizationPolicy', 'pay').spec.rules.slice(1)).toEqual([
    { from: [{ source: { notPrincipals: ['*'] } }], to: [{ operation: { ports: ['8081'] } }] },
    {
      from: [{ source: { notPrincipals: ['*'], ipBlocks: ['10.1.0.0/16', 'fd00::/64'] } }],
      to: [{ operation: { ports: ['8080'] } }],
    },
    {
      from: [{ source: { principals: ['cluster.local/ns/jobs/sa/job'] } }],
      to: [{ operation: { ports: ['8080'] } }],
    },
  ]);
  expect(one(objects, 'PeerAuthentication', 'pay').spec).toEqual({
    selector: { matchLabels: { app: 'pay' } },
    mtls: { mode: 'STRICT' },
    portLevelMtls: { 8080: { mode: 'PERMISSIVE' }, 8081: { mode: 'PERMISSIVE' } },
  });
  const namespaceSelector = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });
  expect(one(objects, 'NetworkPolicy', 'pay').spec.ingress.slice(1)).toEqual([
    {
      from: [
        { namespaceSelector: namespaceSelector('monitoring'), podSelector: { matchLabels: { app: 'prometheus' } } },
      ],
      ports: [{ protocol: 'TCP', port: 8081 }],
    },
    {
      from: [{ ipBlock: { cidr: '10.1.0.0/16' } }, { ipBlock: { cidr: 'fd00::/64' } }],
      ports: [{ protocol: 'TCP', port: 8080 }],
    },
    {
      from: [{ namespaceSelector: namespaceSelector('jobs'), podSelector: { matchLabels: { role: 'x' } } }],
      ports: [{ protocol: 'TCP', port: 8080 }],
    },
  ]);
});

test('the deny policy elsewhere leaves plaintext to the declared ports and addresses', () => {
  const objects = rendered(
    shopWith(pay => {
      pay.allowFrom(PROMETHEUS, { port: 81, plaintext: true });
      pay.allowFrom(Peer.cidrs('10.1.0.0/16'), { plaintext: true });
    }, 'theirs'),
  );
  const notPrincipals = ['cluster.local/ns/shop/sa/cart', '*'];
  expect(one(objects, 'AuthorizationPolicy', 'pay.undeclared-callers').spec.rules).toEqual([
    {
      from: [{ source: { notPrincipals: notPrincipals.slice(0, 1) } }],
      to: [{ operation: { notPorts: ['8081', '8080'] } }],
    },
    {
      from: [{ source: { principals: ['*'], notPrincipals: notPrincipals.slice(0, 1) } }],
      to: [{ operation: { ports: ['8081'] } }],
    },
    {
      from: [
        { source: { principals: ['*'], notPrincipals: notPrincipals.slice(0, 1) } },
        { source: { notPrincipals: ['*'], notIpBlocks: ['10.1.0.0/16'] } },
      ],
      to: [{ operation: { ports: ['8080'] } }],
    },
  ]);
});

test('without a mesh, pods are allowed by their labels, in plaintext or not', () => {
  const objects = rendered(
    shopWith(pay => {
      pay.allowFrom(PROMETHEUS, { port: 81 });
    }),
    Mesh.none(),
  );
  expect(ends(objects, 'GET http://pay.shop:81/')).toEqual(['monitoring/prometheus-v1']);
});

test.each<[string, string, (pay: Service) => void, Target]>([
  [
    'a caller without a proxy, unless its port is opened',
    'CallerOutsideMesh',
    pay => {
      pay.allowFrom(PROMETHEUS);
    },
    Mesh.istio(),
  ],
  [
    'addresses, unless their port is opened',
    'CallerOutsideMesh',
    pay => {
      pay.allowFrom(Peer.cidrs('10.1.0.0/16'));
    },
    Mesh.istio(),
  ],
  [
    'a ServiceAccount that no mesh proves',
    'UnguardedCaller',
    pay => {
      pay.allowFrom(JOB);
    },
    Mesh.none(),
  ],
  [
    'operations that no mesh enforces',
    'TargetCannot',
    pay => {
      pay.allowFrom(PROMETHEUS, { allowedOperations: [Operation.http('GET /a')] });
    },
    Mesh.none(),
  ],
  [
    'a service of the topology',
    'UnguardedCaller',
    pay => {
      pay.allowFrom(Peer.serviceAccount({ namespace: 'shop', name: 'cart' }));
    },
    Mesh.istio(),
  ],
])('%s fails synthesis', (_what, id, allow, mesh) => {
  expect(found(shopWith(allow), mesh)).toEqual([id]);
});

test('a service of another topology is allowed, also where this topology calls it', () => {
  const billing = new Topology('billing');
  plain(billing, 'pay', { port }).allowFrom(Peer.serviceAccount({ namespace: 'shop', name: 'web' }));
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { port });
  web.calls(shop.addContract(Contract.of(billing)).service('pay'));
  web.allowFrom(Peer.serviceAccount({ namespace: 'billing', name: 'pay' }));
  expect(found(shop)).toEqual([]);
});

test('a service without a proxy proves no ServiceAccount and enforces no operations', () => {
  const shop = new Topology('shop');
  const pay = plain(shop, 'pay', { inMesh: false });
  pay.allowFrom(JOB);
  pay.allowFrom(PROMETHEUS, { allowedOperations: [Operation.http('GET /a')] });
  expect(found(shop)).toEqual(['UnguardedCaller', 'UnguardedOperations']);
});

test('a service whose policies belong to another owner allows no callers here', () => {
  const shop = new Topology('shop');
  shop
    .addService('pay', {
      namespace: 'theirs',
      port,
      existingWorkload: { labels: { app: 'pay' }, serviceAccount: 'pay' },
    })
    .allowFrom(JOB);
  expect(found(shop)).toEqual(['UnguardedCaller']);
});

test.each<[string, string, (pay: Service) => void]>([
  [
    'a port that the service does not have',
    'UnknownPort',
    pay => {
      pay.allowFrom(JOB, { port: 82 });
    },
  ],
  [
    'an empty list of operations',
    'EmptyCall',
    pay => {
      pay.allowFrom(JOB, { allowedOperations: [] });
    },
  ],
  [
    'plaintext with an identity',
    'Contradiction',
    pay => {
      pay.allowFrom(JOB, { plaintext: true });
    },
  ],
  [
    'a caller that is allowed already',
    'Duplicate',
    pay => {
      pay.allowFrom(JOB, { allowedOperations: [Operation.http('GET /a')] });
      pay.allowFrom(Peer.serviceAccount({ namespace: 'jobs', name: 'job' }));
    },
  ],
  [
    'what is no peer',
    'NotDeclared',
    pay => {
      pay.allowFrom('jobs/job' as never);
    },
  ],
  ['an address', 'InvalidCidr', () => Peer.cidrs('10.0.0.1')],
  ['a range of nearly all addresses', 'InvalidCidr', () => Peer.cidrs('0.0.0.0/0')],
  ['no address', 'NoLabels', () => Peer.cidrs()],
  ['pods without labels', 'NoLabels', () => Peer.pods({ namespace: 'jobs', labels: {} })],
  ['an invalid label', 'InvalidLabel', () => Peer.pods({ namespace: 'jobs', labels: { a: 'b c' } })],
  ['a namespace with a wildcard', 'InvalidName', () => Peer.serviceAccount({ namespace: '*', name: 'job' })],
  ['a ServiceAccount with a wildcard', 'InvalidName', () => Peer.serviceAccount({ namespace: 'jobs', name: '*' })],
])('%s throws', (_what, code, declare) => {
  expect(() => {
    declare(plain(new Topology('shop'), 'pay'));
  }).toThrow(expect.objectContaining({ code }));
});

test('operations of a TCP port throw, and so does a declaration after rendering', () => {
  const shop = new Topology('shop');
  const db = plain(shop, 'db', { port: Port.tcp(5432) });
  expect(() => {
    db.allowFrom(JOB, { allowedOperations: [Operation.http('GET /')] });
  }).toThrow(expect.objectContaining({ code: 'NoRequests' }));
  shop.close();
  expect(() => {
    db.allowFrom(JOB);
  }).toThrow(expect.objectContaining({ code: 'AlreadyRendered' }));
});
