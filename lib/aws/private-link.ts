import { Duration } from 'aws-cdk-lib';
import { VpcLink } from 'aws-cdk-lib/aws-apigatewayv2';
import { type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  type INetworkListener,
  NetworkListener,
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { Edge } from '../topology';

/** An existing network load balancer in the VPC whose targets are the gateway's pods. */
export interface ExistingLoadBalancer {
  /** The ARN of the network load balancer. */
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

/** Properties of a {@link PrivateLink}. */
export interface PrivateLinkProps {
  /** The edge whose gateway is connected; its `id` names the VPC link and the target group. */
  readonly edge: Edge;
  /** The VPC of the cluster. */
  readonly vpc: IVpc;
  /** @default - one is created */
  readonly loadBalancer?: ExistingLoadBalancer;
  /** @default - private subnets of the VPC */
  readonly loadBalancerSubnets?: SubnetSelection;
  /** @default - those of Istio's gateway */
  readonly gatewayPorts?: GatewayPorts;
}

/** @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const READINESS_OF_ISTIO = { readiness: 15021, readinessPath: '/healthz/ready' };

/**
 * The only connection between cloud and cluster: a VPC link, an internal network load balancer, and a target group with
 * the fixed name `edge.id`. In the cluster a TargetGroupBinding with that name registers the gateway's pods in it, so
 * no other value is exchanged.
 */
export class PrivateLink extends Construct {
  /** The VPC link, named `edge.id`. */
  readonly vpcLink: VpcLink;
  /** The listener of the load balancer: on port 443 for an edge with TLS, else on 80. */
  readonly listener: INetworkListener;
  /** The ARN of the load balancer, created or existing. */
  readonly loadBalancerArn: string;
  /** The target group of the gateway's pods; undefined with an existing load balancer. */
  readonly targetGroup?: NetworkTargetGroup;

  constructor(
    scope: Construct,
    id: string,
    { edge, vpc, loadBalancer: existing, loadBalancerSubnets, gatewayPorts }: PrivateLinkProps,
  ) {
    super(scope, id);
    const port = edge.tlsSecret ? 443 : 80;
    const pods = gatewayPorts ?? { requests: port, ...READINESS_OF_ISTIO };
    const linkGroup = new SecurityGroup(this, 'LinkSecurityGroup', {
      vpc,
      allowAllOutbound: false,
      description: `VPC link of ${edge.id}`,
    });
    this.vpcLink = new VpcLink(this, 'VpcLink', { vpc, vpcLinkName: edge.id, securityGroups: [linkGroup] });
    if (existing) {
      linkGroup.addEgressRule(existing.securityGroup, Port.tcp(port), 'to the load balancer');
      this.listener = NetworkListener.fromNetworkListenerArn(this, 'Listener', existing.listenerArn);
      this.loadBalancerArn = existing.loadBalancerArn;
      return;
    }
    const balancerGroup = new SecurityGroup(this, 'BalancerSecurityGroup', {
      vpc,
      allowAllOutbound: false,
      description: `Load balancer of ${edge.id}`,
    });
    linkGroup.addEgressRule(balancerGroup, Port.tcp(port), 'to the load balancer');
    balancerGroup.addIngressRule(linkGroup, Port.tcp(port), 'from the VPC link');
    balancerGroup.addEgressRule(Peer.ipv4(vpc.vpcCidrBlock), Port.tcp(pods.requests), 'to the pods of the gateway');
    balancerGroup.addEgressRule(Peer.ipv4(vpc.vpcCidrBlock), Port.tcp(pods.readiness), 'to ask whether they are ready');
    this.targetGroup = new NetworkTargetGroup(this, 'TargetGroup', {
      targetGroupName: edge.id,
      vpc,
      port,
      protocol: Protocol.TCP,
      targetType: TargetType.IP,
      // A delay longer than the drain of a gateway pod would only keep dead targets.
      deregistrationDelay: Duration.seconds(60),
      healthCheck: {
        protocol: Protocol.HTTP,
        port: String(pods.readiness),
        path: pods.readinessPath,
        interval: Duration.seconds(10),
      },
    });
    const loadBalancer = new NetworkLoadBalancer(this, 'LoadBalancer', {
      vpc,
      vpcSubnets: loadBalancerSubnets,
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [balancerGroup],
    });
    this.listener = loadBalancer.addListener('Listener', {
      port,
      protocol: Protocol.TCP,
      defaultTargetGroups: [this.targetGroup],
    });
    this.loadBalancerArn = loadBalancer.loadBalancerArn;
  }
}
