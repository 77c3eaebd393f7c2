import { join } from 'node:path';
import { Contract, EnvValue, Health, PodManagementPolicy, Port, type ServiceProps } from '../../../lib';
import { Topology, WorkloadKind } from '../../../lib';

/** Northgate's online shop, and the payments of its orders. */
export const shop = new Topology('shop');
export const PAYMENTS = 'payments';
shop.addNamespace(PAYMENTS);

/** What other repositories publish: copies of the files that their synthesis writes. */
export const platform = shop.addContract(Contract.fromFile(join(__dirname, 'contracts/platform.contract.json')));
export const warehouse = shop.addContract(Contract.fromFile(join(__dirname, 'contracts/warehouse.contract.json')));

/** An image of the company's own registry, with the release of this repository. */
export const image = (name: string) => `registry.northgate.example/shop/${name}:418`;

/** A service of the shop: its process runs as user 10001 and serves its metrics on port 9090. */
export const service = (name: string, props: ServiceProps) =>
  shop.addService(name, {
    image: image(name),
    runAsUser: 10001,
    resources: { cpu: '200m', memory: '256Mi', memoryLimit: '512Mi' },
    podMetadata: { annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' } },
    ...props,
  });

/** PostgreSQL with a standby, which repmgr promotes when the primary fails. */
export const postgres = (name: string, storage: string, namespace = shop.namespace) => {
  const database = shop.addService(name, {
    namespace,
    image: 'bitnamilegacy/postgresql-repmgr:17.5.0',
    port: Port.tcp(5432, { name: 'postgres' }),
    workload: WorkloadKind.statefulSet({
      volumeClaimTemplates: [{ name: 'data', mountPath: '/bitnami/postgresql', storage, storageClassName: 'ssd' }],
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
    resources: { cpu: '1', memory: '2Gi', memoryLimit: '4Gi' },
    env: {
      POD_NAME: EnvValue.fromField('metadata.name'),
      POSTGRESQL_PASSWORD: EnvValue.fromSecret(name, 'password'),
      REPMGR_PASSWORD: EnvValue.fromSecret(name, 'repmgr-password'),
      REPMGR_NODE_NAME: '$(POD_NAME)',
      REPMGR_NODE_NETWORK_NAME: `$(POD_NAME).${name}-headless.${namespace}`,
    },
    health: Health.exec(['pg_isready', '-h', '127.0.0.1']),
  });
  const [primary, standby] = [database.podHostNameIn(namespace, 0), database.podHostNameIn(namespace, 1)];
  database.calls(database, {
    addressEnvVars: { REPMGR_PARTNER_NODES: `${primary},${standby}`, REPMGR_PRIMARY_HOST: primary },
  });
  return database;
};

/** The variables of a service with a database of that name. */
export const passwordOf = (name: string) => ({ DB_PASSWORD: EnvValue.fromSecret(name, 'password') });
export const databaseUrl = {
  addressEnvVars: { DATABASE_URL: 'postgres://postgres:$(DB_PASSWORD)@{host}:{port}/postgres' },
};
