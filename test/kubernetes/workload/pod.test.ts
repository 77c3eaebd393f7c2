import { ApiObject, Duration, JsonPatch, Testing } from 'cdk8s';
import { Cpu, EnvValue as KubeEnvValue, Volume as KubeVolume } from 'cdk8s-plus-27';
import {
  ClusterApp,
  DnsPolicy,
  EnvValue,
  NodeOperator,
  RolloutStrategy,
  ScalingMetric,
  type Service,
  type ServiceProps,
  TaintEffect,
  Topology,
  TopologyChart,
} from '../../../lib';
import { names, one, plain, type Rendered } from '../../istio/support';
import { problemsOf } from '../../support/schemas';
import { alone, podOf, templateOf } from './support';

const deploymentOf = (props: ServiceProps) => one(alone(props), 'Deployment', 'cart-v1').spec;

test('a lone service has no field with an empty value or the default of Kubernetes', () => {
  const { spec } = one(alone({ port: undefined }), 'Deployment', 'cart-v1');
  expect(Object.keys(spec).sort()).toEqual(['replicas', 'selector', 'template']);
  expect(Object.keys(spec.template.spec).sort()).toEqual([
    'automountServiceAccountToken',
    'containers',
    'securityContext',
    'serviceAccountName',
    'topologySpreadConstraints',
  ]);
  expect(Object.keys(spec.template.spec.containers[0]).sort()).toEqual([
    'image',
    'imagePullPolicy',
    'name',
    'securityContext',
  ]);
  expect(Object.keys(spec.template.metadata as object)).toEqual(['labels']);
  expect(one(alone(), 'Service', 'cart').spec.externalIPs).toBeUndefined();
  expect(one(alone(), 'Namespace', 'shop').spec).toBeUndefined();
});

test('labels and annotations are those of the object that they are declared for', () => {
  const props = {
    metadata: { labels: { team: 'a' }, annotations: { x: 'deployment' } },
    podMetadata: { labels: { tier: 'b' }, annotations: { x: 'pod' } },
    serviceMetadata: { labels: { c: 'c' }, annotations: { x: 'service' } },
    serviceAccount: { labels: { d: 'd' }, annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/cart' } },
  };
  const objects = alone(props);
  expect(one(objects, 'Deployment', 'cart-v1').metadata).toMatchObject({
    labels: { team: 'a', version: 'v1' },
    annotations: { x: 'deployment' },
  });
  expect(templateOf(props).metadata).toMatchObject({ labels: { tier: 'b', app: 'cart' }, annotations: { x: 'pod' } });
  expect(one(objects, 'Service', 'cart').metadata).toMatchObject({ labels: { c: 'c' }, annotations: { x: 'service' } });
  expect(one(objects, 'ServiceAccount', 'cart').metadata).toMatchObject({
    labels: { d: 'd', 'app.kubernetes.io/name': 'cart' },
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/cart' },
  });
});

test('the ServiceAccount may have another name, and pods a token for the API server', () => {
  const props = { serviceAccount: { name: 'cart-account', automountToken: true } };
  expect(names(alone(props), 'ServiceAccount')).toEqual(['cart-account']);
  expect(podOf(props)).toMatchObject({ serviceAccountName: 'cart-account', automountServiceAccountToken: true });
  expect(podOf({}).automountServiceAccountToken).toBe(false);
});

test('settings of the pod are rendered, and nothing else', () => {
  const pod = podOf({
    pod: {
      terminationGracePeriod: Duration.minutes(2),
      securityContext: { fsGroup: 5, fsGroupChangeOnRootMismatch: true, supplementalGroups: [6] },
      imagePullSecrets: ['registry'],
      dnsPolicy: DnsPolicy.NONE,
      dnsConfig: { nameservers: ['10.0.0.10'], searches: ['example.com'], options: { ndots: '2', rotate: '' } },
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['old.example'] }],
      enableServiceLinks: false,
      shareProcessNamespace: true,
    },
  });
  expect(pod).toMatchObject({
    terminationGracePeriodSeconds: 120,
    securityContext: {
      fsGroup: 5,
      fsGroupChangePolicy: 'OnRootMismatch',
      supplementalGroups: [6],
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    imagePullSecrets: [{ name: 'registry' }],
    dnsPolicy: 'None',
    dnsConfig: {
      nameservers: ['10.0.0.10'],
      searches: ['example.com'],
      options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
    },
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['old.example'] }],
    enableServiceLinks: false,
    shareProcessNamespace: true,
  });
});

