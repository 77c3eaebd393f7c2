import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App, Chart, JsonPatch, Lazy, Testing, YamlOutputType } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { ClusterApp, Mesh, Port, type Service, Topology, TopologyChart } from '../../lib';
import { VirtualService } from '../../lib/istio';
import { one, plain, type Rendered } from '../istio/support';
import { temporaryFolder } from '../support/temporary-folder';

/** A chart of one service that scales, with its policies, budget and autoscaler. */
function shopChart(app: App = new ClusterApp({ outdir: temporaryFolder() })): TopologyChart {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart', {
    autoscaling: { min: 2, max: 4 },
    writablePaths: ['/tmp'],
    resources: { cpu: '100m', memory: '64Mi' },
  });
  plain(shop, 'web').calls(cart);
  return new TopologyChart(app, 'test', { topology: shop });
}

/** A value of a written object, by its JSON pointer. */
function at(objects: readonly unknown[], kind: string, name: string, path: string): unknown {
  const keys = path
    .split('/')
    .slice(1)
    .map(key => key.replace(/~1/g, '/'));
  return keys.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    one(objects as Rendered[], kind, name),
  );
}

const pod = '/spec/template/spec';
const container = `${pod}/containers/0`;
const sidecar = { name: 'proxy', image: 'example/proxy:1', restartPolicy: 'Always' };

const PATCHES: [kind: string, name: string, path: string, value: unknown][] = [
  ['NetworkPolicy', 'cart', '/spec/ingress/0/ports', [{ protocol: 'TCP', port: 5432 }]],
  ['NetworkPolicy', 'cart', '/spec/ingress/0/ports/0/port', 'http'],
  ['NetworkPolicy', 'cart', '/spec/ingress/0/ports/0/endPort', 5440],
  ['Deployment', 'cart-v1', `${container}/readinessProbe`, { httpGet: { path: '/ready', port: 8081 } }],
  ['Deployment', 'cart-v1', `${container}/livenessProbe/tcpSocket/port`, 'http'],
  ['PodDisruptionBudget', 'cart', '/spec/maxUnavailable', '25%'],
  [
    'HorizontalPodAutoscaler',
    'cart-v1',
    '/spec/metrics/-',
    {
      type: 'Pods',
      pods: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } },
    },
  ],
  ['Service', 'cart', '/spec/ports/0/targetPort', 8080],
  ['Service', 'cart', '/spec/clusterIP', 'None'],
  ['Service', 'cart', '/spec/trafficDistribution', 'PreferClose'],
  ['Service', 'cart', '/spec/loadBalancerIP', '10.0.0.1'],
  ['Deployment', 'cart-v1', `${container}/resources/limits`, { cpu: '500m', 'nvidia.com/gpu': 1 }],
  ['Deployment', 'cart-v1', `${container}/resources/requests/ephemeral-storage`, '1Gi'],
  [
    'Deployment',
    'cart-v1',
    '/spec/strategy',
    { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '50%' } },
  ],
  ['Deployment', 'cart-v1', `${pod}/volumes/0/emptyDir`, { sizeLimit: '64Mi', medium: 'Memory' }],
  ['Deployment', 'cart-v1', `${container}/lifecycle`, { preStop: { sleep: { seconds: 5 } } }],
  ['Deployment', 'cart-v1', `${container}/securityContext/appArmorProfile`, { type: 'RuntimeDefault' }],
  ['Deployment', 'cart-v1', `${pod}/initContainers`, [sidecar]],
  ['Deployment', 'cart-v1', `${pod}/hostIPC`, true],
  [
    'Deployment',
    'cart-v1',
    `${pod}/volumes/-`,
    {
      name: 'labels',
      downwardAPI: { items: [{ path: 'cpu', resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } }] },
    },
  ],
  ['Deployment', 'cart-v1', `${pod}/setHostnameAsFQDN`, true],
  ['Deployment', 'cart-v1', '/metadata/annotations', { 'example.com/clusterIp': 'a key is not a field' }],
  ['Service', 'cart', '/metadata/labels/example.com~1tier', 'backend'],
  ['Namespace', 'shop', '/metadata/labels/team', 'cart'],
];

