import { Duration } from 'cdk8s';
import {
  AccessMode,
  DnsPolicy,
  EnvFrom,
  EnvValue,
  Health,
  LifecycleHandler,
  NodeOperator,
  Port,
  RolloutStrategy,
  ScalingMetric,
  SecurityProfile,
  type ServiceProps,
  TaintEffect,
  Topology,
  Volume,
} from '../../lib';

type Row = [string, string, string[], () => unknown];

const image = 'example/x:1';
const add =
  (props: Partial<ServiceProps>): (() => unknown) =>
  () =>
    new Topology('shop').addService('cart', { image, port: Port.http(80), ...props });
const rows = (what: string, code: string, words: string[], given: readonly Partial<ServiceProps>[]): Row[] =>
  given.map((props, index) => [`${what} (${index + 1})`, code, words, add(props)]);
const untyped = (value: unknown) => value as never;
const call =
  (addressEnvVars: Record<string, string>, env = {}) =>
  () => {
    const shop = new Topology('shop');
    const [web, cart] = ['web', 'cart'].map(name => shop.addService(name, { image, port: Port.http(80), env }));
    web?.calls(cart ?? untyped(undefined), { addressEnvVar: 'ADDR', addressEnvVars });
  };
const scratch = Volume.emptyDir('scratch');
const claim = (accessMode?: AccessMode) => ({
  volumeMounts: [{ path: '/data', volume: Volume.claim('data', { storage: '1Gi', accessMode }) }],
});

