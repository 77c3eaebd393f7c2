import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { ValidationError } from '../topology';

/** An error about what connects an API with the cluster. */
export function invalidNetwork(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'InvalidCloudNetwork', path, summary, fix });
}

/** The subnets for what is internal: the private ones of a VPC, else isolated ones, else public ones. */
export function subnetsOf({ node }: Construct, vpc: IVpc): SubnetSelection | undefined {
  if ([vpc.privateSubnets, vpc.isolatedSubnets, vpc.publicSubnets].every(({ length }) => length === 0)) {
    throw invalidNetwork(
      node.path,
      'The VPC has no known subnets.',
      'List its subnets in `Vpc.fromVpcAttributes`, or set the subnets of the load balancer and of the VPC link.',
    );
  }
  return {};
}

/** The primary CIDR of a VPC, which an imported one may lack. */
export function vpcCidrOf({ node }: Construct, vpc: IVpc): string {
  try {
    return vpc.vpcCidrBlock;
  } catch {
    throw invalidNetwork(
      node.path,
      'The CIDR of the imported VPC is unknown, so the load balancer cannot be allowed to connect to the pods.',
      'Set `podCidrs`, or `vpcCidrBlock` in `Vpc.fromVpcAttributes`.',
    );
  }
}
