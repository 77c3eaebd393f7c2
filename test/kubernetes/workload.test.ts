import { ApiObject, JsonPatch, Testing } from 'cdk8s';
import { Capability, Cpu, EnvValue, ImagePullPolicy } from 'cdk8s-plus-27';
import { ClusterApp, Health, Port, type ServiceProps, Topology, TopologyChart } from '../../lib';
import { names, one, plain, render, type Rendered } from '../istio/support';

function rendered(topology: Topology): Rendered[] {
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology })) as Rendered[];
}

/** What a lone service becomes. */
function alone(props: ServiceProps = {}): Rendered[] {
  const shop = new Topology('shop');
  plain(shop, 'cart', props);
  return rendered(shop);
}

const podOf = (objects: Rendered[], deployment = 'cart-v1') =>
  one(objects, 'Deployment', deployment).spec.template.spec;
const containerOf = (objects: Rendered[]) => podOf(objects).containers[0];

test('a service is an account, a Deployment, a Service, a disruption budget and a NetworkPolicy', () => {
  expect(
    alone()
      .map(each => `${each.kind} ${each.metadata.name}`)
      .sort(),
  ).toEqual([
    'Deployment cart-v1',
    'Namespace shop',
    'NetworkPolicy cart',
    'NetworkPolicy default-deny',
    'PodDisruptionBudget cart',
    'Service cart',
    'ServiceAccount cart',
  ]);
});

test('each version is a Deployment that selects its own pods', () => {
  const objects = alone({ versions: { v1: {}, v2: { image: 'example/cart:2', replicas: 1 } } });

  expect(one(objects, 'Deployment', 'cart-v2').spec.selector).toEqual({ matchLabels: { app: 'cart', version: 'v2' } });
  expect(one(objects, 'Deployment', 'cart-v2').spec.template.metadata.labels).toMatchObject({
    app: 'cart',
    version: 'v2',
    'app.kubernetes.io/name': 'cart',
  });
  expect([podOf(objects, 'cart-v1').containers[0].image, podOf(objects, 'cart-v2').containers[0].image]).toEqual([
    'example/cart:1',
    'example/cart:2',
  ]);
  expect([
    one(objects, 'Deployment', 'cart-v1').spec.replicas,
    one(objects, 'Deployment', 'cart-v2').spec.replicas,
  ]).toEqual([2, 1]);
  expect(one(objects, 'Service', 'cart').spec.selector).toEqual({ app: 'cart' });
});

test('the ports of a Service are named by their protocol', () => {
  const objects = alone({ port: Port.grpc(50051, { target: 8080 }), ports: [Port.tcp(6379, { name: 'redis' })] });

  expect(one(objects, 'Service', 'cart').spec.ports).toEqual([
    { name: 'grpc', port: 50051, targetPort: 8080 },
    { name: 'tcp-redis', port: 6379, targetPort: 6379 },
  ]);
  expect(containerOf(objects).ports).toEqual([
    { name: 'grpc', containerPort: 8080 },
    { name: 'tcp-redis', containerPort: 6379 },
  ]);
});

test('a service without ports has no Service and no probes', () => {
  const shop = new Topology('shop');
  shop.addService('batch', { image: 'example/batch:1' });
  const objects = rendered(shop);

  expect(names(objects, 'Service')).toEqual([]);
  expect(podOf(objects, 'batch-v1').containers[0].readinessProbe).toBeUndefined();
});

test("pods run without root, without writing, without privileges and without the API server's token", () => {
  const pod = podOf(alone({ runAsUser: 1000 }));

  expect(pod.automountServiceAccountToken).toBe(false);
  expect(pod.serviceAccountName).toBe('cart');
  expect(pod.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(pod.containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: 1000,
  });
});

test('pods spread over zones and nodes where they can', () => {
  expect(
    podOf(alone()).topologySpreadConstraints.map((each: { topologyKey: string; whenUnsatisfiable: string }) => [
      each.topologyKey,
      each.whenUnsatisfiable,
    ]),
  ).toEqual([
    ['topology.kubernetes.io/zone', 'ScheduleAnyway'],
    ['kubernetes.io/hostname', 'ScheduleAnyway'],
  ]);
});

