import { Front } from 'cdk8s-cardinal';
import { FRONT_CIDRS } from './network';

/** The API is the only way to the gateway in the cluster: its load balancer connects from these subnets. */
export const frontProps = { front: Front.restApi({ addresses: FRONT_CIDRS }) };
