import { Fn, Names } from 'aws-cdk-lib';
import { type IVpcLink as IRestVpcLink, VpcLink as RestVpcLink } from 'aws-cdk-lib/aws-apigateway';
import type { IVpcLink } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Connections,
  type IConnectable,
  type IPeer,
  type ISecurityGroup,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import {
  CfnLoadBalancer,
  type INetworkLoadBalancer,
  IpAddressType,
  NetworkLoadBalancer,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { requireArguments } from '../topology';
import { invalidNetwork, subnetsOf, vpcCidrOf } from './vpc';
import { vpcLinkOf, type VpcLinkSettings } from './vpc-link';

/** Properties of a {@link SharedLoadBalancer}. */
export interface SharedLoadBalancerProps extends VpcLinkSettings {
  /**
   * The name of the VPC link, which is also part of the descriptions of security groups.
   * @default - a unique name from the path of the construct
   */
  readonly name?: string;
  /**
   * An existing internal network load balancer. An imported one requires its security groups:
   * `NetworkLoadBalancer.fromNetworkLoadBalancerAttributes(…, { loadBalancerSecurityGroups })`.
   * @default - one is created
   */
  readonly loadBalancer?: INetworkLoadBalancer;
  /**
   * The subnets of the created load balancer.
   * @default - private subnets of the VPC, else isolated ones, else public ones
   */
  readonly subnets?: SubnetSelection;
  /**
   * The security groups of the created load balancer.
   * @default - one is created
   */
  readonly securityGroups?: ISecurityGroup[];
  /**
   * The IP address types of the created load balancer; `DUAL_STACK` for gateway pods with IPv6 addresses.
   * @default IpAddressType.IPV4
   */
  readonly ipAddressType?: IpAddressType;
  /**
   * The CIDRs of the gateway's pods, IPv4 or IPv6, to which the load balancer may connect. List those of secondary
   * CIDR blocks here. With `[]` it may connect to what `connections` allows only.
   * @default - the primary CIDR of the VPC; with `DUAL_STACK` and a VPC of the same app its first IPv6 CIDR, too
   */
  readonly podCidrs?: string[];
  /**
   * Whether only REST APIs connect, so that no VPC link of version 2 is created.
   * @default false
   */
  readonly forRestApisOnly?: boolean;
}

/**
 * An internal network load balancer and the VPC link by which APIs connect to it. Several edges may share one: each has
 * a listener with a port of its own.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-vpc-links-v2.html
 */
export class SharedLoadBalancer extends Construct implements IConnectable {
  /** The VPC of the load balancer. */
  readonly vpc: IVpc;
  /** The VPC link of version 2, created or existing; undefined with `forRestApisOnly`. */
  readonly vpcLink?: IVpcLink;
  /** The load balancer, created or existing. */
  readonly loadBalancer: INetworkLoadBalancer;
  /** The network connections of the load balancer, from which the gateway's pods receive requests. */
  readonly connections: Connections;
  /** The network connections of the VPC link, from which the load balancer receives requests. */
  readonly vpcLinkConnections: Connections;
  /** Whether the load balancer is known to have no IPv6 addresses; false for an imported one. */
  readonly isIpv4Only: boolean;
  private readonly name: string;
  private restLink?: IRestVpcLink;
  private readonly pods: readonly IPeer[];
  private readonly edges = new Map<number, string>();

  constructor(scope: Construct, id: string, props: SharedLoadBalancerProps) {
    requireArguments('new.SharedLoadBalancer', [scope, id, props]);
    super(scope, id);
    const { vpc, name = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' }) } = props;
    this.vpc = vpc;
    this.name = name;
    const link = props.forRestApisOnly ? undefined : vpcLinkOf(this, name, props);
    this.vpcLink = link?.vpcLink;
    this.vpcLinkConnections = link?.connections ?? new Connections();
    this.loadBalancer = props.loadBalancer ?? this.addLoadBalancer(name, props);
    this.isIpv4Only = !props.loadBalancer && props.ipAddressType !== IpAddressType.DUAL_STACK;
    this.connections = this.loadBalancer.connections;
    if (this.connections.securityGroups.length === 0) {
      throw invalidNetwork(
        this.node.path,
        'The security groups of the load balancer are unknown, so the VPC link cannot be allowed to connect to it.',
        'Set `loadBalancerSecurityGroups` in `NetworkLoadBalancer.fromNetworkLoadBalancerAttributes`.',
      );
    }
    this.pods = podPeers(this, props);
  }

  /**
   * The VPC link of version 1 by which REST APIs connect; created once. It has no security groups: the load balancer,
   * if it is in this app, does not apply its inbound rules to this traffic. An imported one must not either.
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
   */
  restVpcLink(): IRestVpcLink {
    this.restLink ??= restVpcLinkTo(this, this.name, this.loadBalancer);
    return this.restLink;
  }

  /**
   * Allows the connections of an edge: from the VPC link to the port of its listener, and from the load balancer to the
   * ports of the pods. Throws if another edge has a listener with that port.
   */
  allow(
    edge: string,
    port: number,
    podPorts: readonly { readonly port: number; readonly description: string }[],
  ): void {
    const other = this.edges.get(port);
    if (other !== undefined) {
      throw invalidNetwork(
        edge,
        `${other} has the listener with port ${port} of the load balancer, and a port has one listener.`,
        'Set another `listenerPort`.',
      );
    }
    this.edges.set(port, edge);
    for (const balancer of this.connections.securityGroups) {
      for (const link of this.vpcLinkConnections.securityGroups) {
        link.addEgressRule(balancer, Port.tcp(port), 'to the load balancer');
        balancer.addIngressRule(link, Port.tcp(port), 'from the VPC link');
      }
      for (const pods of this.pods) {
        podPorts.forEach(each => balancer.addEgressRule(pods, Port.tcp(each.port), each.description));
      }
    }
  }

  private addLoadBalancer(name: string, props: SharedLoadBalancerProps): NetworkLoadBalancer {
    const { vpc, securityGroups = [] } = props;
    const group = () =>
      new SecurityGroup(this, 'BalancerSecurityGroup', {
        vpc,
        allowAllOutbound: false,
        description: `Load balancer of ${name}`,
      });
    return new NetworkLoadBalancer(this, 'LoadBalancer', {
      vpc,
      vpcSubnets: props.subnets ?? subnetsOf(this, vpc),
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: securityGroups.length > 0 ? securityGroups : [group()],
      ipAddressType: props.ipAddressType,
    });
  }
}

/** A VPC link of version 1 to a load balancer. */
export function restVpcLinkTo(scope: Construct, name: string, loadBalancer: INetworkLoadBalancer): IRestVpcLink {
  const { defaultChild } = loadBalancer.node;
  if (defaultChild instanceof CfnLoadBalancer) {
    defaultChild.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic = 'off';
  }
  return new RestVpcLink(scope, 'RestVpcLink', { vpcLinkName: name, targets: [loadBalancer] });
}

function podPeers(scope: Construct, { vpc, podCidrs, ipAddressType }: SharedLoadBalancerProps): IPeer[] {
  if (podCidrs) {
    return podCidrs.map(cidr => (cidr.includes(':') ? Peer.ipv6(cidr) : Peer.ipv4(cidr)));
  }
  const ipv6 =
    ipAddressType === IpAddressType.DUAL_STACK && vpc instanceof Vpc ? [Fn.select(0, vpc.vpcIpv6CidrBlocks)] : [];
  return [Peer.ipv4(vpcCidrOf(scope, vpc)), ...ipv6.map(cidr => Peer.ipv6(cidr))];
}
