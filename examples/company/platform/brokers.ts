import { Duration } from 'cdk8s';
import { EnvValue, Health, PodManagementPolicy, Port, WorkloadKind } from '../../../lib';
import { image, internalIngress, MESSAGING, platform, prometheus, service } from './topology';

export const kafka = platform.addService('kafka', {
  namespace: MESSAGING,
  image: 'apache/kafka:4.1.0',
  port: Port.tcp(9092, { name: 'kafka' }),
  ports: [Port.tcp(9093, { name: 'controller' }), Port.http(9404, { name: 'metrics' })],
  workload: WorkloadKind.statefulSet({
    volumeClaimTemplates: [{ name: 'data', mountPath: '/var/lib/kafka', storage: '200Gi', storageClassName: 'ssd' }],
    podManagementPolicy: PodManagementPolicy.PARALLEL,
  }),
  replicas: 3,
  runAsUser: 1000,
  pod: { securityContext: { fsGroup: 1000 } },
  // Its start script writes the configuration beside the files of the image.
  securityContext: { readOnlyRootFilesystem: false },
  resources: { cpu: '1', memory: '4Gi', memoryLimit: '4Gi' },
  env: {
    POD_NAME: EnvValue.fromField('metadata.name'),
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT://$(POD_NAME).kafka-headless.messaging:9092',
    KAFKA_LOG_DIRS: '/var/lib/kafka/data',
    KAFKA_HEAP_OPTS: '-Xms2g -Xmx2g',
  },
  command: ['sh', '-c', 'KAFKA_NODE_ID="${POD_NAME##*-}" exec /etc/kafka/docker/run'],
});
const voters = [0, 1, 2].map(each => `${each}@${kafka.podHostNameIn(MESSAGING, each)}:9093`);
kafka.calls(kafka);
kafka.calls(kafka, { port: 9093, addressEnvVars: { KAFKA_CONTROLLER_QUORUM_VOTERS: voters.join(',') } });
kafka.allowFrom(prometheus, { port: 9404, plaintext: true });

/** Creates the topics with each release. */
const topics = service('kafka-topics', {
  namespace: MESSAGING,
  podMetadata: {},
  workload: WorkloadKind.job({ backoffLimit: 10 }),
});
topics.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });

export const schemas = service('schema-registry', {
  namespace: MESSAGING,
  image: 'apicurio/apicurio-registry:3.0.6',
  port: Port.http(80, { target: 8080 }),
  runAsUser: 1001,
  writablePaths: ['/tmp'],
  health: Health.http('/health/ready'),
  resources: { cpu: '200m', memory: '512Mi', memoryLimit: '1Gi' },
  env: { APICURIO_STORAGE_KIND: 'kafkasql' },
});
schemas.calls(kafka, { addressEnvVar: 'APICURIO_KAFKASQL_BOOTSTRAP_SERVERS' });

/** Operators read topics in it, through the internal ingress controller. */
const kafkaUi = service('kafka-ui', {
  namespace: MESSAGING,
  image: 'ghcr.io/kafbat/kafka-ui:v1.3.0',
  podMetadata: {},
  port: Port.http(80, { target: 8080 }),
  replicas: 1,
  writablePaths: ['/tmp'],
  health: Health.http('/actuator/health'),
  resources: { cpu: '100m', memory: '512Mi', memoryLimit: '512Mi' },
});
kafkaUi.calls(kafka, { addressEnvVar: 'KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS' });
kafkaUi.calls(schemas, {
  addressEnvVars: { KAFKA_CLUSTERS_0_SCHEMAREGISTRY: 'http://{host}:{port}/apis/ccompat/v7' },
  timeout: Duration.seconds(5),
});
kafkaUi.allowFrom(internalIngress, { plaintext: true });

/** Reports the lag of consumers. */
const lag = service('kafka-exporter', {
  namespace: MESSAGING,
  image: 'danielqsj/kafka-exporter:v1.9.0',
  podMetadata: {},
  port: Port.http(9308, { name: 'metrics' }),
  replicas: 1,
  health: Health.http('/healthz'),
  args: ['--kafka.server=$(KAFKA_BOOTSTRAP)'],
});
lag.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
lag.allowFrom(prometheus, { plaintext: true });

export const rabbitmq = platform.addService('rabbitmq', {
  namespace: MESSAGING,
  image: 'rabbitmq:4.1.4-management',
  port: Port.tcp(5672, { name: 'amqp' }),
  ports: [
    Port.tcp(4369, { name: 'epmd' }),
    Port.tcp(25672, { name: 'clustering' }),
    Port.http(15672, { name: 'management' }),
    Port.http(15692, { name: 'metrics' }),
  ],
  workload: WorkloadKind.statefulSet({
    volumeClaimTemplates: [{ name: 'data', mountPath: '/var/lib/rabbitmq', storage: '20Gi', storageClassName: 'ssd' }],
    podManagementPolicy: PodManagementPolicy.PARALLEL,
  }),
  replicas: 3,
  runAsUser: 999,
  pod: { securityContext: { fsGroup: 999 } },
  writablePaths: ['/var/log/rabbitmq', '/tmp'],
  resources: { cpu: '500m', memory: '1Gi', memoryLimit: '2Gi' },
  env: {
    POD_NAME: EnvValue.fromField('metadata.name'),
    RABBITMQ_USE_LONGNAME: 'true',
    RABBITMQ_NODENAME: 'rabbit@$(POD_NAME).rabbitmq-headless.messaging.svc.cluster.local',
    RABBITMQ_ERLANG_COOKIE: EnvValue.fromSecret('rabbitmq', 'cookie'),
    RABBITMQ_CONFIG_FILES: '/etc/rabbitmq/conf.d',
  },
  health: Health.exec(['rabbitmq-diagnostics', '-q', 'check_port_connectivity']),
});
rabbitmq.calls(rabbitmq, { port: 4369 });
rabbitmq.calls(rabbitmq, { port: 25672 });
rabbitmq.allowFrom(prometheus, { port: 15692, plaintext: true });
rabbitmq.allowFrom(internalIngress, { port: 15672, plaintext: true });

/** Moves messages that no consumer could process back to their queues, once a night. */
const redelivery = service('redelivery', {
  namespace: MESSAGING,
  image: image('redelivery'),
  podMetadata: {},
  workload: WorkloadKind.cronJob({ schedule: '15 2 * * *', timeZone: 'Europe/Berlin' }),
  env: { AMQP_PASSWORD: EnvValue.fromSecret('rabbitmq', 'redelivery-password') },
});
redelivery.calls(rabbitmq, { addressEnvVars: { AMQP_URL: 'amqp://redelivery:$(AMQP_PASSWORD)@{host}:{port}' } });
