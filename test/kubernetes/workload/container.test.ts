import { Duration } from 'cdk8s';
import fc from 'fast-check';
import {
  EnvFrom,
  EnvValue,
  Health,
  ImagePullPolicy,
  LifecycleHandler,
  Port,
  SecurityProfile,
  Topology,
  Volume,
} from '../../../lib';
import { one, plain } from '../../istio/support';
import { alone, containerOf, podOf, rendered } from './support';

const image = 'example/x:1';

describe('environment variables', () => {
  test.each([
    [EnvValue.fromSecret('db', 'password'), { secretKeyRef: { name: 'db', key: 'password' } }],
    [
      EnvValue.fromSecret('db', 'password', { optional: true }),
      { secretKeyRef: { name: 'db', key: 'password', optional: true } },
    ],
    [EnvValue.fromConfigMap('settings', 'log.level'), { configMapKeyRef: { name: 'settings', key: 'log.level' } }],
    [EnvValue.fromField('status.podIP'), { fieldRef: { fieldPath: 'status.podIP' } }],
    [
      EnvValue.fromField("metadata.annotations['example.com/a']"),
      { fieldRef: { fieldPath: "metadata.annotations['example.com/a']" } },
    ],
    [EnvValue.fromResource('limits.memory'), { resourceFieldRef: { resource: 'limits.memory' } }],
    [
      EnvValue.fromResource('requests.cpu', { divisor: '1m', container: 'cart' }),
      { resourceFieldRef: { resource: 'requests.cpu', divisor: '1m', containerName: 'cart' } },
    ],
  ])('refer to other objects (%#)', (value, valueFrom) => {
    expect(containerOf({ env: { A: value } }).env).toEqual([{ name: 'A', valueFrom }]);
  });

  test('come from all keys of Secrets and ConfigMaps', () => {
    const envFrom = [EnvFrom.secret('db'), EnvFrom.configMap('settings', { prefix: 'APP_', optional: true })];
    expect(containerOf({ envFrom }).envFrom).toEqual([
      { secretRef: { name: 'db' } },
      { configMapRef: { name: 'settings', optional: true }, prefix: 'APP_' },
    ]);
  });

  test('may have names with dots and dashes', () => {
    expect(containerOf({ env: { 'discovery.type': 'single-node', 'a-b': '' } }).env).toEqual([
      { name: 'discovery.type', value: 'single-node' },
      { name: 'a-b', value: '' },
    ]);
  });

  test('of a version replace those of the service, a text by a reference too', () => {
    const props = { env: { A: '1', B: '2' }, versions: { v1: { env: { A: EnvValue.fromSecret('x', 'y') } } } };
    expect(containerOf(props).env).toEqual([
      { name: 'A', valueFrom: { secretKeyRef: { name: 'x', key: 'y' } } },
      { name: 'B', value: '2' },
    ]);
  });

  test('come after those that they refer to, and otherwise keep their order', () => {
    const env = { URL: 'http://$(HOST):$(PORT)', OTHER: 'x', HOST: '$(NAME).example', PORT: '80', NAME: 'a' };
    expect(containerOf({ env }).env.map((each: { name: string }) => each.name)).toEqual([
      'NAME',
      'HOST',
      'PORT',
      'URL',
      'OTHER',
    ]);
  });

  test('that escape a reference, or refer to themselves or to nothing, stay where they are', () => {
    const env = { A: '$$(B)', PATH: '$(PATH):/x', C: '$(NONE)', B: '1' };
    expect(containerOf({ env }).env.map((each: { name: string }) => each.name)).toEqual(['A', 'PATH', 'C', 'B']);
  });

  test('are rendered in an order in which every reference is to an earlier one', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    fc.assert(
      fc.property(fc.shuffledSubarray(names), fc.array(fc.tuple(fc.nat(5), fc.nat(5))), (order, pairs) => {
        // A variable refers to those with smaller letters only, so there is no cycle.
        const textOf = (name: string) =>
          pairs
            .filter(([from, to]) => names[from] === name && to < from)
            .map(([, to]) => `$(${names[to] ?? ''})`)
            .join('');
        const env = Object.fromEntries(order.map(name => [name, textOf(name)]));
        const container = containerOf({ env }) as { env?: { name: string; value: string }[] };
        const variables = container.env ?? [];
        expect(variables.map(({ name }) => name).sort()).toEqual([...order].sort());
        variables.forEach(({ value }, index) => {
          const before = variables.slice(0, index).map(({ name }) => `$(${name})`);
          const refersTo = (value.match(/\$\(\w\)/g) ?? []).filter(each => order.includes(each.slice(2, 3)));
          expect(refersTo.filter(each => !before.includes(each))).toEqual([]);
        });
      }),
      { numRuns: 25 },
    );
  });
});