test.each<[string, Health | undefined, object | undefined]>([
  ['a TCP connection by default', undefined, { tcpSocket: { port: 80 } }],
  ['an HTTP request', Health.http('/ready'), { httpGet: { path: '/ready', port: 80 } }],
  ['a gRPC health check', Health.grpc(), { grpc: { port: 80 } }],
  ['nothing', Health.none(), undefined],
])('readiness, liveness and start are probed by %s', (_name, health, expected) => {
  const container = containerOf(alone({ health }));
  for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    if (expected) {
      expect(container[probe]).toMatchObject(expected);
    } else {
      expect(container[probe]).toBeUndefined();
    }
  }
});

test('a start may take five minutes', () => {
  const { periodSeconds, failureThreshold } = containerOf(alone()).startupProbe;
  expect(periodSeconds * failureThreshold).toBe(300);
});

test('no resources are requested that were not declared', () => {
  expect(containerOf(alone()).resources).toBeUndefined();
  expect(containerOf(alone({ resources: { cpu: '0.25', memory: '1Gi', memoryLimit: '1Gi' } })).resources).toEqual({
    requests: { cpu: '0.25', memory: '1Gi' },
    limits: { memory: '1Gi' },
  });
});

test('directories to write to are empty volumes', () => {
  const pod = podOf(alone({ writablePaths: ['/data', '/tmp'] }));
  expect(pod.volumes).toEqual([
    { name: 'writable-0', emptyDir: {} },
    { name: 'writable-1', emptyDir: {} },
  ]);
  expect(pod.containers[0].volumeMounts.map((each: { mountPath: string }) => each.mountPath)).toEqual([
    '/data',
    '/tmp',
  ]);
});

test("command, arguments and environment are the version's over the service's", () => {
  const container = containerOf(
    alone({ command: ['/run'], args: ['--fast'], env: { A: '1', B: '1' }, versions: { v1: { env: { A: '2' } } } }),
  );
  expect([container.command, container.args, container.env]).toEqual([
    ['/run'],
    ['--fast'],
    [
      { name: 'A', value: '2' },
      { name: 'B', value: '1' },
    ],
  ]);
});

test('an autoscaler controls the replicas', () => {
  const objects = alone({ autoscaling: { min: 2, max: 9, cpuPercent: 60 }, resources: { cpu: '100m' } });
  expect(one(objects, 'Deployment', 'cart-v1').spec.replicas).toBeUndefined();
  expect(one(objects, 'HorizontalPodAutoscaler', 'cart-v1').spec).toMatchObject({
    minReplicas: 2,
    maxReplicas: 9,
    scaleTargetRef: { kind: 'Deployment', name: 'cart-v1' },
    metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 60, type: 'Utilization' } } }],
  });
});

test.each<[string, ServiceProps, boolean]>([
  ['two pods', {}, true],
  ['one pod', { replicas: 1 }, false],
  ['one pod in each of two versions', { replicas: 1, versions: { v1: {}, v2: {} } }, true],
  ['an autoscaler from one', { autoscaling: { min: 1, max: 3 }, resources: { cpu: '1' } }, false],
])('a service of %s has a disruption budget: %s', (_name, props, expected) => {
  expect(names(alone(props), 'PodDisruptionBudget')).toEqual(expected ? ['cart'] : []);
});

test('a caller learns the address of its callee, short in its own namespace', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { env: { OWN: 'x' } });
  web.calls(plain(shop, 'cart', { port: Port.http(8080) }), { addressEnvVar: 'CART' });
  web.calls(plain(shop, 'ledger', { namespace: 'money' }), { addressEnvVar: 'LEDGER' });
  web.calls(shop.addExternalService('bank', { host: 'api.bank.example', port: Port.tls(443) }), {
    addressEnvVar: 'BANK',
  });

  expect(podOf(render(shop), 'web-v1').containers[0].env).toEqual([
    { name: 'OWN', value: 'x' },
    { name: 'CART', value: 'cart:8080' },
    { name: 'LEDGER', value: 'ledger.money:80' },
    { name: 'BANK', value: 'api.bank.example:443' },
  ]);
});

test('existing pods get a Service and no workload', () => {
  const shop = new Topology('shop');
  shop.addNamespace('shop');
  shop.addService('legacy', {
    port: Port.http(80),
    existingWorkload: { labels: { release: 'old' }, serviceAccount: 'sa' },
  });
  const objects = rendered(shop);

  expect(objects.map(each => each.kind).sort()).toEqual(['Namespace', 'NetworkPolicy', 'NetworkPolicy', 'Service']);
  expect(one(objects, 'Service', 'legacy').spec.selector).toEqual({ release: 'old' });
});

