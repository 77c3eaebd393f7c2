/** The CIDR of the VPC in which the cluster runs. */
export const VPC_CIDR = '10.0.0.0/16';