describe('the address of a callee', () => {
  function envOfWeb(addressEnvVars: Record<string, string>, env: Record<string, string> = {}) {
    const shop = new Topology('shop');
    const web = plain(shop, 'web', { env });
    web.calls(plain(shop, 'db', { port: Port.tcp(5432) }), { addressEnvVars });
    return one(rendered(shop), 'Deployment', 'web-v1').spec.template.spec.containers[0].env;
  }

  test.each([
    ['{host}:{port}', 'db:5432'],
    ['{host}', 'db'],
    ['{port}', '5432'],
    ['http://{host}:{port}/api', 'http://db:5432/api'],
    ['postgres://$(USER)@{host}:{port}/db?sslmode=disable', 'postgres://$(USER)@db:5432/db?sslmode=disable'],
    ['{"url":"tcp://{host}:{port}","{host}":1}', '{"url":"tcp://db:5432","db":1}'],
  ])('in the text %s is %s', (text, value) => {
    expect(envOfWeb({ ADDR: text })).toEqual([{ name: 'ADDR', value }]);
  });

  test('comes before the variables that refer to it, and after those it refers to', () => {
    const env = envOfWeb({ DB: '$(SCHEME)://{host}' }, { POOL: '$(DB)/pool', SCHEME: 'postgres' });
    expect(env.map((each: { name: string }) => each.name)).toEqual(['SCHEME', 'DB', 'POOL']);
  });

  test('can be set by two calls to one port to the same text', () => {
    const shop = new Topology('shop');
    const web = plain(shop, 'web');
    const db = plain(shop, 'db', { port: Port.tcp(5432), ports: [Port.tcp(5433, { name: 'admin' })] });
    web.calls(db, { addressEnvVars: { DB_HOST: '{host}', DB_PORT: '{port}' } });
    web.calls(db, { port: 5433, addressEnvVars: { DB_HOST: '{host}', DB_ADMIN: '{port}' } });
    expect(one(rendered(shop), 'Deployment', 'web-v1').spec.template.spec.containers[0].env).toEqual([
      { name: 'DB_HOST', value: 'db' },
      { name: 'DB_PORT', value: '5432' },
      { name: 'DB_ADMIN', value: '5433' },
    ]);
  });
});

test.each(['1.5Gi', '512M', '134217728', '1e9', '2Ti', '.5Gi'])('memory may be %s, and is rendered so', memory => {
  expect(containerOf({ resources: { memory } }).resources).toEqual({ requests: { memory } });
});

test.each(['2', '0.5', '100m', '1.25', '1e1'])('CPU may be %s, and is rendered so', cpu => {
  expect(containerOf({ resources: { cpu, cpuLimit: '32' } }).resources).toEqual({
    requests: { cpu },
    limits: { cpu: '32' },
  });
});

test('ephemeral storage is requested and limited, devices are limited', () => {
  const resources = { ephemeralStorage: '1Gi', ephemeralStorageLimit: '2Gi', extended: { 'nvidia.com/gpu': 2 } };
  expect(containerOf({ resources }).resources).toEqual({
    requests: { 'ephemeral-storage': '1Gi' },
    limits: { 'ephemeral-storage': '2Gi', 'nvidia.com/gpu': '2' },
  });
});

test('working directory and pull policy are those of the declaration', () => {
  expect(containerOf({ workingDir: '/app', imagePullPolicy: ImagePullPolicy.ALWAYS })).toMatchObject({
    workingDir: '/app',
    imagePullPolicy: 'Always',
  });
  expect(containerOf({}).imagePullPolicy).toBe('IfNotPresent');
});