/** Fields of pods and containers that Kubernetes would reject, or that would have no effect. */
export const POD_MISTAKES: Row[] = [
  ...rows(
    'a name of a variable that Kubernetes rejects',
    'InvalidVariable',
    ['environment variable'],
    ['A B', '', '1A', '..', '..a', '.', 'A=B'].map(name => ({ env: { [name]: 'x' } })),
  ),
  ['a key that no Secret has', 'InvalidName', ['"a/b"'], () => EnvValue.fromSecret('db', 'a/b')],
  ['a key with two leading dots', 'InvalidName', ['"..a"'], () => EnvValue.fromConfigMap('db', '..a')],
  ['a Secret whose name is none', 'InvalidName', ['"A_B"', 'a Secret'], () => EnvValue.fromSecret('A_B', 'a')],
  ['a ConfigMap whose name is none', 'InvalidName', ['a ConfigMap'], () => EnvFrom.configMap('A_B')],
  ['a prefix that no variable has', 'InvalidVariable', ['"1_"'], () => EnvFrom.secret('a', { prefix: '1_' })],
  ['a field that no variable can have', 'InvalidReference', ['spec.nodeName'], () => EnvValue.fromField('spec.foo')],
  ['a label without its name', 'InvalidReference', ['metadata.labels'], () => EnvValue.fromField('metadata.labels')],
  ['a resource that no variable can have', 'InvalidReference', ['limits'], () => EnvValue.fromResource('limits.gpu')],
  [
    'a divisor that is no quantity',
    'InvalidQuantity',
    ['divisor is "x"'],
    () => EnvValue.fromResource('limits.cpu', { divisor: 'x' }),
  ],
  [
    'variables that refer to each other',
    'CircularReference',
    ['A → B → C → A'],
    add({ env: { A: '$(B)', B: 'x$(C)', C: '$$(X)$(A)' } }),
  ],
  [
    'an address that refers to what refers to it',
    'CircularReference',
    ['URL'],
    call({ URL: '$(A){host}' }, { A: '$(URL)' }),
  ],
  ['a source of variables that is text', 'NotDeclared', ['the text "db"'], add({ envFrom: untyped(['db']) })],
  [
    'an address text without an address',
    'InvalidAddressText',
    ['no part', '"http://cart"'],
    call({ A: 'http://cart' }),
  ],
  [
    'an address text with a pod of another service',
    'InvalidAddressText',
    ['no part'],
    call({ A: 'kafka-0.kafka-headless:9092' }),
  ],
  ['an unknown placeholder', 'InvalidAddressText', ['{hots}', '{host}'], call({ A: '{hots}:{port}' })],
  ['a variable that is both addresses', 'Duplicate', ['ADDR'], call({ ADDR: '{host}' })],
  ['an address in a variable of `env`', 'Duplicate', ['HOST'], call({ HOST: '{host}' }, { HOST: 'x' })],
  ['NUL in an address text', 'InvalidText', ['NUL'], call({ A: '{host}\0' })],

  ...rows(
    'a quantity that is none',
    'InvalidQuantity',
    ['is "'],
    [
      { cpu: '' },
      { cpu: '1.5.2' },
      { cpu: '-1' },
      { cpu: '0' },
      { cpu: '0.0001' },
      { cpu: '10Xi' },
      { memory: '400m' },
      { memory: '1 Gi' },
      { memory: '64MB' },
      { memoryLimit: '0' },
      { ephemeralStorage: 'x' },
      { ephemeralStorageLimit: '1K' },
    ].map(resources => ({ resources })),
  ),
  ...rows(
    'less than is requested',
    'Contradiction',
    ['greater than the limit'],
    [
      { resources: { memory: '1Gi', memoryLimit: '1G' } },
      { resources: { cpu: '1.5', cpuLimit: '1400m' } },
      { resources: { ephemeralStorage: '2Gi', ephemeralStorageLimit: '1.5Gi' } },
    ],
  ),
  ...rows(
    'no extended resource',
    'InvalidName',
    ['extended resource'],
    [
      { resources: { extended: { gpu: 1 } } },
      { resources: { extended: { 'kubernetes.io/gpu': 1 } } },
      { resources: { extended: { 'requests.nvidia.com/gpu': 1 } } },
    ],
  ),
  [
    'half a device',
    'OutOfRange',
    ['nvidia.com/gpu is 0.5'],
    add({ resources: { extended: { 'nvidia.com/gpu': 0.5 } } }),
  ],

  ...rows(
    'a path that no volume can be mounted at',
    'InvalidPath',
    ['absolute path'],
    [
      { volumeMounts: [{ path: 'data', volume: scratch }] },
      { volumeMounts: [{ path: '/a:b', volume: scratch }] },
      { volumeMounts: [{ path: '/a/../b', volume: scratch }] },
      { workingDir: 'app' },
    ],
  ),
  ...rows(
    'two mounts at one path',
    'InvalidPath',
    ['"/data" is listed twice'],
    [
      {
        volumeMounts: [
          { path: '/data', volume: scratch },
          { path: '/data', volume: scratch },
        ],
      },
      { writablePaths: ['/data'], volumeMounts: [{ path: '/data', volume: scratch }] },
      { writablePaths: ['/data', '/data'] },
    ],
  ),
  ...rows(
    'a path outside of the volume',
    'InvalidPath',
    ['inside the volume'],
    [
      { volumeMounts: [{ path: '/data', volume: scratch, subPath: '/a' }] },
      { volumeMounts: [{ path: '/data', volume: scratch, subPath: '../a' }] },
    ],
  ),
  ['an item outside of its volume', 'InvalidPath', ['"../x"'], () => Volume.secret('a', 'a', { items: { x: '../x' } })],
  [
    'a mode that files cannot have',
    'OutOfRange',
    ['defaultMode'],
    () => Volume.configMap('a', 'a', { defaultMode: 0o1777 }),
  ],
  [
    'a volume that is text',
    'NotDeclared',
    ['the text "x"'],
    add({ volumeMounts: [{ path: '/x', volume: untyped('x') }] }),
  ],
  ['a size that is none', 'InvalidQuantity', ['sizeLimit'], () => Volume.emptyDir('a', { sizeLimit: 'big' })],
  ['a volume whose name is none', 'InvalidName', ['a volume'], () => Volume.emptyDir('A b')],
  ['a token for nothing', 'NoEffect', ['API server'], () => Volume.serviceAccountToken('t', '')],
  [
    'a token that expires at once',
    'OutOfRange',
    ['600'],
    () => Volume.serviceAccountToken('t', 'x', { expiration: Duration.minutes(9) }),
  ],
  [
    'two volumes of one name',
    'Duplicate',
    ['"scratch"', 'same Volume object'],
    add({
      volumeMounts: [{ path: '/a', volume: scratch }],
      containers: [{ name: 'b', image, volumeMounts: [{ path: '/b', volume: Volume.emptyDir('scratch') }] }],
    }),
  ],
  [
    'a volume named like one of writable paths',
    'ReservedName',
    ['"writable-0"'],
    add({ volumeMounts: [{ path: '/a', volume: Volume.emptyDir('writable-0') }] }),
  ],
  ...rows(
    'a claim of one node for several pods',
    'Contradiction',
    ['up to', 'replicas: 1'],
    [
      claim(),
      claim(AccessMode.READ_WRITE_ONCE_POD),
      { ...claim(), autoscaling: { min: 1, max: 2 }, resources: { cpu: '1' } },
    ],
  ),

  ['a probe of no port', 'OutOfRange', ['port is 0'], () => Health.tcp({ port: 0 })],
  ['a probe of an empty path', 'InvalidPath', ['empty'], () => Health.http('')],
  ['a probe without a command', 'InvalidText', ['empty'], () => Health.exec([])],
  ['a probe every half second', 'OutOfRange', ['0.5 s'], () => Health.grpc({ period: Duration.millis(500) })],
  ['a probe with a time without unit', 'NoDuration', ['`timeout` is 3'], () => Health.tcp({ timeout: untyped(3) })],
  [
    'a header that the kubelet does not send',
    'InvalidHeader',
    ['"a b"'],
    () => Health.http('/', { headers: { 'a b': '' } }),
  ],
  [
    'two successes before a restart',
    'OutOfRange',
    ['liveness'],
    add({ probes: { liveness: Health.tcp({ successThreshold: 2 }) } }),
  ],
  [
    'two successes at startup',
    'OutOfRange',
    ['startup'],
    add({ probes: { startup: Health.tcp({ successThreshold: 2 }) } }),
  ],
  ['a probe that is text', 'NotDeclared', ['readiness'], add({ probes: { readiness: untyped('/x') } })],
  ['a health that is text', 'NotDeclared', ['the text'], add({ health: untyped('/x') })],
  ...rows(
    'a probe or hook without a port',
    'NothingToProbe',
    ['port'],
    [
      { port: undefined, probes: { readiness: Health.http('/x') } },
      { port: undefined, lifecycle: { preStop: LifecycleHandler.httpGet('/x') } },
      { containers: [{ name: 'b', image, health: Health.tcp() }] },
      { initContainers: [{ name: 'b', image, sidecar: true, probes: { startup: Health.grpc() } }] },
      { containers: [{ name: 'b', image, lifecycle: { postStart: LifecycleHandler.httpGet('/x') } }] },
    ],
  ),
  ['a hook that is text', 'NotDeclared', ['preStop'], add({ lifecycle: { preStop: untyped('sleep 5') } })],
  ...rows(
    'a hook that outlasts the pod',
    'Contradiction',
    ['killed after'],
    [
      { lifecycle: { preStop: LifecycleHandler.sleep(Duration.seconds(31)) } },
      {
        pod: { terminationGracePeriod: Duration.seconds(5) },
        containers: [{ name: 'b', image, lifecycle: { preStop: LifecycleHandler.sleep(Duration.seconds(6)) } }],
      },
    ],
  ),

  ...rows(
    'root without a reason',
    'MissingReason',
    ['reason'],
    [{ securityContext: { runAsRoot: ' ' } }, { securityContext: { runAsRoot: untyped(true) } }],
  ),
  ['root and another user', 'Contradiction', ['as user 5'], add({ runAsUser: 5, securityContext: { runAsRoot: 'x' } })],
  ...rows(
    'a group of the proxy',
    'ReservedUser',
    ['1337'],
    [
      { securityContext: { runAsGroup: 1337 } },
      { pod: { securityContext: { fsGroup: 1337 } } },
      { pod: { securityContext: { supplementalGroups: [1, 1337] } } },
      { containers: [{ name: 'b', image, runAsUser: 1337 }] },
      { initContainers: [{ name: 'b', image, runAsUser: 1337 }] },
    ],
  ),
  ...rows(
    'a capability to leave the container',
    'UnsafeCapability',
    ['NET_BIND_SERVICE'],
    [
      { securityContext: { capabilities: ['NET_ADMIN'] } },
      { securityContext: { capabilities: ['CAP_CHOWN'] } },
      { containers: [{ name: 'b', image, securityContext: { capabilities: ['ALL'] } }] },
    ],
  ),
  ['a profile outside of its folder', 'InvalidPath', ['/etc'], () => SecurityProfile.localhost('/etc/x')],
  [
    'owners of files without a group',
    'NoEffect',
    ['fsGroup'],
    add({ pod: { securityContext: { fsGroupChangeOnRootMismatch: true } } }),
  ],

  ...rows(
    'a name that belongs to the topology or the mesh',
    'ReservedName',
    ['Leave it out'],
    [
      { podMetadata: { labels: { app: 'x' } } },
      { metadata: { labels: { version: 'x' } } },
      { podMetadata: { labels: { 'sidecar.istio.io/inject': 'false' } } },
      { podMetadata: { labels: { 'istio.io/rev': 'x' } } },
      { podMetadata: { annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '' } } },
      { podMetadata: { annotations: { 'sidecar.istio.io/inject': 'false' } } },
      { podMetadata: { annotations: { 'inject.istio.io/templates': 'x' } } },
      { podMetadata: { labels: { 'gateway.networking.k8s.io/gateway-name': 'door' } } },
      { podMetadata: { labels: { 'gateway.envoyproxy.io/owning-gateway-name': 'door' } } },
      { podMetadata: { labels: { 'topology.istio.io/network': 'x' } } },
      { podMetadata: { labels: { 'service.istio.io/canonical-revision': 'x' } } },
      { podMetadata: { annotations: { 'ambient.istio.io/bypass-inbound-capture': 'true' } } },
      { podMetadata: { annotations: { 'linkerd.io/inject': 'disabled' } } },
      { podMetadata: { annotations: { 'config.linkerd.io/skip-inbound-ports': '80' } } },
      { serviceMetadata: { labels: { 'app.kubernetes.io/name': 'x' } } },
    ],
  ),
  ['a label that is none', 'InvalidLabel', ['"a b: x"'], add({ podMetadata: { labels: { 'a b': 'x' } } })],
  ['an annotation that is none', 'InvalidLabel', ['"a b'], add({ serviceMetadata: { annotations: { 'a b': 'x' } } })],
  ['NUL in an annotation', 'InvalidText', ['NUL'], add({ metadata: { annotations: { a: '\0' } } })],
  ['a ServiceAccount of all pods', 'ReservedName', ['"default"'], add({ serviceAccount: { name: 'default' } })],
  [
    'the ServiceAccount of another service',
    'Duplicate',
    ['that of web', 'allow both'],
    () => {
      const shop = new Topology('shop');
      shop.addService('web', { image });
      shop.addService('cart', { image, serviceAccount: { name: 'web' } });
    },
  ],
  [
    'settings of objects of existing pods',
    'NoEffect',
    ['existingWorkload'],
    () =>
      new Topology('shop').addService('cart', {
        existingWorkload: { labels: { app: 'x' }, serviceAccount: 'x' },
        serviceAccount: { annotations: { a: 'b' } },
      }),
  ],
  [
    'annotations of a Service that is not there',
    'NoEffect',
    ['no Service'],
    add({ port: undefined, serviceMetadata: {} }),
  ],

  ['a grace period without a unit', 'NoDuration', ['30'], add({ pod: { terminationGracePeriod: untyped(30) } })],
  ...rows(
    'an address that is none',
    'InvalidAddress',
    ['"x"'],
    [{ pod: { hostAliases: [{ ip: 'x', hostnames: ['a'] }] } }, { pod: { dnsConfig: { nameservers: ['x'] } } }],
  ),
  ['an alias of no host', 'NoEffect', ['no host names'], add({ pod: { hostAliases: [{ ip: '::1', hostnames: [] }] } })],
  [
    'four name servers',
    'OutOfRange',
    ['4 name servers'],
    add({ pod: { dnsConfig: { nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'] } } }),
  ],
  ['an option without a name', 'InvalidName', ['ndots'], add({ pod: { dnsConfig: { options: { '': '1' } } } })],
  ['no name servers at all', 'NoEffect', ['no name would resolve'], add({ pod: { dnsPolicy: DnsPolicy.NONE } })],

  ...rows(
    'a condition on nodes without its values',
    'Contradiction',
    ['values'],
    [
      { scheduling: { nodeAffinity: [{ key: 'zone' }] } },
      { scheduling: { nodeAffinity: [{ key: 'zone', operator: NodeOperator.EXISTS, values: ['a'] }] } },
    ],
  ),
  ['a weight above 100', 'OutOfRange', ['101'], add({ scheduling: { podAffinity: [{ preference: 101 }] } })],
  [
    'a time for a taint that evicts no pods',
    'NoEffect',
    ['NO_EXECUTE'],
    add({
      scheduling: {
        tolerations: [{ key: 'a', effect: TaintEffect.NO_SCHEDULE, tolerationDuration: Duration.seconds(1) }],
      },
    }),
  ],
  [
    'a number of zones that nothing requires',
    'NoEffect',
    ['required: true'],
    add({ scheduling: { topologySpreadConstraints: [{ topologyKey: 'zone', minDomains: 2 }] } }),
  ],
  [
    'two spreads over one label',
    'Duplicate',
    ['"zone"'],
    add({ scheduling: { topologySpreadConstraints: [{ topologyKey: 'zone' }, { topologyKey: 'zone', maxSkew: 2 }] } }),
  ],

  ...rows(
    'a number of pods that is none',
    'OutOfRange',
    ['percentage'],
    [
      { rollout: { maxSurge: '1.5' } },
      { rollout: { maxUnavailable: '101%' } },
      { disruptionBudget: { maxUnavailable: '-1' } },
      { disruptionBudget: { minAvailable: 'half' } },
    ],
  ),
  ...rows(
    'a rollout that contradicts itself',
    'Contradiction',
    ['rollout'],
    [
      { rollout: { strategy: RolloutStrategy.RECREATE, maxSurge: '1' } },
      { rollout: { minReady: Duration.minutes(10) } },
    ],
  ),
  [
    'a rollout of no pod at a time',
    'Contradiction',
    ['no pod could be replaced'],
    add({ rollout: { maxSurge: '0', maxUnavailable: '0%' } }),
  ],
  ...rows(
    'a budget under which no node can be drained',
    'OutOfRange',
    ['be drained'],
    [
      { disruptionBudget: { maxUnavailable: '0' } },
      { disruptionBudget: { minAvailable: '100%' } },
      { disruptionBudget: { minAvailable: '2' } },
    ],
  ),
  [
    'two budgets in one',
    'Contradiction',
    ['either'],
    add({ replicas: 3, disruptionBudget: { minAvailable: '1', maxUnavailable: '1' } }),
  ],
  ['a budget of one pod', 'NoEffect', ['only block'], add({ replicas: 1, disruptionBudget: { maxUnavailable: '1' } })],

  [
    'memory that is scaled by and not requested',
    'NoEffect',
    ['resources.memory'],
    add({ autoscaling: { min: 1, max: 2, memoryPercent: 70 } }),
  ],
  ['a metric without a value', 'Contradiction', ['exactly one'], () => ScalingMetric.external('queue', {})],
  [
    'a metric with two values',
    'Contradiction',
    ['exactly one'],
    () => ScalingMetric.external('q', { value: '1', averageValue: '1' }),
  ],
  ['a metric without a name', 'Contradiction', ['no name'], () => ScalingMetric.pods('', '1')],
  ['a metric whose value is none', 'InvalidQuantity', ['"many"'], () => ScalingMetric.pods('rps', 'many')],
  [
    'metrics of an autoscaler that is not rendered',
    'NoEffect',
    ['existing'],
    add({ autoscaling: { min: 0, max: 2, existing: true, cpuPercent: 50 } }),
  ],
  [
    'no pods by an autoscaler that has one',
    'OutOfRange',
    ['is 0'],
    add({ autoscaling: { min: 0, max: 2 }, resources: { cpu: '1' } }),
  ],

  ...rows(
    'two containers of one name',
    'Duplicate',
    ['"cart"'],
    [{ containers: [{ name: 'cart', image }] }, { initContainers: [{ name: 'cart', image }] }],
  ),
  ...[
    'istio-proxy',
    'istio-init',
    'istio-validation',
    'linkerd-proxy',
    'linkerd-init',
    'linkerd-network-validator',
  ].flatMap((name): Row[] => [
    [`a container ${name}`, 'ReservedName', [`"${name}"`], add({ containers: [{ name, image }] })],
    [`an init container ${name}`, 'ReservedName', [`"${name}"`], add({ initContainers: [{ name, image }] })],
    [
      `a service ${name}, whose container has its name`,
      'ReservedName',
      [`"${name}"`],
      () => new Topology('shop').addService(name, { image }),
    ],
  ]),
  ['a container without an image', 'InvalidImage', ['""'], add({ initContainers: [{ name: 'a', image: '' }] })],
  [
    'a probe of what ends first',
    'Contradiction',
    ['sidecar: true'],
    add({ initContainers: [{ name: 'a', image, health: Health.tcp({ port: 1 }) }] }),
  ],
  [
    'NUL in a further container',
    'InvalidText',
    ['cart/v1/b'],
    add({ containers: [{ name: 'b', image, args: ['\0'] }] }),
  ],

  ['a proxy that is not there', 'NoEffect', ['no proxy'], add({ inMesh: false, proxy: { concurrency: 1 } })],
  [
    'a port of the service that bypasses the proxy',
    'BypassedProxy',
    ['port 80'],
    add({ port: Port.http(80, { target: 8080 }), proxy: { excludeInboundPorts: [8080] } }),
  ],
  [
    'a callee that is called past the proxy',
    'BypassedProxy',
    ['of web', 'mutual TLS only'],
    () => {
      const shop = new Topology('shop');
      const web = shop.addService('web', { image, proxy: { excludeOutboundPorts: [5432] } });
      web.calls(shop.addService('cart', { image, port: Port.tcp(5432) }));
    },
  ],
  [
    'every address past the proxy',
    'InvalidCidr',
    ['every address'],
    add({ proxy: { excludeOutboundIPRanges: ['0.0.0.0/0'] } }),
  ],
  ['a range that is none', 'InvalidCidr', ['not a CIDR'], add({ proxy: { excludeOutboundIPRanges: ['10.0.0.0/33'] } })],
  [
    'a component that Envoy cannot have',
    'InvalidName',
    ['"a:b"'],
    add({ proxy: { componentLogLevel: untyped({ 'a:b': 'info' }) } }),
  ],
  ['a port of no proxy', 'OutOfRange', ['70000'], add({ proxy: { excludeInboundPorts: [70000] } })],
  ['half a thread', 'OutOfRange', ['0.5'], add({ proxy: { concurrency: 0.5 } })],
  ['a CPU of the proxy that is none', 'InvalidQuantity', ['cpu is "x"'], add({ proxy: { resources: { cpu: 'x' } } })],
];