test.each(PATCHES)('%s %s is written with the patched %s', (kind, name, path, value) => {
  const chart = shopChart();
  const before = JSON.parse(JSON.stringify(Testing.synth(chart))) as unknown[];
  chart.object(kind, name).addJsonPatch(JsonPatch.add(path, value));
  const written = JSON.parse(JSON.stringify(Testing.synth(chart))) as unknown[];

  const parent = path.slice(0, path.lastIndexOf('/'));
  const items = path.endsWith('/-') ? (at(before, kind, name, parent) as unknown[]) : [];
  expect(at(written, kind, name, path.endsWith('/-') ? `${parent}/${items.length}` : path)).toEqual(value);
  const others = (objects: unknown[]) =>
    objects.filter(each => (each as Rendered).kind !== kind || (each as Rendered).metadata.name !== name);
  expect(others(written)).toEqual(others(before));
});

test('patches apply one after the other, however often the object is rendered', () => {
  const chart = shopChart();
  const service = chart.object('Service', 'cart');
  service.addJsonPatch(
    JsonPatch.add('/spec/ports/-', { name: 'admin', port: 9000 }),
    JsonPatch.add('/spec/ports/1/targetPort', 'admin'),
  );
  const ports = [
    { name: 'http', port: 80, targetPort: 80 },
    { name: 'admin', port: 9000, targetPort: 'admin' },
  ];

  expect([1, 2].map(() => at([service.toJson()], 'Service', 'cart', '/spec/ports'))).toEqual([ports, ports]);
  service.addJsonPatch(
    JsonPatch.test('/spec/ports/1/port', 9000),
    JsonPatch.move('/spec/ports/0', '/spec/ports/1'),
    JsonPatch.copy('/spec/selector/app', '/metadata/labels/app'),
  );
  expect(at([service.toJson()], 'Service', 'cart', '/spec/ports')).toEqual([ports[1], ports[0]]);
  expect(at([service.toJson()], 'Service', 'cart', '/metadata/labels/app')).toBe('cart');
});

test('a patched object has its fields in the order of all others', () => {
  const chart = shopChart();
  const service = chart.object('Service', 'cart');
  service.addJsonPatch(JsonPatch.add('/spec/clusterIP', 'None'));
  const account = chart.object('ServiceAccount', 'cart');
  account.addJsonPatch(JsonPatch.add('/secrets', []), JsonPatch.add('/imagePullSecrets', []));

  expect(Object.keys((service.toJson() as Rendered).spec as object)[0]).toBe('clusterIP');
  expect(Object.keys(account.toJson() as object).slice(-2)).toEqual(['imagePullSecrets', 'secrets']);
});

/** Each way from a chart to what is written. */
const WAYS: [name: string, write: (chart: (app: App) => TopologyChart) => unknown[]][] = [
  ['Testing.synth', chart => Testing.synth(chart(new ClusterApp())) as unknown[]],
  ['the toJson of the chart in a plain app', chart => chart(new App()).toJson() as unknown[]],
  [
    'ClusterApp.synth',
    chart => synthesized(new ClusterApp({ outdir: temporaryFolder() }), chart, ['5-workloads.yaml']),
  ],
  [
    'ClusterApp.synth with its checks',
    chart => synthesized(new ClusterApp({ outdir: temporaryFolder(), checked: true }), chart, ['5-workloads.yaml']),
  ],
  ['App.synth', chart => synthesized(new App({ outdir: temporaryFolder() }), chart, ['test.k8s.yaml'])],
  [
    'App.synth in a file',
    chart =>
      synthesized(new App({ outdir: temporaryFolder(), yamlOutputType: YamlOutputType.FILE_PER_APP }), chart, [
        'app.k8s.yaml',
      ]),
  ],
  [
    'App.synth in folders',
    chart =>
      synthesized(
        new App({ outdir: temporaryFolder(), yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE }),
        chart,
        ['test', 'Service.cart.k8s.yaml'],
      ),
  ],
];

function synthesized(app: App, chart: (app: App) => TopologyChart, path: string[]): unknown[] {
  chart(app);
  app.synth();
  return loadAll(readFileSync(join(app.outdir, ...path), 'utf8')) as unknown[];
}

test.each(WAYS)('a patch is found through %s', (_name, write) => {
  const objects = write(app => {
    const chart = shopChart(app);
    chart.object('Service', 'cart').addJsonPatch(JsonPatch.add('/spec/ports/0/targetPort', 8080));
    return chart;
  });

  expect(at(objects, 'Service', 'cart', '/spec/ports/0/targetPort')).toBe(8080);
});