test('settings of the pod that equal the default of Kubernetes are not rendered', () => {
  const pod = podOf({
    pod: { dnsPolicy: DnsPolicy.CLUSTER_FIRST, enableServiceLinks: true, shareProcessNamespace: false },
  });
  expect(Object.keys(pod)).toEqual(Object.keys(podOf({})));
});

describe('scheduling', () => {
  const selector = { matchLabels: { app: 'cart', version: 'v1' } };

  test('is by labels of nodes, required and preferred', () => {
    const { affinity, nodeSelector } = podOf({
      scheduling: {
        nodeSelector: { 'kubernetes.io/arch': 'arm64' },
        nodeAffinity: [
          { key: 'zone', values: ['a', 'b'] },
          { key: 'spot', operator: NodeOperator.DOES_NOT_EXIST },
          { key: 'disk', values: ['ssd'], preference: 10 },
        ],
      },
    });
    expect(nodeSelector).toEqual({ 'kubernetes.io/arch': 'arm64' });
    expect(affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'zone', operator: 'In', values: ['a', 'b'] },
                { key: 'spot', operator: 'DoesNotExist' },
              ],
            },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
        ],
      },
    });
  });

  test('is near to and away from other pods', () => {
    const { affinity } = podOf({
      scheduling: {
        podAffinity: [
          { labels: { app: 'redis' }, topologyKey: 'topology.kubernetes.io/zone', namespaces: ['x'], preference: 5 },
        ],
        podAntiAffinity: [{}],
      },
    });
    expect(affinity).toEqual({
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 5,
            podAffinityTerm: {
              labelSelector: { matchLabels: { app: 'redis' } },
              namespaces: ['x'],
              topologyKey: 'topology.kubernetes.io/zone',
            },
          },
        ],
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: selector, topologyKey: 'kubernetes.io/hostname' },
        ],
      },
    });
  });

  test('tolerates taints, and has the classes that are declared', () => {
    expect(
      podOf({
        scheduling: {
          tolerations: [
            { key: 'gpu' },
            { key: 'pool', value: 'batch', effect: TaintEffect.NO_SCHEDULE },
            { key: 'down', effect: TaintEffect.NO_EXECUTE, tolerationDuration: Duration.seconds(30) },
          ],
          priorityClassName: 'high',
          runtimeClassName: 'gvisor',
          schedulerName: 'other',
        },
      }),
    ).toMatchObject({
      tolerations: [
        { key: 'gpu', operator: 'Exists' },
        { key: 'pool', value: 'batch', effect: 'NoSchedule' },
        { key: 'down', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
      ],
      priorityClassName: 'high',
      runtimeClassName: 'gvisor',
      schedulerName: 'other',
    });
  });

  test('spreads as declared in place of the default', () => {
    const topologySpreadConstraints = [{ topologyKey: 'zone', maxSkew: 2, required: true, minDomains: 3 }];
    expect(podOf({ scheduling: { topologySpreadConstraints } }).topologySpreadConstraints).toEqual([
      { topologyKey: 'zone', maxSkew: 2, minDomains: 3, whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector },
    ]);
    expect(podOf({ scheduling: { topologySpreadConstraints: [] } }).topologySpreadConstraints).toBeUndefined();
  });
});

test.each([
  [{ strategy: RolloutStrategy.RECREATE }, { strategy: { type: 'Recreate' } }],
  [
    { maxSurge: '2', maxUnavailable: '0' },
    { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } },
  ],
  [{ maxSurge: '50%' }, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%' } } }],
  [{ minReady: Duration.seconds(5) }, { minReadySeconds: 5 }],
  [{ progressDeadline: Duration.minutes(20) }, { progressDeadlineSeconds: 1200 }],
  [{ revisionHistoryLimit: 2 }, { revisionHistoryLimit: 2 }],
])('a rollout is as declared (%#)', (rollout, expected) => {
  const { replicas, selector, template, ...rest } = deploymentOf({ rollout });
  expect(rest).toEqual(expected);
  expect([replicas, selector, template]).not.toContain(undefined);
});