describe('the security context', () => {
  test('of a declared root has user 0, and says why on the Deployment', () => {
    const props = { securityContext: { runAsRoot: 'changes the owner of /data' } };
    expect(containerOf(props).securityContext).toMatchObject({ runAsNonRoot: false, runAsUser: 0 });
    expect(podOf(props).securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(one(alone(props), 'Deployment', 'cart-v1').metadata.annotations).toEqual({
      'cdk8s-cardinal/runs-as-root': 'cart: changes the owner of /data',
    });
  });

  test('has the group, the capabilities, the profiles and the writable root file system that are declared', () => {
    expect(
      containerOf({
        runAsUser: 5,
        securityContext: {
          runAsGroup: 6,
          readOnlyRootFilesystem: false,
          capabilities: ['NET_BIND_SERVICE'],
          seccompProfile: SecurityProfile.localhost('profiles/cart.json'),
          appArmorProfile: SecurityProfile.runtimeDefault(),
        },
      }).securityContext,
    ).toEqual({
      allowPrivilegeEscalation: false,
      appArmorProfile: { type: 'RuntimeDefault' },
      capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
      readOnlyRootFilesystem: false,
      runAsGroup: 6,
      runAsNonRoot: true,
      runAsUser: 5,
      seccompProfile: { type: 'Localhost', localhostProfile: 'profiles/cart.json' },
    });
  });

  test('has no annotation without root', () => {
    expect(one(alone(), 'Deployment', 'cart-v1').metadata.annotations).toBeUndefined();
  });
});

describe('volumes', () => {
  test.each([
    [Volume.emptyDir('v'), { emptyDir: {} }],
    [
      Volume.emptyDir('v', { inMemory: true, sizeLimit: '64Mi' }),
      { emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
    ],
    [Volume.configMap('v', 'settings'), { configMap: { name: 'settings' } }],
    [
      Volume.configMap('v', 'settings', { items: { a: 'b/c' }, optional: true }),
      { configMap: { name: 'settings', items: [{ key: 'a', path: 'b/c' }], optional: true } },
    ],
    [Volume.secret('v', 'tls', { defaultMode: 0o440 }), { secret: { secretName: 'tls', defaultMode: 288 } }],
    [Volume.existingClaim('v', 'shared'), { persistentVolumeClaim: { claimName: 'shared' } }],
    [
      Volume.existingClaim('v', 'shared', { readOnly: true }),
      { persistentVolumeClaim: { claimName: 'shared', readOnly: true } },
    ],
    [
      Volume.serviceAccountToken('v', 'sts.amazonaws.com', { expiration: Duration.hours(2) }),
      {
        projected: {
          sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', path: 'token', expirationSeconds: 7200 } }],
        },
      },
    ],
  ])('have their source (%#)', (volume, source) => {
    const pod = podOf({ volumeMounts: [{ path: '/v', volume }] });
    expect(pod.volumes).toEqual([{ name: 'v', ...source }]);
    expect(pod.containers[0].volumeMounts).toEqual([{ mountPath: '/v', name: 'v' }]);
  });

  test('are mounted in part, and read-only', () => {
    const volume = Volume.configMap('conf', 'settings');
    const volumeMounts = [
      { path: '/etc/a.yaml', volume, subPath: 'a.yaml', readOnly: true },
      { path: '/etc/b.yaml', volume, subPath: 'b.yaml', readOnly: false },
    ];
    expect(containerOf({ volumeMounts }).volumeMounts).toEqual([
      { mountPath: '/etc/a.yaml', name: 'conf', subPath: 'a.yaml', readOnly: true },
      { mountPath: '/etc/b.yaml', name: 'conf', subPath: 'b.yaml' },
    ]);
    expect(podOf({ volumeMounts }).volumes).toHaveLength(1);
  });

  test('of an own claim come with a PersistentVolumeClaim for each version', () => {
    const volume = Volume.claim('data', { storage: '10Gi', storageClassName: 'fast' });
    const objects = alone({ replicas: 1, volumeMounts: [{ path: '/data', volume }], versions: { v1: {}, v2: {} } });
    for (const version of ['v1', 'v2']) {
      expect(one(objects, 'PersistentVolumeClaim', `cart-${version}-data`).spec).toEqual({
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '10Gi' } },
        storageClassName: 'fast',
      });
      expect(one(objects, 'Deployment', `cart-${version}`).spec.template.spec.volumes).toEqual([
        { name: 'data', persistentVolumeClaim: { claimName: `cart-${version}-data` } },
      ]);
    }
  });
});