test('a cdk8s-plus Deployment is patched as what it is written to', () => {
  const chart = shopChart();
  const [cart] = chart.topology.services as [Service];
  ApiObject.of(chart.deployment(cart)).addJsonPatch(JsonPatch.add(`${pod}/hostPID`, true));

  expect(at(Testing.synth(chart) as unknown[], 'Deployment', 'cart-v1', `${pod}/hostPID`)).toBe(true);
});

test.each<[string, (chart: TopologyChart) => Chart]>([
  ['below a TopologyChart', chart => chart],
  ['in a chart within it', chart => new Chart(chart, 'more')],
  ['in another chart of a ClusterApp', chart => new Chart(chart.node.root, 'other')],
])('objects that are added later %s are patched alike', (_name, scopeOf) => {
  const scope = scopeOf(shopChart());
  const service = new k8s.KubeService(scope, 'own', { metadata: { name: 'own' }, spec: { ports: [{ port: 80 }] } });
  service.addJsonPatch(JsonPatch.add('/spec/clusterIP', 'None'));

  expect(at(Testing.synth(scope) as unknown[], 'Service', 'own', '/spec/clusterIP')).toBe('None');
});

const MISTAKES: [what: string, patch: JsonPatch, told: string[]][] = [
  [
    'a field to replace that is not there',
    JsonPatch.replace('/spec/nothing', 1),
    ['"replace /spec/nothing" of Service "cart"', 'There is no /spec/nothing.'],
  ],
  ['a field to remove that is not there', JsonPatch.remove('/spec/nothing'), ['There is no /spec/nothing.']],
  ['a field to test that is not there', JsonPatch.test('/spec/nothing', 1), ['There is no /spec/nothing.']],
  ['a value that is another', JsonPatch.test('/spec/ports/0/port', 81), ['The value at the path is different.']],
  [
    'a parent that is not there',
    JsonPatch.add('/spec/sessionAffinityConfig/clientIP', {}),
    ['There is no /spec/sessionAffinityConfig.'],
  ],
  ['a field of a text', JsonPatch.add('/spec/selector/app/x', 1), ['There is no /spec/selector/app/x.']],
  ['an item beyond the end', JsonPatch.add('/spec/ports/2', { port: 1 }), ['There is no /spec/ports/2.']],
  ['an item by name', JsonPatch.add('/spec/ports/http', { port: 1 }), ['There is no /spec/ports/http.']],
  [
    'an item to replace beyond the end',
    JsonPatch.replace('/spec/ports/1', { port: 1 }),
    ['There is no /spec/ports/1.'],
  ],
  [
    'the item after the last to replace',
    JsonPatch.replace('/spec/ports/-', { port: 1 }),
    ['There is no /spec/ports/-.'],
  ],
  ['a source that is not there', JsonPatch.copy('/spec/nothing', '/spec/x'), ['There is no /spec/nothing.']],
  ['an inherited field', JsonPatch.copy('/spec/constructor', '/spec/x'), ['There is no /spec/constructor.']],
  ['the whole object', JsonPatch.remove(''), ['take the place of the whole object', 'Patch its fields']],
  ['the whole object to replace', JsonPatch.replace('', {}), ['take the place of the whole object']],
  ['a path without a slash', JsonPatch.add('spec/clusterIP', 'None'), ['does not start with "/"']],
  [
    'the last item of a list',
    JsonPatch.remove('/spec/ports/0'),
    ['It would leave /spec/ports empty', 'Remove /spec/ports itself'],
  ],
  ['the last item of a list, moved', JsonPatch.move('/spec/ports/0', '/spec/x'), ['It would leave /spec/ports empty']],
  [
    'a property of cdk8s-plus',
    JsonPatch.add('/spec/clusterIp', 'None'),
    ['no /spec/clusterIp.', 'Use /spec/clusterIP.'],
  ],
  ['a property of cdk8s-plus to replace', JsonPatch.replace('/spec/loadBalancerIp', 'x'), ['Use /spec/loadBalancerIP']],
  [
    'a property of cdk8s-plus on the way',
    JsonPatch.add('/spec/sessionAffinityConfig/clientIp/timeoutSeconds', 1),
    ['There is no /spec/sessionAffinityConfig.'],
  ],
  [
    'a property of cdk8s-plus in a value',
    JsonPatch.add('/spec/sessionAffinityConfig', { clientIp: {} }),
    ['Use /spec/sessionAffinityConfig/clientIP.'],
  ],
  [
    'a property of cdk8s-plus as a copy',
    JsonPatch.copy('/spec/selector/app', '/spec/clusterIp'),
    ['Use /spec/clusterIP.'],
  ],
  [
    'an object of a class',
    JsonPatch.add('/spec/ports/0/targetPort', k8s.IntOrString.fromNumber(8080)),
    ['class IntOrString', 'Use the plain value, 8080.'],
  ],
  [
    'an object of a class in a value',
    JsonPatch.add('/spec/ports/-', { port: 1, targetPort: k8s.IntOrString.fromString('x') }),
    ['at /targetPort', '"x"'],
  ],
  [
    'a lazy value',
    JsonPatch.add('/spec/clusterIP', Lazy.any({ produce: () => 'None' })),
    ['class Lazy', 'Use a plain value.'],
  ],
  [
    'what the class makes of a number',
    JsonPatch.add('/spec/ports/0/targetPort', { value: 8080 }),
    ['a number or a string', 'Use the plain value.'],
  ],
  ['no value', JsonPatch.add('/spec/clusterIP', undefined), ['Its value is undefined']],
  [
    'an item without a value',
    JsonPatch.add('/spec/externalIPs', ['10.0.0.1', undefined]),
    ['at /1 in it is undefined'],
  ],
  ['a number that is none', JsonPatch.add('/spec/ports/0/port', NaN), ['Its value is NaN']],
];