describe('an escape hatch', () => {
  test('the Deployment of a version can be changed as cdk8s-plus allows', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart', { versions: { v1: {}, v2: {} } });
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });
    chart.deployment(cart, 'v2').containers[0]?.env.addVariable('EXTRA', EnvValue.fromValue('yes'));
    chart
      .deployment(cart, 'v2')
      .addContainer({ name: 'helper', image: 'example/helper:1', securityContext: { user: 1000 } });

    const pod = podOf(Testing.synth(chart) as Rendered[], 'cart-v2');
    expect(pod.containers.map((each: { name: string }) => each.name)).toEqual(['cart', 'helper']);
    expect(pod.containers[0].env).toEqual([{ name: 'EXTRA', value: 'yes' }]);
  });

  test('a container that is added has the defaults of declared ones', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart');
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });
    chart.deployment(cart).addContainer({ name: 'helper', image: 'example/helper:1' });
    chart.deployment(cart).addInitContainer({ name: 'before', image: 'example/before:1' });

    const { containers, initContainers } = podOf(Testing.synth(chart) as Rendered[], 'cart-v1');
    const defaults = {
      imagePullPolicy: 'IfNotPresent',
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
      },
    };
    expect(containers[1]).toEqual({ name: 'helper', image: 'example/helper:1', ...defaults });
    expect(initContainers).toEqual([{ name: 'before', image: 'example/before:1', ...defaults }]);
  });

  test('a container that is added keeps what it declares', () => {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart');
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });
    chart.deployment(cart).addContainer({
      name: 'helper',
      image: 'example/helper:1',
      imagePullPolicy: ImagePullPolicy.ALWAYS,
      resources: { cpu: { request: Cpu.millis(5) } },
      securityContext: { capabilities: { add: [Capability.NET_BIND_SERVICE], drop: [Capability.CHOWN] } },
    });

    expect(podOf(Testing.synth(chart) as Rendered[], 'cart-v1').containers[1]).toMatchObject({
      imagePullPolicy: 'Always',
      resources: { requests: { cpu: '5m' } },
      securityContext: { capabilities: { add: ['CAP_NET_BIND_SERVICE'], drop: ['CAP_CHOWN'] } },
    });
  });

  test('every object can be patched', () => {
    const shop = new Topology('shop');
    plain(shop, 'cart');
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });
    chart.object('Service', 'cart').addJsonPatch(JsonPatch.add('/spec/sessionAffinity', 'ClientIP'));

    expect(ApiObject.isApiObject(chart.object('NetworkPolicy', 'default-deny'))).toBe(true);
    expect(one(Testing.synth(chart) as Rendered[], 'Service', 'cart').spec.sessionAffinity).toBe('ClientIP');
  });

  test('an unknown version throws with those that exist', () => {
    const shop = new Topology('shop');
    shop.addNamespace('shop');
    const legacy = shop.addService('legacy', {
      port: Port.http(80),
      existingWorkload: { labels: { release: 'old' }, serviceAccount: 'sa' },
      versions: { v1: {} },
    });
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });

    expect(() => chart.object('Service', 'cart')).toThrow('Use one of shop/legacy.');
    expect(() => chart.object('Ingress', 'cart')).toThrow('The chart has no Ingress at all');
    expect(() => chart.deployment(legacy)).toThrow('is an existing workload');
    expect(() => chart.deployment(legacy, 'v7')).toThrow('no version "v7"');
  });
});

test('two ports of a Service may lead to one port of the container', () => {
  const objects = alone({
    port: Port.http(80, { target: 8080 }),
    ports: [Port.http(8000, { name: 'old', target: 8080 })],
  });

  expect(one(objects, 'Service', 'cart').spec.ports.map((each: { targetPort: number }) => each.targetPort)).toEqual([
    8080, 8080,
  ]);
  expect(containerOf(objects).ports).toEqual([{ name: 'http', containerPort: 8080 }]);
});

test('all objects of a service are in its namespace, and the namespace is there', () => {
  const shop = new Topology('shop');
  shop.addNamespace('money');
  plain(shop, 'web');
  plain(shop, 'ledger', { namespace: 'money', autoscaling: { min: 2, max: 3 }, resources: { cpu: '1' } });
  const objects = rendered(shop);

  expect(names(objects, 'Namespace')).toEqual(['shop', 'money']);
  expect(
    objects
      .filter(each => each.metadata.namespace === 'money')
      .map(each => `${each.kind} ${each.metadata.name}`)
      .sort(),
  ).toEqual([
    'Deployment ledger-v1',
    'HorizontalPodAutoscaler ledger-v1',
    'NetworkPolicy default-deny',
    'NetworkPolicy ledger',
    'PodDisruptionBudget ledger',
    'Service ledger',
    'ServiceAccount ledger',
  ]);
  expect(objects.filter(each => each.metadata.namespace === undefined).map(each => each.kind)).toEqual([
    'Namespace',
    'Namespace',
  ]);
});

