import { CfnOutput, Duration, Stack, Token } from 'aws-cdk-lib';
import type { IVpcLink as IRestVpcLink } from 'aws-cdk-lib/aws-apigateway';
import type { IVpcLink } from 'aws-cdk-lib/aws-apigatewayv2';
import { Connections, type IConnectable, type ISecurityGroup, Port, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  type INetworkListener,
  NetworkListener,
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetGroupIpAddressType,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { DRAIN, type Edge } from '../topology';
import { restVpcLinkTo, SharedLoadBalancer } from './shared-load-balancer';
import { invalidNetwork } from './vpc';
import { vpcLinkOf, type VpcLinkSettings } from './vpc-link';

/** An existing internal network load balancer, or behind a VPC link of version 2 an application one, of gateway pods. */
export interface ExistingLoadBalancer {
  /** The ARN of the load balancer. */
  readonly loadBalancerArn: string;
  /** The ARN of its listener that forwards to the gateway's pods; the VPC link connects to it. */
  readonly listenerArn: string;
  /** Its security group, which must allow the VPC link on the listener's port. */
  readonly securityGroup: ISecurityGroup;
}

/** The ports of the pods of a gateway in the cluster. */
export interface GatewayPorts {
  /** The port that accepts requests. */
  readonly requests: number;
  /** The port of the HTTP readiness probe. */
  readonly readiness: number;
  /** The path of the readiness probe. */
  readonly readinessPath: string;
}

/** How an edge is connected with an API, common to {@link PrivateLink} and the APIs. */
export interface PrivateLinkSettings extends VpcLinkSettings {
  /**
   * The name of the target group, and of the VPC link, the API and its usage plan. Environments in one account and
   * Region need different names; the TargetGroupBinding in the cluster of each has the same `targetGroupName`.
   * @default edge.id
   */
  readonly targetGroupName?: string;
  /**
   * An existing load balancer, with its own target group.
   * @default - one is created, with a target group named `targetGroupName`
   */
  readonly loadBalancer?: ExistingLoadBalancer;
  /**
   * A load balancer and VPC link that several edges share, each with a listener of its own.
   * @default - the edge has its own
   */
  readonly sharedLoadBalancer?: SharedLoadBalancer;
  /**
   * The port of the listener; edges that share a load balancer need different ones.
   * @default - 443 for an edge with TLS, else 80
   */
  readonly listenerPort?: number;
  /**
   * The subnets of the created load balancer. Use subnets without pods, and list their CIDRs in the `addresses` of the
   * edge's front.
   * @default - private subnets of the VPC, else isolated ones, else public ones
   */
  readonly loadBalancerSubnets?: SubnetSelection;
  /**
   * The CIDRs of the gateway's pods to which the created load balancer may connect; see
   * {@link SharedLoadBalancerProps.podCidrs}.
   * @default - the primary CIDR of the VPC
   */
  readonly podCidrs?: string[];
  /**
   * The IP address type of the gateway's pods, i.e. of the target group. `IPV6` requires a load balancer with
   * `DUAL_STACK`: a {@link SharedLoadBalancer}.
   * @default TargetGroupIpAddressType.IPV4
   */
  readonly podIpAddressType?: TargetGroupIpAddressType;
  /**
   * The ports of the gateway's pods. For Envoy Gateway: `{ requests: 10443, readiness: 19003, readinessPath: '/ready'
   * }`.
   * @default - those of Istio's gateway
   */
  readonly gatewayPorts?: GatewayPorts;
}

/** Properties of a {@link PrivateLink}. */
export interface PrivateLinkProps extends PrivateLinkSettings {
  /** The edge whose gateway is connected. */
  readonly edge: Edge;
  /**
   * Whether a REST API connects by a VPC link of version 1, which keeps its stage out of the path.
   * @default - an API connects by a VPC link of version 2
   */
  readonly forRestApi?: boolean;
}

/** @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const READINESS_OF_ISTIO = { readiness: 15021, readinessPath: '/healthz/ready' };

/**
 * The only connection between cloud and cluster: a VPC link, an internal network load balancer, and a target group with
 * a fixed name. In the cluster a TargetGroupBinding with that name registers the gateway's pods in it, so no other value
 * is exchanged.
 */
export class PrivateLink extends Construct implements IConnectable {
  /** The VPC link of version 2, named as the target group unless it is shared or existing; undefined for most REST APIs. */
  readonly vpcLink?: IVpcLink;
  /** The VPC link of version 1 of a REST API. */
  readonly restVpcLink?: IRestVpcLink;
  /** The network connections of the VPC link, e.g. to allow them to an existing load balancer. */
  readonly vpcLinkConnections: Connections;
  /** The network connections of the load balancer, from which the gateway's pods receive requests. */
  readonly connections: Connections;
  /** The listener of the load balancer. */
  readonly listener: INetworkListener;
  /** The port of the listener: 443 for an edge with TLS, else 80, unless `listenerPort` is set. */
  readonly port: number;
  /** The ARN of the load balancer, created or existing. */
  readonly loadBalancerArn: string;
  /** The name of the target group, the VPC link and the API. */
  readonly name: string;
  /** The target group of the gateway's pods; undefined with an existing load balancer. */
  readonly targetGroup?: NetworkTargetGroup;

  constructor(scope: Construct, id: string, props: PrivateLinkProps) {
    super(scope, id);
    assertOneNetwork(props);
    this.name = nameOf(props);
    const { edge, vpc, loadBalancer: existing, sharedLoadBalancer: shared } = props;
    const defaultPort = edge.tlsSecret ? 443 : 80;
    this.port = props.listenerPort ?? defaultPort;
    if (existing) {
      if (props.forRestApi) {
        const { loadBalancerArn } = existing;
        const target = NetworkLoadBalancer.fromNetworkLoadBalancerAttributes(this, 'Target', { loadBalancerArn });
        this.restVpcLink = restVpcLinkTo(this, this.name, target);
      }
      const link = props.forRestApi ? undefined : vpcLinkOf(this, this.name, props);
      this.vpcLink = link?.vpcLink;
      this.vpcLinkConnections = link?.connections ?? new Connections();
      this.connections = new Connections({ securityGroups: [existing.securityGroup] });
      this.vpcLinkConnections.securityGroups.forEach(group =>
        group.addEgressRule(existing.securityGroup, Port.tcp(this.port), 'to the load balancer'),
      );
      this.listener = NetworkListener.fromNetworkListenerArn(this, 'Listener', existing.listenerArn);
      this.loadBalancerArn = existing.loadBalancerArn;
      return;
    }
    // The id "Default" is not part of logical ids.
    const own =
      shared
      ?? new SharedLoadBalancer(this, 'Default', {
        vpc,
        vpcLink: props.vpcLink,
        vpcLinkSubnets: props.vpcLinkSubnets,
        vpcLinkSecurityGroups: props.vpcLinkSecurityGroups,
        podCidrs: props.podCidrs,
        forRestApisOnly: props.forRestApi,
        name: this.name,
        subnets: props.loadBalancerSubnets,
      });
    const pods = props.gatewayPorts ?? { requests: defaultPort, ...READINESS_OF_ISTIO };
    own.allow(edge.id, this.port, [
      { port: pods.requests, description: 'to the pods of the gateway' },
      { port: pods.readiness, description: 'to ask whether they are ready' },
    ]);
    this.restVpcLink = props.forRestApi ? own.restVpcLink() : undefined;
    this.vpcLink = props.forRestApi ? undefined : own.vpcLink;
    this.vpcLinkConnections = own.vpcLinkConnections;
    this.connections = own.connections;
    if (props.podIpAddressType === TargetGroupIpAddressType.IPV6 && own.isIpv4Only) {
      throw invalidNetwork(
        edge.path,
        'The pods have IPv6 addresses, and the load balancer has IPv4 addresses only.',
        'Use a `SharedLoadBalancer` with `ipAddressType: IpAddressType.DUAL_STACK`.',
      );
    }
    requireOtherName(this, edge);
    this.targetGroup = new NetworkTargetGroup(this, 'TargetGroup', {
      targetGroupName: this.name,
      vpc,
      port: defaultPort,
      protocol: Protocol.TCP,
      targetType: TargetType.IP,
      ipAddressType: props.podIpAddressType,
      deregistrationDelay: Duration.seconds(DRAIN.deregistration),
      healthCheck: {
        protocol: Protocol.HTTP,
        port: String(pods.readiness),
        path: pods.readinessPath,
        interval: Duration.seconds(10),
      },
    });
    // In the stack of the edge, since a load balancer in another stack does not depend on its edges.
    this.listener = new NetworkListener(shared ? this : own.loadBalancer, 'Listener', {
      loadBalancer: own.loadBalancer,
      port: this.port,
      protocol: Protocol.TCP,
      defaultTargetGroups: [this.targetGroup],
    });
    this.loadBalancerArn = own.loadBalancer.loadBalancerArn;
    this.addOutputs(this.targetGroup);
  }

  /** What a TargetGroupBinding of EKS Auto Mode has instead of a name and CIDRs. */
  private addOutputs({ targetGroupArn }: NetworkTargetGroup): void {
    new CfnOutput(this, 'TargetGroupArn', { value: targetGroupArn, description: '`targetGroupArn` of the binding' });
    const [group] = this.connections.securityGroups;
    if (group) {
      new CfnOutput(this, 'LoadBalancerSecurityGroup', {
        value: group.securityGroupId,
        description: '`allowFromSecurityGroup` of the binding',
      });
    }
  }
}

/** The name of the target group, the VPC link and the API. */
function nameOf({ edge, targetGroupName }: PrivateLinkProps): string {
  return targetGroupName ?? edge.id;
}

/** Target groups of one account and Region have different names. */
function requireOtherName(link: PrivateLink, { path }: Edge): void {
  const { account, region, environment } = Stack.of(link);
  const other = link.node.root.node
    .findAll()
    .find(
      each =>
        each instanceof PrivateLink
        && each !== link
        && each.targetGroup
        && each.name === link.name
        && Stack.of(each).environment === environment,
    );
  if (other && !Token.isUnresolved(account) && !Token.isUnresolved(region)) {
    throw invalidNetwork(
      path,
      `${other.node.path} has a target group named "${link.name}" in the same account and Region.`,
      'Set another `targetGroupName`, here and in the TargetGroupBinding of that cluster.',
    );
  }
}

function assertOneNetwork(props: PrivateLinkProps): void {
  const { edge, vpc, loadBalancer, sharedLoadBalancer } = props;
  const linkSettings = ['vpcLink', 'vpcLinkSubnets', 'vpcLinkSecurityGroups'] as const;
  const shared = sharedLoadBalancer
    ? (['loadBalancer', 'loadBalancerSubnets', 'podCidrs', ...linkSettings] as const)
    : [];
  const existing = loadBalancer
    ? (['loadBalancerSubnets', 'podCidrs', 'podIpAddressType', 'gatewayPorts'] as const)
    : [];
  const unused = props.forRestApi ? linkSettings.find(name => props[name] !== undefined) : undefined;
  if (unused) {
    throw invalidNetwork(
      edge.path,
      `\`${unused}\` has no effect: the API connects by a VPC link of version 1.`,
      'Remove it. A REST API with `textBodiesOnly: true` connects by a VPC link of version 2.',
    );
  }
  requireReachable(props);
  const ignored = [...shared, ...existing].find(name => props[name] !== undefined);
  if (ignored) {
    throw invalidNetwork(
      edge.path,
      `\`${ignored}\` has no effect with \`${sharedLoadBalancer ? 'sharedLoadBalancer' : 'loadBalancer'}\`.`,
      sharedLoadBalancer ? 'Set it on the shared load balancer, or remove it.' : 'Remove it.',
    );
  }
  if (sharedLoadBalancer && sharedLoadBalancer.vpc !== vpc) {
    throw invalidNetwork(
      edge.path,
      'The shared load balancer is in another VPC than the edge.',
      'Use the same VPC construct for both.',
    );
  }
}

/** VPC links of version 1 have network load balancers as targets, those of version 2 have application ones, too. */
function requireReachable({ edge, loadBalancer, forRestApi }: PrivateLinkProps): void {
  const [, kind] = /:loadbalancer\/(\w+)\//.exec(loadBalancer?.loadBalancerArn ?? '') ?? [];
  if (kind === 'gwy' || (kind === 'app' && forRestApi)) {
    const name = kind === 'gwy' ? 'a gateway load balancer' : 'an application load balancer';
    throw invalidNetwork(
      edge.path,
      `VPC links of version ${forRestApi ? 1 : 2} cannot connect to ${name}.`,
      'Use a network load balancer. An HTTP API, and a REST API with `textBodiesOnly`, accept an application one, too.',
    );
  }
}
