import { Duration } from 'cdk8s';
import { EnvValue, Health, Operation, Peer, Port, WorkloadKind } from '../../../lib';
import { platform, prometheus, service, warehouse } from './topology';

/** PostgreSQL, with an exporter of its metrics beside it. */
const stockDb = warehouse.addService('stock-db', {
  image: 'postgres:17.6',
  port: Port.tcp(5432, { name: 'postgres' }),
  ports: [Port.http(9187, { name: 'metrics' })],
  workload: WorkloadKind.statefulSet({
    volumeClaimTemplates: [
      { name: 'data', mountPath: '/var/lib/postgresql', storage: '100Gi', storageClassName: 'ssd' },
    ],
  }),
  runAsUser: 999,
  pod: { securityContext: { fsGroup: 999 } },
  writablePaths: ['/var/run/postgresql', '/tmp'],
  resources: { cpu: '1', memory: '2Gi', memoryLimit: '2Gi' },
  env: {
    PGDATA: '/var/lib/postgresql/data',
    POSTGRES_USER: 'stock',
    POSTGRES_PASSWORD: EnvValue.fromSecret('stock-db', 'password'),
  },
  health: Health.exec(['pg_isready', '-h', '127.0.0.1']),
  containers: [
    {
      name: 'exporter',
      image: 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
      runAsUser: 65534,
      resources: { cpu: '20m', memory: '32Mi', memoryLimit: '64Mi' },
      env: {
        DATA_SOURCE_USER: 'stock',
        DATA_SOURCE_PASS: EnvValue.fromSecret('stock-db', 'password'),
        DATA_SOURCE_URI: '127.0.0.1:5432/stock?sslmode=disable',
      },
      health: Health.http('/', { port: 9187 }),
    },
  ],
});
stockDb.allowFrom(prometheus, { port: 9187, plaintext: true });

export const stock = service('stock', {
  port: Port.grpc(50051, {
    service: 'northgate.Stock',
    methods: ['Availability', 'Reserve', 'Release', 'Take', 'Book'],
  }),
  health: Health.grpc(),
  replicas: 3,
  env: { DB_PASSWORD: EnvValue.fromSecret('stock-db', 'password') },
});
stock.calls(stockDb, { addressEnvVars: { DATABASE_URL: 'postgres://stock:$(DB_PASSWORD)@{host}:{port}/stock' } });
stock.calls(platform.service('kafka'), { addressEnvVar: 'KAFKA_BOOTSTRAP' });
stock.calls(platform.service('schema-registry'), {
  addressEnvVars: { SCHEMAS_URL: 'http://{host}:{port}/apis' },
  allowedOperations: [Operation.http('GET /apis/{path+}')],
  timeout: Duration.seconds(1),
});
stock.addCircuitBreaker({ consecutiveGatewayErrors: 5, maxConnections: 200 });

/** What the terminals of forklifts connect to, on each node that stands in the warehouse. */
const terminals = service('terminals', {
  port: Port.http(8080),
  workload: WorkloadKind.daemonSet(),
  scheduling: { nodeSelector: { 'northgate.example/site': 'warehouse' } },
  health: Health.http('/healthz'),
});
terminals.allowFrom(Peer.cidrs('10.40.16.0/20'), { plaintext: true });
terminals.calls(stock, {
  addressEnvVar: 'STOCK_ADDR',
  allowedOperations: stock.methods('Availability', 'Take', 'Book'),
  timeout: Duration.seconds(2),
});

/** Compares the counted stock with that of the books. */
const inventory = service('inventory', {
  podMetadata: {},
  workload: WorkloadKind.cronJob({
    schedule: '0 22 * * 0',
    timeZone: 'Europe/Berlin',
    activeDeadline: Duration.hours(6),
  }),
});
inventory.calls(stock, {
  addressEnvVar: 'STOCK_ADDR',
  allowedOperations: stock.methods('Availability', 'Book'),
  timeout: Duration.seconds(30),
});
