import { Duration } from 'cdk8s';
import { ConcurrencyPolicy, EnvValue, Health, Operation, Port, type ServiceProps, TlsOrigination } from '../../../lib';
import { WorkloadKind } from '../../../lib';
import { flags } from './foreign';
import * as own from './topology';

const { databaseUrl, image, passwordOf, PAYMENTS, platform, postgres, shop } = own;
const service = (name: string, props: ServiceProps) => own.service(name, { namespace: PAYMENTS, ...props });
const kafka = platform.service('kafka');

const paymentsDb = postgres('payments-db', '100Gi', PAYMENTS);
const migrate = service('payments-migrate', {
  image: image('payments'),
  command: ['/payments', 'migrate'],
  podMetadata: {},
  workload: WorkloadKind.job({ ttlAfterFinished: Duration.hours(1), activeDeadline: Duration.minutes(30) }),
  env: passwordOf('payments-db'),
});
migrate.calls(paymentsDb, databaseUrl);

/** Numbers of cards, encrypted; the only service that sees them. */
const vault = service('card-vault', {
  port: Port.grpc(50051, { service: 'northgate.CardVault', methods: ['Store', 'Charge', 'Forget'] }),
  health: Health.grpc(),
  replicas: 3,
  env: { ENCRYPTION_KEY: EnvValue.fromSecret('card-vault', 'key') },
  scheduling: { nodeSelector: { 'northgate.example/pci': 'true' } },
});
/** The card processor. The proxy of the vault originates TLS, so that timeout and retries apply to its requests. */
const processor = shop.addExternalService('card-processor', {
  host: 'api.cards.example',
  port: Port.http(80, { target: 443 }),
  tlsOrigination: TlsOrigination.simple(),
});
vault.calls(processor, { addressEnvVars: { PROCESSOR_URL: 'http://{host}' }, timeout: Duration.seconds(6) });

const fraud = service('fraud', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  resources: { cpu: '500m', memory: '1Gi', memoryLimit: '1Gi' },
});
const ledgerDb = postgres('ledger-db', '100Gi', PAYMENTS);
const ledger = service('ledger', {
  port: Port.grpc(50051, { service: 'northgate.Ledger', methods: ['Post', 'Balance', 'Close'] }),
  health: Health.grpc(),
  env: passwordOf('ledger-db'),
});
ledger.calls(ledgerDb, databaseUrl);
ledger.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });

export const payments = service('payments', {
  port: Port.grpc(50051, { service: 'northgate.Payments', methods: ['Authorize', 'Capture', 'Void', 'Refund'] }),
  health: Health.grpc(),
  replicas: 4,
  env: passwordOf('payments-db'),
});
payments.calls(paymentsDb, databaseUrl);
payments.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
payments.calls(vault, {
  addressEnvVar: 'VAULT_ADDR',
  allowedOperations: vault.methods('Charge'),
  timeout: Duration.seconds(7),
});
payments.calls(fraud, {
  addressEnvVars: { FRAUD_URL: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('POST /scores')],
  timeout: Duration.millis(800),
});
payments.calls(ledger, {
  addressEnvVar: 'LEDGER_ADDR',
  allowedOperations: ledger.methods('Post'),
  timeout: Duration.seconds(2),
});
payments.calls(flags, {
  addressEnvVar: 'FLAGS_ADDR',
  allowedOperations: flags.methods('ResolveBoolean'),
  timeout: Duration.millis(300),
});

/** Closes the books of the day. */
const settlement = service('settlement', {
  podMetadata: {},
  workload: WorkloadKind.cronJob({
    schedule: '5 0 * * *',
    timeZone: 'Europe/Berlin',
    concurrencyPolicy: ConcurrencyPolicy.FORBID,
    backoffLimit: 2,
  }),
});
settlement.calls(ledger, {
  addressEnvVar: 'LEDGER_ADDR',
  allowedOperations: ledger.methods('Balance', 'Close'),
  timeout: Duration.minutes(5),
});
settlement.calls(payments, {
  addressEnvVar: 'PAYMENTS_ADDR',
  allowedOperations: payments.methods('Capture'),
  timeout: Duration.seconds(10),
});
