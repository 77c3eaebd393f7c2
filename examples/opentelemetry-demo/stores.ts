import { EnvValue, Health, Port, Volume, WorkloadKind } from '../../lib';
import { component, hostOf, image, telemetry } from './component';
import { collector, openTelemetryDemo } from './telemetry';

export const postgresql = component('postgresql', '100Mi', {
  port: Port.tcp(5432, { name: 'postgres' }),
  runAsUser: 999,
  writablePaths: ['/var/lib/postgresql/data', '/var/run/postgresql', '/tmp'],
  env: {
    POSTGRES_USER: 'root',
    POSTGRES_PASSWORD: EnvValue.fromSecret('postgresql', 'password'),
    POSTGRES_DB: 'otel',
  },
});
export const valkey = component('valkey-cart', '20Mi', {
  image: 'valkey/valkey:8.1.3-alpine',
  port: Port.tcp(6379, { name: 'valkey' }),
  runAsUser: 999,
  securityContext: { runAsGroup: 1000 },
  writablePaths: ['/data'],
});
export const kafka = component('kafka', '600Mi', {
  port: Port.tcp(9092, { name: 'plaintext' }),
  ports: [Port.tcp(9093, { name: 'controller' })],
  workload: WorkloadKind.statefulSet(),
  runAsUser: 1000,
  securityContext: { runAsGroup: 1000, readOnlyRootFilesystem: false },
  env: {
    KAFKA_HEAP_OPTS: '-Xmx400M -Xms400M',
    KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  },
});
const flags = Volume.emptyDir('config-rw');
export const flagd = component('flagd', '75Mi', {
  image: 'ghcr.io/open-feature/flagd:v0.12.8',
  port: Port.grpc(8013, { name: 'rpc' }),
  ports: [Port.http(8016, { name: 'ofrep' }), Port.http(4000, { name: 'ui' })],
  runAsUser: 65534,
  writablePaths: [],
  command: ['/flagd-build', 'start', '--port', '8013', '--ofrep-port', '8016'],
  args: ['--uri', 'file:./etc/flagd/demo.flagd.json'],
  env: { FLAGD_METRICS_EXPORTER: 'otel', GOMEMLIMIT: '60MiB' },
  volumeMounts: [{ path: '/etc/flagd', volume: flags }],
  initContainers: [
    {
      name: 'init-config',
      image: 'busybox:1.37',
      runAsUser: 65534,
      command: ['cp', '/config-ro/demo.flagd.json', '/config-rw/demo.flagd.json'],
      volumeMounts: [
        { path: '/config-ro', volume: Volume.configMap('config-ro', 'flagd-config') },
        { path: '/config-rw', volume: flags },
      ],
    },
  ],
  containers: [
    {
      name: 'flagd-ui',
      image: image('flagd-ui'),
      runAsUser: 65534,
      securityContext: { readOnlyRootFilesystem: false },
      resources: { memoryLimit: '250Mi' },
      env: {
        ...telemetry('flagd-ui'),
        FLAGD_UI_PORT: '4000',
        PHX_HOST: 'localhost',
        SECRET_KEY_BASE: EnvValue.fromSecret('flagd-ui', 'secret-key-base'),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${hostOf(collector)}:4318`,
      },
      volumeMounts: [{ path: '/app/data', volume: flags }],
      health: Health.tcp({ port: 4000 }),
    },
  ],
});

kafka.calls(kafka, { addressEnvVars: { KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT://{host}:{port}' } });
// The headless Service resolves the pod before it is ready, and it is not ready before it has reached its controller.
kafka.calls(kafka, {
  port: 9093,
  addressEnvVars: {
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@${kafka.podHostNameIn(openTelemetryDemo.namespace, 0)}:{port}`,
  },
});
kafka.calls(collector, { port: 4318, addressEnvVars: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://{host}:{port}' } });
flagd.calls(collector, { addressEnvVar: 'FLAGD_OTEL_COLLECTOR_URI' });
flagd.calls(collector, { port: 4318 });
collector.calls(postgresql, { addressEnvVar: 'POSTGRES_ADDR' });
collector.calls(valkey, { addressEnvVar: 'VALKEY_ADDR' });
