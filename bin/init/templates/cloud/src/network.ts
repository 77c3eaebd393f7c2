/** The CIDR of the VPC in which the cluster runs. */
export const VPC_CIDR = '10.0.0.0/16';
/** The subnets of the load balancer of the API, without pods: the first that the VPC assigns. */
export const FRONT_CIDRS = ['10.0.0.0/24', '10.0.1.0/24'];
