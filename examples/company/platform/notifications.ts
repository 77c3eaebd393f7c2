import { Duration } from 'cdk8s';
import { Contract, EnvValue, Health, Operation, Port, RetryOn, Volume } from '../../../lib';
import { join } from 'node:path';
import { accounts, erasure, flags } from './accounts';
import { kafka } from './brokers';
import { platform, service } from './topology';

const shop = platform.addContract(Contract.fromFile(join(__dirname, 'contracts/shop.contract.json')));
const orders = shop.service('orders');

/** Renders mails and letters from templates. */
const templates = service('templates', {
  port: Port.grpc(50051, { service: 'northgate.Templates', methods: ['Render', 'List'] }),
  health: Health.grpc(),
  volumeMounts: [{ path: '/templates', volume: Volume.configMap('templates', 'notification-templates') }],
});

/** Sends mails and text messages about what happens to orders. */
const notifications = service('notifications', {
  health: Health.http('/healthz', { port: 8080 }),
  env: { SMTP_PASSWORD: EnvValue.fromSecret('smtp', 'password') },
});
notifications.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
notifications.calls(templates, {
  addressEnvVar: 'TEMPLATES_ADDR',
  allowedOperations: templates.methods('Render'),
  timeout: Duration.seconds(2),
  retries: { attempts: 2, perTryTimeout: Duration.millis(600), on: [RetryOn.UNAVAILABLE, RetryOn.CONNECT_FAILURE] },
});
notifications.calls(accounts, {
  addressEnvVars: { ACCOUNTS_URL: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('GET /accounts/{account}/contact')],
  timeout: Duration.seconds(1),
});
notifications.calls(orders, {
  addressEnvVars: { ORDERS_URL: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('GET /orders/{order}')],
  timeout: Duration.seconds(2),
});
notifications.calls(flags, {
  addressEnvVar: 'FLAGS_ADDR',
  allowedOperations: flags.methods('ResolveBoolean'),
  timeout: Duration.millis(300),
});

/** The mail provider: submission over TLS from the first byte, whose handshake names the host. */
const smtp = platform.addExternalService('smtp', { host: 'smtp.mailer.example', port: Port.tls(465) });
notifications.calls(smtp, { addressEnvVar: 'SMTP_ADDR' });

/** PDF documents, which are stored in the cloud. */
export const documents = service('documents', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/documents' } },
  writablePaths: ['/tmp'],
  resources: { cpu: '500m', memory: '512Mi', memoryLimit: '1Gi' },
});
const storage = platform.addExternalService('object-storage', {
  host: '*.s3.eu-central-1.amazonaws.com',
  port: Port.tls(443),
});
documents.calls(storage);
documents.calls(templates, {
  addressEnvVar: 'TEMPLATES_ADDR',
  allowedOperations: templates.methods('Render'),
  timeout: Duration.seconds(1),
});

erasure.calls(documents, {
  addressEnvVars: { DOCUMENTS_URL: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('DELETE /accounts/{account}/documents')],
  timeout: Duration.seconds(30),
});
erasure.calls(orders, {
  addressEnvVars: { ORDERS_URL: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('POST /orders/erasures')],
  timeout: Duration.seconds(30),
});