describe('autoscaling', () => {
  const metricsOf = (props: ServiceProps) => one(alone(props), 'HorizontalPodAutoscaler', 'cart-v1').spec.metrics;

  test('is by memory, custom and external metrics', () => {
    const metrics = [
      ScalingMetric.pods('requests_per_second', '100'),
      ScalingMetric.object({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' }, 'hits', {
        value: '2k',
      }),
      ScalingMetric.external('queue_length', { averageValue: '30', selector: { queue: 'orders' } }),
    ];
    const props = {
      autoscaling: { min: 1, max: 5, memoryPercent: 80, metrics },
      resources: { memory: '1Gi' },
    };
    expect(metricsOf(props)).toEqual([
      { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } } },
      {
        type: 'Pods',
        pods: { metric: { name: 'requests_per_second' }, target: { type: 'AverageValue', averageValue: '100' } },
      },
      {
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' },
          metric: { name: 'hits' },
          target: { type: 'Value', value: '2k' },
        },
      },
      {
        type: 'External',
        external: {
          metric: { name: 'queue_length', selector: { matchLabels: { queue: 'orders' } } },
          target: { type: 'AverageValue', averageValue: '30' },
        },
      },
    ]);
  });

  test('is by CPU and memory if both are declared', () => {
    const autoscaling = { min: 1, max: 5, cpuPercent: 60, memoryPercent: 80 };
    expect(
      metricsOf({ autoscaling, resources: { cpu: '1', memory: '1Gi' } }).map(
        (each: { resource: { name: string } }) => each.resource.name,
      ),
    ).toEqual(['cpu', 'memory']);
  });

  test('has no behavior that is not declared', () => {
    const objects = alone({ autoscaling: { min: 1, max: 2 }, resources: { cpu: '1' } });
    expect(Object.keys(one(objects, 'HorizontalPodAutoscaler', 'cart-v1').spec).sort()).toEqual([
      'maxReplicas',
      'metrics',
      'minReplicas',
      'scaleTargetRef',
    ]);
  });

  test('by another autoscaler leaves the replicas to it', () => {
    const objects = alone({ autoscaling: { min: 0, max: 9, existing: true } });
    expect(names(objects, 'HorizontalPodAutoscaler')).toEqual([]);
    expect(one(objects, 'Deployment', 'cart-v1').spec.replicas).toBeUndefined();
    expect(names(objects, 'PodDisruptionBudget')).toEqual([]);
  });
});

test.each([
  [{ maxUnavailable: '25%' }, { maxUnavailable: '25%' }],
  [{ maxUnavailable: '2' }, { maxUnavailable: 2 }],
  [{ minAvailable: '2' }, { minAvailable: 2 }],
  [{ minAvailable: '50%' }, { minAvailable: '50%' }],
])('a disruption budget is as declared (%#)', (disruptionBudget, expected) => {
  const { selector, unhealthyPodEvictionPolicy, ...rest } = one(
    alone({ replicas: 4, disruptionBudget }),
    'PodDisruptionBudget',
    'cart',
  ).spec;
  expect(rest).toEqual(expected);
  expect([selector, unhealthyPodEvictionPolicy]).toEqual([{ matchLabels: { app: 'cart' } }, 'AlwaysAllow']);
});

test('a version overrides each setting of its service', () => {
  const props = {
    pod: { terminationGracePeriod: Duration.seconds(5) },
    scheduling: { priorityClassName: 'low' },
    podMetadata: { annotations: { x: '1' } },
    versions: {
      v1: {},
      v2: {
        pod: { enableServiceLinks: false },
        scheduling: { priorityClassName: 'high' },
        podMetadata: { annotations: { x: '2' } },
      },
    },
  };
  expect(podOf(props)).toMatchObject({ terminationGracePeriodSeconds: 5, priorityClassName: 'low' });
  expect(podOf(props, 'v2')).toMatchObject({ enableServiceLinks: false, priorityClassName: 'high' });
  expect(podOf(props, 'v2').terminationGracePeriodSeconds).toBeUndefined();
  expect(templateOf(props, 'v2').metadata.annotations).toEqual({ x: '2' });
});

