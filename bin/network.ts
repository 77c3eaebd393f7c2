/** The addresses of the VPC in which the cluster runs: cloud and cluster both need them. */
export const VPC_CIDR = '10.0.0.0/16';