test.each(MISTAKES)('a patch of %s throws', (_what, patch, told) => {
  const chart = shopChart();
  chart.object('Service', 'cart').addJsonPatch(patch);

  told.forEach(each => expect(() => Testing.synth(chart)).toThrow(each));
  expect(() => Testing.synth(chart)).toThrow(
    expect.objectContaining({ code: 'InvalidPatch', path: 'test/cart/service/Resource' }),
  );
});

test('a typed resource on any chart rejects a patch of a field that does not exist', () => {
  const chart = new Chart(new App(), 'own');
  const routes = new VirtualService(chart, 'routes', { spec: { hosts: ['web'] } });
  routes.addJsonPatch(JsonPatch.replace('/spec/http/0/timeout', '5s'));

  expect(() => Testing.synth(chart)).toThrow('There is no /spec/http.');
});

test('two objects that patches give one name are an error', () => {
  const chart = shopChart();
  chart.object('Service', 'cart').addJsonPatch(JsonPatch.replace('/metadata/name', 'web'));

  expect(() => (chart.node.root as ClusterApp).synth()).toThrow(
    'Service shop/web is declared at test/cart/service/Resource and at test/web/service/Resource',
  );
});

test('a value is written though it is falsy', () => {
  const chart = shopChart();
  const deployment = chart.object('Deployment', 'cart-v1');
  deployment.addJsonPatch(
    JsonPatch.add('/spec/replicas', 0),
    JsonPatch.add('/spec/paused', false),
    JsonPatch.add('/spec/template/spec/subdomain', ''),
  );

  const { spec } = deployment.toJson() as Rendered;
  expect(spec).toMatchObject({ replicas: 0, paused: false, template: { spec: { subdomain: '' } } });
});

test('no port of a NetworkPolicy is lost, given by a property or by a patch', () => {
  const port = fc.oneof(
    fc.record(
      { port: fc.integer({ min: 1, max: 65535 }), protocol: fc.constantFrom('TCP', 'UDP', 'SCTP') },
      { requiredKeys: ['port'] },
    ),
    fc.record(
      { port: fc.stringMatching(/^[a-z]{1,15}$/), protocol: fc.constantFrom('TCP', 'UDP') },
      { requiredKeys: ['port'] },
    ),
    fc.record({
      port: fc.integer({ min: 1, max: 999 }),
      endPort: fc.integer({ min: 1000, max: 65535 }),
      protocol: fc.constant('TCP'),
    }),
    fc.record({ protocol: fc.constantFrom('TCP', 'UDP') }),
  );
  const wrapped = ({
    port: value,
    ...rest
  }: {
    port?: string | number;
    protocol?: string;
    endPort?: number;
  }): k8s.NetworkPolicyPort =>
    value === undefined
      ? rest
      : {
          ...rest,
          port: typeof value === 'number' ? k8s.IntOrString.fromNumber(value) : k8s.IntOrString.fromString(value),
        };
  fc.assert(
    fc.property(
      fc.array(port, { minLength: 1, maxLength: 4 }),
      fc.array(port, { minLength: 1, maxLength: 4 }),
      (given, patched) => {
        const scope = new Chart(new ClusterApp(), 'test');
        const policy = new k8s.KubeNetworkPolicy(scope, 'policy', {
          metadata: { name: 'policy' },
          spec: { podSelector: {}, ingress: [{ ports: given.map(wrapped) }], egress: [{ ports: given.map(wrapped) }] },
        });
        policy.addJsonPatch(JsonPatch.replace('/spec/egress/0/ports', patched));
        const [written] = Testing.synth(scope) as Rendered[];
        expect(written?.spec).toMatchObject({ ingress: [{ ports: given }], egress: [{ ports: patched }] });
      },
    ),
    { numRuns: 100 },
  );
});