describe('changes with cdk8s-plus', () => {
  function changed(props: ServiceProps, change: (chart: TopologyChart, cart: Service) => void) {
    const shop = new Topology('shop');
    const cart = plain(shop, 'cart', props);
    const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop });
    change(chart, cart);
    return one(Testing.synth(chart) as Rendered[], 'Deployment', 'cart-v1').spec;
  }

  test('add to what is declared', () => {
    const { template } = changed({ env: { A: '1' }, writablePaths: ['/tmp'] }, (chart, cart) => {
      const deployment = chart.deployment(cart);
      deployment.containers[0]?.env.addVariable('B', KubeEnvValue.fromValue('2'));
      deployment.containers[0]?.mount('/more', KubeVolume.fromEmptyDir(deployment, 'more', 'more'));
      deployment.addContainer({ name: 'helper', image: 'example/h:1', resources: { cpu: { request: Cpu.millis(5) } } });
    });
    expect(template.spec.containers[0].env.map((each: { name: string }) => each.name)).toEqual(['A', 'B']);
    expect(template.spec.volumes.map((each: { name: string }) => each.name)).toEqual(['writable-0', 'more']);
    expect(template.spec.containers.map((each: { name: string }) => each.name)).toEqual(['cart', 'helper']);
  });

  test('replace a declared variable, a reference too', () => {
    const { template } = changed({ env: { A: '1', B: EnvValue.fromSecret('x', 'y') } }, (chart, cart) => {
      chart.deployment(cart).containers[0]?.env.addVariable('A', KubeEnvValue.fromValue('2'));
      chart.deployment(cart).containers[0]?.env.addVariable('B', KubeEnvValue.fromValue('3'));
    });
    expect(template.spec.containers[0].env).toEqual([
      { name: 'A', value: '2' },
      { name: 'B', value: '3' },
    ]);
  });

  test('that contradict the declaration are an error', () => {
    expect(() =>
      changed({ writablePaths: ['/tmp'] }, (chart, cart) => {
        const deployment = chart.deployment(cart);
        deployment.containers[0]?.mount('/tmp', KubeVolume.fromEmptyDir(deployment, 'more', 'more'));
      }),
    ).toThrow('/spec/containers/cart/volumeMounts//tmp/name is "more" by a change with cdk8s-plus, and "writable-0"');
  });

  test('by patches apply to the declared fields, in the spelling of the API', () => {
    const { template } = changed({ pod: { terminationGracePeriod: Duration.seconds(5) } }, (chart, cart) => {
      ApiObject.of(chart.deployment(cart)).addJsonPatch(
        JsonPatch.replace('/spec/template/spec/terminationGracePeriodSeconds', 7),
        JsonPatch.add('/spec/template/spec/hostname', 'x'),
      );
    });
    expect(template.spec).toMatchObject({ terminationGracePeriodSeconds: 7, hostname: 'x' });
  });
});

test('a service with everything is accepted by the schemas of Kubernetes', () => {
  const image = 'example/x:1';
  const props: ServiceProps = {
    image,
    env: { A: EnvValue.fromField('metadata.name'), B: '$(A)' },
    containers: [{ name: 'helper', image, writablePaths: ['/tmp'] }],
    initContainers: [{ name: 'first', image, securityContext: { runAsRoot: 'x' } }],
    pod: { dnsConfig: { options: { ndots: '2' } }, securityContext: { fsGroup: 1 } },
    scheduling: { podAntiAffinity: [{}], tolerations: [{ key: 'x' }] },
    rollout: { maxSurge: '1', maxUnavailable: '10%' },
    disruptionBudget: { minAvailable: '50%' },
    autoscaling: { min: 2, max: 3, metrics: [ScalingMetric.pods('x', '1')] },
  };
  expect(problemsOf(alone(props))).toEqual([]);
});
