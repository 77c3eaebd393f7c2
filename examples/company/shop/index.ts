import { Operation, Peer } from '../../../lib';
import './edge';
import { orders } from './orders';
import { payments } from './payments';

export { shop } from './topology';

const platform = (name: string) => Peer.serviceAccount({ namespace: 'accounts', name, podLabels: { app: name } });
const warehouse = (name: string) => Peer.serviceAccount({ namespace: 'warehouse', name, podLabels: { app: name } });

// What the services of other repositories may call.
orders.allowFrom(platform('notifications'), { allowedOperations: [Operation.http('GET /orders/{order}')] });
orders.allowFrom(platform('erasure'), { allowedOperations: [Operation.http('POST /orders/erasures')] });
orders.allowFrom(warehouse('picking'), { allowedOperations: [Operation.http('GET /orders/{order}/items')] });
orders.allowFrom(warehouse('shipments'), { allowedOperations: [Operation.http('PUT /orders/{order}/shipment')] });
payments.allowFrom(warehouse('returns'), { allowedOperations: payments.methods('Refund') });

/**
 * Of the repository everything is carried over. What it leaves to others: Secrets, which the secret operator writes, and
 * the accounts of the databases, which the migrations create.
 */
