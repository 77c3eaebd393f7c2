import { Duration } from 'cdk8s';
import { ConcurrencyPolicy, EnvValue, Health, Operation, PodManagementPolicy, Port, WorkloadKind } from '../../../lib';
import { kafka } from './brokers';
import { image, platform, prometheus, service } from './topology';

/** PostgreSQL with a standby, which repmgr promotes when the primary fails. */
const accountsDb = platform.addService('accounts-db', {
  image: 'bitnamilegacy/postgresql-repmgr:17.5.0',
  port: Port.tcp(5432, { name: 'postgres' }),
  workload: WorkloadKind.statefulSet({
    volumeClaimTemplates: [
      { name: 'data', mountPath: '/bitnami/postgresql', storage: '50Gi', storageClassName: 'ssd' },
    ],
    podManagementPolicy: PodManagementPolicy.PARALLEL,
  }),
  replicas: 2,
  runAsUser: 1001,
  pod: { securityContext: { fsGroup: 1001 } },
  writablePaths: [
    '/opt/bitnami/postgresql/conf',
    '/opt/bitnami/postgresql/tmp',
    '/opt/bitnami/repmgr/conf',
    '/opt/bitnami/repmgr/tmp',
    '/tmp',
  ],
  resources: { cpu: '500m', memory: '1Gi', memoryLimit: '2Gi' },
  env: {
    POD_NAME: EnvValue.fromField('metadata.name'),
    POSTGRESQL_DATABASE: 'accounts',
    POSTGRESQL_PASSWORD: EnvValue.fromSecret('accounts-db', 'password'),
    REPMGR_PASSWORD: EnvValue.fromSecret('accounts-db', 'repmgr-password'),
    REPMGR_NODE_NAME: '$(POD_NAME)',
    REPMGR_NODE_NETWORK_NAME: '$(POD_NAME).accounts-db-headless.accounts',
  },
  health: Health.exec(['pg_isready', '-h', '127.0.0.1']),
});
const primary = accountsDb.podHostNameIn('accounts', 0);
const standby = accountsDb.podHostNameIn('accounts', 1);
accountsDb.calls(accountsDb, {
  addressEnvVars: { REPMGR_PARTNER_NODES: `${primary},${standby}`, REPMGR_PRIMARY_HOST: primary },
});

const dbUrl = { DATABASE_URL: 'postgres://accounts:$(DB_PASSWORD)@{host}:{port}/accounts' };
const dbPassword = { DB_PASSWORD: EnvValue.fromSecret('accounts-db', 'password') };

const accountsMigrate = service('accounts-migrate', {
  image: image('accounts'),
  command: ['/accounts', 'migrate'],
  podMetadata: {},
  workload: WorkloadKind.job({ ttlAfterFinished: Duration.hours(1), activeDeadline: Duration.minutes(20) }),
  env: dbPassword,
});
accountsMigrate.calls(accountsDb, { addressEnvVars: dbUrl });

export const accounts = service('accounts', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  autoscaling: { min: 3, max: 12 },
  env: dbPassword,
});
accounts.calls(accountsDb, { addressEnvVars: dbUrl });
accounts.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });

/** Which features are on, and for whom. */
export const flags = service('flags', {
  image: 'ghcr.io/open-feature/flagd:v0.12.9',
  port: Port.grpc(8013, { service: 'flagd.evaluation.v1.Service', methods: ['ResolveBoolean', 'EventStream'] }),
  ports: [Port.http(8014, { name: 'management' })],
  podMetadata: {},
  command: ['/flagd-build', 'start'],
  args: ['--uri', 'https://flags.northgate.example/production.json', '--management-port', '8014'],
  health: Health.http('/readyz', { port: 8014 }),
});
flags.allowFrom(prometheus, { port: 8014, plaintext: true, allowedOperations: [Operation.http('GET /metrics')] });
accounts.calls(flags, {
  addressEnvVar: 'FLAGS_ADDR',
  allowedOperations: flags.methods('ResolveBoolean'),
  timeout: Duration.millis(300),
});
flags.calls(platform.addExternalService('flag-definitions', { host: 'flags.northgate.example', port: Port.tls(443) }));

/** Deletes accounts whose owners have requested it. */
export const erasure = service('erasure', {
  podMetadata: {},
  workload: WorkloadKind.cronJob({
    schedule: '30 3 * * *',
    timeZone: 'Europe/Berlin',
    concurrencyPolicy: ConcurrencyPolicy.FORBID,
    activeDeadline: Duration.hours(2),
  }),
});
erasure.calls(accounts, {
  addressEnvVars: { ACCOUNTS_URL: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('GET /erasures'), Operation.http('DELETE /accounts/{account}')],
  timeout: Duration.seconds(30),
});

/** The records of who has changed what. */
const auditDb = platform.addService('audit-db', {
  image: 'clickhouse/clickhouse-server:25.8',
  port: Port.http(8123),
  workload: WorkloadKind.statefulSet({
    volumeClaimTemplates: [{ name: 'data', mountPath: '/var/lib/clickhouse', storage: '500Gi' }],
  }),
  runAsUser: 101,
  pod: { securityContext: { fsGroup: 101 } },
  writablePaths: ['/var/log/clickhouse-server', '/tmp'],
  health: Health.http('/ping'),
  resources: { cpu: '1', memory: '4Gi', memoryLimit: '8Gi' },
});
const audit = service('audit', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  env: { CLICKHOUSE_PASSWORD: EnvValue.fromSecret('audit-db', 'password') },
});
audit.calls(auditDb, { addressEnvVars: { CLICKHOUSE_URL: 'http://{host}:{port}' }, timeout: Duration.seconds(20) });
audit.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
erasure.calls(audit, {
  addressEnvVars: { AUDIT_URL: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('POST /records')],
  timeout: Duration.seconds(30),
});
