import { Operation, Peer } from '../../../lib';
import './partners';
import { deliveryOptions, tracking } from './shipping';
import { stock } from './stock';

export { warehouse } from './topology';

const shop = (name: string) => Peer.serviceAccount({ namespace: 'shop', name, podLabels: { app: name } });

// What the services of the shop may call.
stock.allowFrom(shop('catalog'), { allowedOperations: stock.methods('Availability') });
stock.allowFrom(shop('checkout'), { allowedOperations: stock.methods('Reserve', 'Release') });
deliveryOptions.allowFrom(shop('checkout'), { allowedOperations: deliveryOptions.methods('Quote') });
tracking.allowFrom(shop('web'), { allowedOperations: [Operation.http('GET /shipments/{shipment}')] });

/**
 * Of the repository everything is carried over. What it leaves to others: Secrets, the ConfigMap with the authority of
 * the partners' certificates, and the load balancer of the terminals' network.
 */