/** Objects as a program without types could build them. */
const untyped = (build: (scope: Chart) => ApiObject) => {
  const chart = new Chart(new ClusterApp(), 'test');
  build(chart);
  return () => Testing.synth(chart) as unknown[];
};
const wrong = <Value>(value: unknown) => value as Value;
const podOf = (spec: unknown) => (scope: Chart) =>
  new k8s.KubePod(scope, 'pod', { metadata: { name: 'pod' }, spec: wrong(spec) });
const policyOf = (ports: unknown) => (scope: Chart) =>
  new k8s.KubeNetworkPolicy(scope, 'policy', {
    metadata: { name: 'policy' },
    spec: { podSelector: {}, ingress: [{ ports: wrong(ports) }] },
  });

test.each<[string, (scope: Chart) => ApiObject, string[]]>([
  [
    'a plain port of a NetworkPolicy',
    policyOf([{ protocol: 'TCP', port: 5432 }]),
    ['5432 at /spec/ingress/0/ports/0/port of NetworkPolicy "policy"', 'IntOrString.fromNumber(5432)'],
  ],
  [
    'a port of a NetworkPolicy without a value',
    policyOf([undefined]),
    ['has no value: /spec/ingress/0/ports/0.', 'Remove the item.'],
  ],
  [
    'a plain quantity',
    podOf({ containers: [{ name: 'a', resources: { limits: { 'nvidia.com/gpu': '1' } } }] }),
    ['"1" at /spec/containers/0/resources/limits/nvidia.com~1gpu', 'fromString("1")'],
  ],
  [
    'a plain port of a probe',
    podOf({ containers: [{ name: 'a', livenessProbe: { tcpSocket: { port: 80 } } }] }),
    ['/spec/containers/0/livenessProbe/tcpSocket/port'],
  ],
  [
    'a field that cdk8s-plus does not have',
    podOf({ containers: [{ name: 'a', restartPolicy: 'Always' }] }),
    ['"Always" at /spec/containers/0/restartPolicy', 'KubePod has no such property', 'addJsonPatch'],
  ],
  ['the spelling of the API in a property', podOf({ hostPID: true, containers: [] }), ['true at /spec/hostPID']],
])('%s fails synthesis instead of being lost', (_what, build, told) => {
  told.forEach(each => expect(untyped(build)).toThrow(each));
  expect(untyped(build)).toThrow(expect.objectContaining({ code: 'LostValue' }));
});

test('what cdk8s-plus writes whole is no loss: renamed fields, free maps, unions and empty objects', () => {
  const build = podOf({
    hostPid: true,
    nodeSelector: { clusterIp: 'yes' },
    volumes: [{ name: 'a', emptyDir: {} }],
    containers: [
      { name: 'a', env: [], ports: [{ containerPort: 1 }], resources: { limits: { cpu: k8s.Quantity.fromNumber(0) } } },
    ],
  });

  expect(untyped(build)()).toMatchObject([
    { spec: { hostPID: true, nodeSelector: { clusterIp: 'yes' }, volumes: [{ emptyDir: {} }] } },
  ]);
});

test('the mesh and its gateways lose nothing', () => {
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { port: Port.grpc(9000, { target: 9001 }) });
  shop.addEdge('door', { host: 'shop.example' }).route('GET /', web);

  expect(() =>
    Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.istio() })),
  ).not.toThrow();
});
