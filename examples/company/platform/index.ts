import { Operation, Peer } from '../../../lib';
import { accounts, flags } from './accounts';
import { kafka, rabbitmq, schemas } from './brokers';
import { documents } from './notifications';

export { platform } from './topology';

const shop = (name: string) => Peer.serviceAccount({ namespace: 'shop', name, podLabels: { app: name } });
const payments = (name: string) => Peer.serviceAccount({ namespace: 'payments', name, podLabels: { app: name } });
const warehouse = (name: string) => Peer.serviceAccount({ namespace: 'warehouse', name, podLabels: { app: name } });

// What the services of other repositories may call.
kafka.allowFrom(shop('orders'));
kafka.allowFrom(shop('catalog'));
kafka.allowFrom(shop('search-indexer'));
kafka.allowFrom(shop('recommendations'));
kafka.allowFrom(payments('payments'));
kafka.allowFrom(payments('ledger'));
kafka.allowFrom(warehouse('stock'));
kafka.allowFrom(warehouse('picking'));
kafka.allowFrom(warehouse('shipments'));

const readSchemas = { allowedOperations: [Operation.http('GET /apis/{path+}')] };
schemas.allowFrom(shop('orders'), readSchemas);
schemas.allowFrom(warehouse('stock'), readSchemas);

rabbitmq.allowFrom(warehouse('shipments'));
rabbitmq.allowFrom(warehouse('labels'));

const resolve = { allowedOperations: flags.methods('ResolveBoolean', 'EventStream') };
flags.allowFrom(shop('web'), resolve);
flags.allowFrom(shop('checkout'), resolve);
flags.allowFrom(payments('payments'), resolve);

accounts.allowFrom(shop('web'), {
  allowedOperations: [Operation.http('GET /accounts/{account}'), Operation.http('PUT /accounts/{account}')],
});
accounts.allowFrom(shop('checkout'), { allowedOperations: [Operation.http('GET /accounts/{account}/addresses')] });

documents.allowFrom(shop('orders'), { allowedOperations: [Operation.http('POST /invoices')] });
documents.allowFrom(warehouse('shipments'), { allowedOperations: [Operation.http('POST /delivery-notes')] });

/**
 * Of the repository everything is carried over. What it leaves to others:
 * - Secrets and the ConfigMap of templates, which the secret operator and the repository of the templates write.
 * - The internal host names of kafka-ui and of RabbitMQ's management, in Ingresses of the operations team.
 */
