import { type IVpcLink, VpcLink } from 'aws-cdk-lib/aws-apigatewayv2';
import { Connections, type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { invalidNetwork, subnetsOf } from './vpc';

/** What connects APIs with a VPC. */
export interface VpcLinkSettings {
  /** The VPC of the cluster. */
  readonly vpc: IVpc;
  /**
   * An existing VPC link of version 2.
   * @default - one is created
   */
  readonly vpcLink?: IVpcLink;
  /**
   * The subnets of the created VPC link.
   * @default - private subnets of the VPC, else isolated ones, else public ones
   */
  readonly vpcLinkSubnets?: SubnetSelection;
  /**
   * The security groups of the VPC link; required with `vpcLink`.
   * @default - one is created
   */
  readonly vpcLinkSecurityGroups?: ISecurityGroup[];
}

/** The VPC link with these settings, and the network connections of its security groups. */
export function vpcLinkOf(
  scope: Construct,
  name: string,
  settings: VpcLinkSettings,
): { readonly vpcLink: IVpcLink; readonly connections: Connections } {
  const securityGroups = securityGroupsOf(scope, name, settings);
  const vpcLink =
    settings.vpcLink
    ?? new VpcLink(scope, 'VpcLink', {
      vpc: settings.vpc,
      vpcLinkName: name,
      subnets: settings.vpcLinkSubnets ?? subnetsOf(scope, settings.vpc),
      securityGroups,
    });
  return { vpcLink, connections: new Connections({ securityGroups }) };
}

function securityGroupsOf(
  scope: Construct,
  name: string,
  { vpc, vpcLink, vpcLinkSecurityGroups = [] }: VpcLinkSettings,
): ISecurityGroup[] {
  if (vpcLinkSecurityGroups.length > 0) {
    return vpcLinkSecurityGroups;
  }
  if (vpcLink) {
    throw invalidNetwork(
      scope.node.path,
      'The security groups of the VPC link are unknown, so the load balancer cannot allow its connections.',
      'Set `vpcLinkSecurityGroups`, the security groups of the existing VPC link.',
    );
  }
  return [
    new SecurityGroup(scope, 'LinkSecurityGroup', {
      vpc,
      allowAllOutbound: false,
      description: `VPC link of ${name}`,
    }),
  ];
}
