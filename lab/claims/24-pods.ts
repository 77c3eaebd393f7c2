import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import {
  DnsPolicy,
  EnvFrom,
  EnvValue,
  Health,
  LifecycleHandler,
  NodeOperator,
  Port,
  ProxyLogLevel,
  RolloutStrategy,
  ScalingMetric,
  SecurityProfile,
  TaintEffect,
  Topology,
  Volume,
} from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import type { World } from '../world';

const image = 'example/any:1';
const seconds = (amount: number) => Duration.seconds(amount);
const scratch = Volume.emptyDir('scratch', { inMemory: true, sizeLimit: '64Mi' });
const settings = Volume.configMap('settings', 'settings', { items: { 'app.yaml': 'app.yaml' }, defaultMode: 0o440 });

const topology = new Topology('pods');
/** Everything that the pods of one service can have. */
const cart = topology.addService('cart', {
  image,
  port: Port.grpc(50051, { target: 9000 }),
  ports: [Port.http(80, { target: 8080 })],
  replicas: 1,
  env: {
    URL: 'postgres://$(USER)@$(DB_ADDR)/$(POD)',
    USER: EnvValue.fromSecret('db', 'user', { optional: true }),
    LEVEL: EnvValue.fromConfigMap('settings', 'app.yaml'),
    POD: EnvValue.fromField('metadata.name'),
    LABEL: EnvValue.fromField("metadata.labels['app']"),
    MEMORY: EnvValue.fromResource('limits.memory', { divisor: '1Mi' }),
    'discovery.type': 'single-node',
  },
  envFrom: [EnvFrom.secret('db', { optional: true }), EnvFrom.configMap('settings', { prefix: 'X_' })],
  workingDir: '/app',
  runAsUser: 1000,
  securityContext: {
    runAsGroup: 1000,
    readOnlyRootFilesystem: false,
    capabilities: ['NET_BIND_SERVICE'],
    seccompProfile: SecurityProfile.localhost('profiles/cart.json'),
    appArmorProfile: SecurityProfile.runtimeDefault(),
  },
  resources: {
    cpu: '0.25',
    memory: '512M',
    memoryLimit: '1.5Gi',
    ephemeralStorage: '1Gi',
    ephemeralStorageLimit: '2Gi',
    extended: { 'nvidia.com/gpu': 1 },
  },
  writablePaths: ['/tmp'],
  volumeMounts: [
    { path: '/data', volume: Volume.claim('data', { storage: '1Gi' }) },
    { path: '/shared', volume: Volume.existingClaim('shared', 'shared', { readOnly: true }) },
    { path: '/scratch', volume: scratch },
    { path: '/etc/app.yaml', volume: settings, subPath: 'app.yaml', readOnly: true },
    { path: '/tls', volume: Volume.secret('tls', 'tls', { optional: true }) },
    { path: '/var/run/sts', volume: Volume.serviceAccountToken('sts', 'sts.example', { expiration: seconds(600) }) },
  ],
  health: Health.http('/healthz', { port: 8080, period: seconds(20), timeout: seconds(2), headers: { Host: 'cart' } }),
  probes: {
    startup: Health.exec(['/ready'], { initialDelay: seconds(1) }),
    readiness: Health.http('/ready', { port: 8080, successThreshold: 2 }),
  },
  lifecycle: { postStart: LifecycleHandler.exec(['/warm']), preStop: LifecycleHandler.sleep(seconds(5)) },
  rollout: { strategy: RolloutStrategy.RECREATE, minReady: seconds(1), revisionHistoryLimit: 2 },
  metadata: { labels: { team: 'shop' }, annotations: { 'example.com/owner': 'Shop & Co.' } },
  podMetadata: { labels: { tier: 'backend' }, annotations: { 'prometheus.io/scrape': 'false' } },
  serviceMetadata: { annotations: { 'example.com/owner': 'shop' } },
  serviceAccount: {
    name: 'cart-account',
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/cart' },
    automountToken: true,
  },
  pod: {
    terminationGracePeriod: seconds(60),
    securityContext: { fsGroup: 2000, fsGroupChangeOnRootMismatch: true, supplementalGroups: [3000] },
    imagePullSecrets: ['registry'],
    dnsPolicy: DnsPolicy.CLUSTER_FIRST,
    dnsConfig: { searches: ['example.com'], options: { ndots: '2', rotate: '' } },
    hostAliases: [{ ip: '10.99.99.99', hostnames: ['old.example'] }],
    enableServiceLinks: false,
    shareProcessNamespace: true,
  },
  scheduling: {
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    nodeAffinity: [
      { key: 'kubernetes.io/arch', values: ['amd64', 'arm64'] },
      { key: 'spot', operator: NodeOperator.DOES_NOT_EXIST, preference: 10 },
    ],
    podAffinity: [{ labels: { app: 'web' }, topologyKey: 'topology.kubernetes.io/zone', preference: 5 }],
    podAntiAffinity: [{}],
    tolerations: [
      { key: 'gpu' },
      { key: 'pool', value: 'shop', effect: TaintEffect.NO_SCHEDULE },
      { key: 'maintenance', effect: TaintEffect.NO_EXECUTE, tolerationDuration: seconds(30) },
    ],
    priorityClassName: 'system-cluster-critical',
    topologySpreadConstraints: [{ topologyKey: 'topology.kubernetes.io/zone', required: true, minDomains: 2 }],
  },
  initContainers: [
    { name: 'logs', image, sidecar: true, volumeMounts: [{ path: '/scratch', volume: scratch }] },
    {
      name: 'migrate',
      image,
      command: ['/migrate'],
      writablePaths: ['/tmp'],
      securityContext: { runAsRoot: 'changes the owner of /data', capabilities: ['CHOWN'] },
    },
  ],
  containers: [{ name: 'helper', image, resources: { cpu: '10m' }, health: Health.none() }],
  proxy: {
    resources: { cpu: '50m', memory: '64Mi', memoryLimit: '256Mi' },
    concurrency: 1,
    holdApplicationUntilProxyStarts: true,
    drainDuration: seconds(20),
    terminationDrainDuration: seconds(10),
    excludeInboundPorts: [9999],
    excludeOutboundPorts: [3306],
    excludeOutboundIPRanges: ['169.254.169.254/32'],
    logLevel: ProxyLogLevel.INFO,
    componentLogLevel: { http: ProxyLogLevel.WARNING, upstream: ProxyLogLevel.WARNING },
    env: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true' },
  },
});
const web = topology.addService('web', {
  image,
  port: Port.http(80, { target: 8080 }),
  resources: { cpu: '100m', memory: '64Mi' },
  autoscaling: {
    min: 2,
    max: 4,
    memoryPercent: 70,
    metrics: [
      ScalingMetric.pods('requests_per_second', '100'),
      ScalingMetric.external('queue_length', { averageValue: '500m', selector: { queue: 'orders' } }),
      ScalingMetric.object({ apiVersion: 'v1', kind: 'Service', name: 'web' }, 'hits', { value: '2k' }),
    ],
  },
  disruptionBudget: { maxUnavailable: '25%' },
  rollout: { maxSurge: '1', maxUnavailable: '0%' },
});
const db = topology.addService('db', { image, port: Port.tcp(5432) });
web.calls(cart, { addressEnvVars: { CART_URL: 'http://{host}:{port}/api', CART_HOST: '{host}' } });
web.calls(cart, { port: 80 });
cart.calls(db, { addressEnvVar: 'DB_ADDR', addressEnvVars: { DB_HOST: '{host}', DB_PORT: '{port}' } });