test('what a Deployment, a Service, a budget and a spread select are the pods they are meant for', () => {
  const objects = alone({ versions: { v1: {}, v2: {} } });
  const template = (version: string) => one(objects, 'Deployment', `cart-${version}`).spec.template;
  const selects = (selector: Record<string, string>, version: string) =>
    Object.entries(selector).every(([label, value]) => template(version).metadata.labels[label] === value);

  for (const [version, other] of [
    ['v1', 'v2'],
    ['v2', 'v1'],
  ] as const) {
    const own = [
      one(objects, 'Deployment', `cart-${version}`).spec.selector,
      ...template(version).spec.topologySpreadConstraints.map((each: { labelSelector: object }) => each.labelSelector),
    ] as { matchLabels: Record<string, string> }[];
    expect(own.map(each => [selects(each.matchLabels, version), selects(each.matchLabels, other)])).toEqual(
      own.map(() => [true, false]),
    );
    expect(selects(one(objects, 'Service', 'cart').spec.selector, version)).toBe(true);
    expect(selects(one(objects, 'PodDisruptionBudget', 'cart').spec.selector.matchLabels, version)).toBe(true);
  }
});

test('the selector of a Deployment, which is immutable, does not depend on where its construct is', () => {
  const selectors = ['one', 'other'].map(id => {
    const shop = new Topology('shop');
    plain(shop, 'cart');
    return one(
      Testing.synth(new TopologyChart(new ClusterApp(), id, { topology: shop })) as Rendered[],
      'Deployment',
      'cart-v1',
    ).spec.selector;
  });
  expect(selectors[0]).toEqual(selectors[1]);
});

test('an autoscaler of one version leaves the replicas of another', () => {
  const objects = alone({
    resources: { cpu: '1' },
    versions: { v1: { replicas: 3 }, v2: { autoscaling: { min: 1, max: 2 } } },
  });

  expect([
    one(objects, 'Deployment', 'cart-v1').spec.replicas,
    one(objects, 'Deployment', 'cart-v2').spec.replicas,
  ]).toEqual([3, undefined]);
  expect(names(objects, 'HorizontalPodAutoscaler')).toEqual(['cart-v2']);
});

test('an autoscaler without a target has 70 percent', () => {
  const objects = alone({ autoscaling: { min: 1, max: 2 }, resources: { cpu: '1' } });
  expect(one(objects, 'HorizontalPodAutoscaler', 'cart-v1').spec.metrics[0].resource.target.averageUtilization).toBe(
    70,
  );
});

test('zero replicas are valid, without a disruption budget', () => {
  const objects = alone({ replicas: 0 });
  expect(one(objects, 'Deployment', 'cart-v1').spec.replicas).toBe(0);
  expect(names(objects, 'PodDisruptionBudget')).toEqual([]);
});

test('the probes go to the port of the container, not to that of the Service', () => {
  for (const [health, key] of [
    [Health.tcp(), 'tcpSocket'],
    [Health.http('/'), 'httpGet'],
    [Health.grpc(), 'grpc'],
  ] as const) {
    const container = containerOf(alone({ health, port: Port.grpc(80, { target: 9555 }) }));
    expect(['readinessProbe', 'livenessProbe', 'startupProbe'].map(each => container[each][key].port)).toEqual([
      9555, 9555, 9555,
    ]);
    expect(container.startupProbe.periodSeconds * container.startupProbe.failureThreshold).toBe(300);
  }
});

test('on plain Kubernetes staying out of the mesh changes nothing', () => {
  expect(alone({ inMesh: false })).toEqual(alone());
});

test('an existing workload calls as its own ServiceAccount and gets no address variable', () => {
  const shop = new Topology('shop');
  const legacy = shop.addService('legacy', { existingWorkload: { labels: { release: 'old' }, serviceAccount: 'old' } });
  legacy.calls(plain(shop, 'cart'));
  const objects = rendered(shop);

  expect(names(objects, 'ServiceAccount')).toEqual(['cart']);
  expect(one(objects, 'NetworkPolicy', 'legacy').spec.podSelector).toEqual({ matchLabels: { release: 'old' } });
});