describe('probes', () => {
  const ports = { port: Port.grpc(50051), ports: [Port.http(8080)] };

  test('use another port than the first, with its times', () => {
    const health = Health.http('/healthz', { port: 8080, period: Duration.seconds(20), timeout: Duration.seconds(3) });
    const httpGet = { path: '/healthz', port: 8080 };
    expect(containerOf({ ...ports, health })).toMatchObject({
      startupProbe: { httpGet, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 60 },
      readinessProbe: { httpGet, periodSeconds: 20, timeoutSeconds: 3 },
      livenessProbe: { httpGet, periodSeconds: 20, timeoutSeconds: 3 },
    });
  });

  test('differ for startup, readiness and liveness', () => {
    const container = containerOf({
      ...ports,
      probes: {
        startup: Health.exec(['/ready'], { failureThreshold: 5, initialDelay: Duration.seconds(2) }),
        readiness: Health.grpc({ service: 'shop.Cart', successThreshold: 2 }),
        liveness: Health.none(),
      },
    });
    expect(container.startupProbe).toEqual({
      exec: { command: ['/ready'] },
      failureThreshold: 5,
      initialDelaySeconds: 2,
      periodSeconds: 5,
    });
    expect(container.readinessProbe).toEqual({ grpc: { port: 50051, service: 'shop.Cart' }, successThreshold: 2 });
    expect(container.livenessProbe).toBeUndefined();
  });

  test('that are not declared are those of `health`', () => {
    const container = containerOf({ health: Health.tcp({ successThreshold: 3 }), probes: { startup: Health.none() } });
    expect(container.startupProbe).toBeUndefined();
    expect(container.readinessProbe).toEqual({ tcpSocket: { port: 80 }, successThreshold: 3 });
    expect(container.livenessProbe).toEqual({ tcpSocket: { port: 80 } });
  });

  test('over HTTPS send the declared headers', () => {
    const health = Health.http('/', { https: true, headers: { Host: 'shop.example' } });
    expect(containerOf({ health }).readinessProbe.httpGet).toEqual({
      path: '/',
      port: 80,
      scheme: 'HTTPS',
      httpHeaders: [{ name: 'Host', value: 'shop.example' }],
    });
  });

  test('of a port of their own need no port of the service', () => {
    const container = containerOf({ port: undefined, health: Health.tcp({ port: 9090 }) });
    expect(container.readinessProbe).toEqual({ tcpSocket: { port: 9090 } });
  });
});

test.each([
  [LifecycleHandler.exec(['/stop']), { exec: { command: ['/stop'] } }],
  [LifecycleHandler.httpGet('/stop'), { httpGet: { path: '/stop', port: 80 } }],
  [LifecycleHandler.httpGet('/stop', { port: 81 }), { httpGet: { path: '/stop', port: 81 } }],
  [LifecycleHandler.sleep(Duration.seconds(5)), { sleep: { seconds: 5 } }],
])('hooks run after the start and before the end (%#)', (handler, expected) => {
  expect(containerOf({ lifecycle: { preStop: handler } }).lifecycle).toEqual({ preStop: expected });
  expect(containerOf({ lifecycle: { postStart: handler } }).lifecycle).toEqual({ postStart: expected });
});

describe('further containers', () => {
  test('are as restricted as that of the service', () => {
    const [own, further] = podOf({ containers: [{ name: 'helper', image }] }).containers;
    expect(further).toEqual({
      name: 'helper',
      image,
      imagePullPolicy: 'IfNotPresent',
      securityContext: own.securityContext,
    });
  });

  test('before the others keep their order, and native sidecars restart always', () => {
    const pod = podOf({
      initContainers: [
        { name: 'logs', image, sidecar: true, health: Health.http('/', { port: 2020 }) },
        { name: 'migrate', image, command: ['/migrate'], resources: { cpu: '10m' }, env: { B: '$(A)', A: '1' } },
      ],
    });
    expect(pod.initContainers).toMatchObject([
      { name: 'logs', restartPolicy: 'Always', startupProbe: { httpGet: { path: '/', port: 2020 } } },
      {
        name: 'migrate',
        command: ['/migrate'],
        resources: { requests: { cpu: '10m' } },
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)' },
        ],
      },
    ]);
    expect(pod.initContainers[1].restartPolicy).toBeUndefined();
  });

  test('share a volume with that of the service, and have writable paths of their own', () => {
    const volume = Volume.emptyDir('shared');
    const pod = podOf({
      volumeMounts: [{ path: '/shared', volume }],
      writablePaths: ['/tmp'],
      containers: [{ name: 'helper', image, writablePaths: ['/tmp'], volumeMounts: [{ path: '/in', volume }] }],
    });
    expect(pod.volumes.map((each: { name: string }) => each.name)).toEqual([
      'writable-0',
      'helper-writable-0',
      'shared',
    ]);
    expect(pod.containers[1].volumeMounts).toEqual([
      { mountPath: '/tmp', name: 'helper-writable-0' },
      { mountPath: '/in', name: 'shared' },
    ]);
  });

  test('that run as root are named with the reason', () => {
    const objects = alone({
      securityContext: { runAsRoot: 'first' },
      initContainers: [{ name: 'a', image, securityContext: { runAsRoot: 'second' } }],
      containers: [{ name: 'b', image, runAsUser: 5 }],
    });
    const { metadata, spec } = one(objects, 'Deployment', 'cart-v1');
    expect(metadata.annotations).toEqual({ 'cdk8s-cardinal/runs-as-root': 'cart: first\na: second' });
    expect(spec.template.spec.initContainers[0].securityContext).toMatchObject({ runAsNonRoot: false, runAsUser: 0 });
    expect(spec.template.spec.containers[1].securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 5 });
  });
});