let deployed: Promise<World> | undefined;
const world = (lab: Lab): Promise<World> =>
  (deployed ??= lab.deploy(topology, {
    before: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pods' } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings', namespace: 'pods' },
        data: { 'app.yaml': 'debug' },
      },
    ],
  }));

claim(
  'the API server accepts a pod with all that a service can declare, which becomes ready in the mesh',
  async lab => {
    const here = await world(lab);
    const reply = await here.sendOnce(web, cart, { port: 80 });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.from?.service, 'cart');
    assert.match(
      String(reply.from.headers['x-forwarded-client-cert']),
      /URI=spiffe:\/\/cluster\.local\/ns\/pods\/sa\/web/,
    );
  },
);

claim('istiod reads the settings of a proxy from the annotations of its pod', async lab => {
  const { object } = (await world(lab)).pod(cart);
  const { containers, initContainers = [] } = object.spec;
  const proxy = containers.find(each => each.name === 'istio-proxy');
  assert.deepEqual(proxy?.resources, {
    requests: { cpu: '50m', memory: '64Mi' },
    limits: { memory: '256Mi' },
  });
  assert.equal(containers[0]?.name, 'istio-proxy', 'the proxy starts first');
  const config = JSON.parse(proxy?.env?.find(each => each.name === 'PROXY_CONFIG')?.value ?? '{}') as object;
  assert.deepEqual(
    { ...config },
    {
      ...config,
      concurrency: 1,
      holdApplicationUntilProxyStarts: true,
      drainDuration: '20s',
      terminationDrainDuration: '10s',
      proxyMetadata: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true' },
    },
  );
  assert.ok(proxy?.args?.includes('--proxyLogLevel=info'), proxy?.args?.join(' '));
  assert.ok(proxy?.args?.includes('--proxyComponentLogLevel=http:warning,upstream:warning'), proxy?.args?.join(' '));
  const redirection = initContainers.find(each => each.name === 'istio-init')?.args?.join(' ') ?? '';
  assert.match(redirection, /-d 15090,15021,9999\b|-d 9999,15090,15021\b|-d [\d,]*\b9999\b/);
  assert.match(redirection, /-o 3306\b/);
  assert.match(redirection, /-x 169\.254\.169\.254\/32/);
});

claim('the API server keeps what was declared, and the order of the variables', async lab => {
  const here = await world(lab);
  const { object } = here.pod(cart);
  const { containers, initContainers = [] } = object.spec;
  const own = containers.find(each => each.name === 'cart');
  assert.deepEqual(
    own?.env?.map(each => each.name),
    ['USER', 'DB_ADDR', 'POD', 'URL', 'LEVEL', 'LABEL', 'MEMORY', 'discovery.type', 'DB_HOST', 'DB_PORT'],
  );
  assert.deepEqual(
    initContainers.filter(each => !each.name.startsWith('istio-')).map(each => [each.name, each.restartPolicy]),
    [
      ['logs', 'Always'],
      ['migrate', undefined],
    ],
  );
  await lab.remove(here);
});
