import { Front } from '../../lib';

/** The subnets of the load balancer of a front. */
export const frontSubnets = ['10.0.8.0/24', '10.0.9.0/24'];

export const httpFront = Front.httpApi({ addresses: frontSubnets });
export const webSocketFront = Front.webSocketApi({ addresses: frontSubnets });
export const restFront = Front.restApi({ addresses: frontSubnets });
