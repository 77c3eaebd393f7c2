import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type Edge, requireArguments, requireCidr, ValidationError } from '../topology';
import type { Target } from './target';

/** What registers pods in target groups. */
export enum LoadBalancerController {
  /** The AWS Load Balancer Controller, installed in the cluster: `elbv2.k8s.aws/v1beta1`. */
  AWS_LOAD_BALANCER_CONTROLLER = 'elbv2.k8s.aws/v1beta1',
  /**
   * The controller of EKS Auto Mode: `eks.amazonaws.com/v1`. It requires `targetGroupArn`, and security groups instead
   * of CIDRs.
   */
  EKS_AUTO_MODE = 'eks.amazonaws.com/v1',
}

/** Properties of a {@link TargetGroupBinding}. */
export interface TargetGroupBindingProps {
  /** The edge whose gateway pods become targets. */
  readonly edge: Edge;
  /** The target whose gateway serves the edge. */
  readonly mesh: Target;
  /**
   * The source CIDR of the load balancer's connections to the pods; the controller adds it to their security groups.
   * @default - the addresses of the edge's front; without a front, security groups are unchanged
   */
  readonly allowFrom?: string;
  /**
   * The id of the security group of the load balancer, whose connections the controller allows in the security groups
   * of the pods. `link.connections` of the API has it.
   * @default - none
   */
  readonly allowFromSecurityGroup?: string;
  /**
   * The name of the target group, the `targetGroupName` of the API.
   * @default edge.id
   */
  readonly targetGroupName?: string;
  /**
   * The ARN of the target group; the output `TargetGroupArn` of the API.
   * @default - the target group is found by its name
   */
  readonly targetGroupArn?: string;
  /** @default LoadBalancerController.AWS_LOAD_BALANCER_CONTROLLER */
  readonly controller?: LoadBalancerController;
}

/**
 * Registers the pods of an edge's gateway in the AWS target group with a name, or with an ARN. By name it requires
 * the AWS Load Balancer Controller 2.11 or newer, which looks up the target group once, when the object is applied:
 * deploy the stack first. Written to `dist/aws/`.
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/spec/
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-networking.html
 */
export class TargetGroupBinding extends Construct {
  constructor(scope: Construct, id: string, props: TargetGroupBindingProps) {
    requireArguments('new.TargetGroupBinding', [scope, id, props]);
    super(scope, id);
    const { edge, mesh, controller = LoadBalancerController.AWS_LOAD_BALANCER_CONTROLLER } = props;
    const { gateway } = mesh;
    if (!gateway) {
      throw new ValidationError({
        code: 'NoGateway',
        path: edge.path,
        summary: `No gateway serves the edge in the cluster: ${mesh.name} has none.`,
        fix: 'Use a target with a gateway, e.g. `Mesh.istio()` or `Mesh.none({ gateway })`.',
      });
    }
    requireReferences(props);
    const namespace = gateway.namespaceOf(edge);
    const from = peersOf(props, controller);
    const ports = [gateway.requestPortOf(edge), gateway.readinessPort].map(each => ({ protocol: 'TCP', port: each }));
    new ApiObject(this, 'Default', {
      apiVersion: controller,
      kind: 'TargetGroupBinding',
      // In a namespace of the gateway's own there are gateways of other edges with that name.
      metadata: { name: namespace === edge.namespace ? edge.name : gateway.serviceNameOf(edge), namespace },
      spec: {
        ...(props.targetGroupArn
          ? { targetGroupARN: props.targetGroupArn }
          : { targetGroupName: props.targetGroupName ?? edge.id }),
        targetType: 'ip',
        serviceRef: { name: gateway.serviceNameOf(edge), port: edge.tlsSecret ? 443 : 80 },
        networking: from.length > 0 ? { ingress: [{ from, ports }] } : undefined,
      },
    });
  }
}

function peersOf(
  { edge, allowFrom, allowFromSecurityGroup }: TargetGroupBindingProps,
  controller: LoadBalancerController,
): object[] {
  const supportsCidrs = controller === LoadBalancerController.AWS_LOAD_BALANCER_CONTROLLER;
  const declared = supportsCidrs && allowFromSecurityGroup === undefined ? (edge.front?.addresses ?? []) : [];
  const cidrs = allowFrom !== undefined ? [allowFrom] : declared;
  return [
    ...cidrs.map(cidr => ({ ipBlock: { cidr } })),
    ...(allowFromSecurityGroup !== undefined ? [{ securityGroup: { groupID: allowFromSecurityGroup } }] : []),
  ];
}

const ARN = /^arn:aws[\w-]*:elasticloadbalancing:[\w-]+:\d{12}:targetgroup\/[A-Za-z\d-]{1,32}\/[\da-f]+$/;
const TARGET_GROUP_NAME = /^(?!internal-)[A-Za-z\d](?:[A-Za-z\d-]{0,30}[A-Za-z\d])?$/;
const SECURITY_GROUP = /^sg-[\da-f]+$/;

/** Throws for references that the controller does not support, and for tokens of the cloud's app. */
function requireReferences({ edge, ...props }: TargetGroupBindingProps): void {
  const invalid = (summary: string, fix: string) =>
    new ValidationError({ code: 'InvalidTargetGroup', path: edge.path, summary, fix });
  const { targetGroupArn, targetGroupName, allowFrom, allowFromSecurityGroup } = props;
  if (allowFrom !== undefined) {
    requireCidr(edge.path, allowFrom);
  }
  if (targetGroupArn !== undefined && !ARN.test(targetGroupArn)) {
    throw invalid(
      `"${targetGroupArn}" is not the ARN of a target group.`,
      'Copy the output `TargetGroupArn` of the API.',
    );
  }
  if (targetGroupName !== undefined && !TARGET_GROUP_NAME.test(targetGroupName)) {
    throw invalid(
      `"${targetGroupName}" is not the name of a target group.`,
      'Use the `targetGroupName` of the API: up to 32 letters, digits and "-".',
    );
  }
  if (targetGroupName !== undefined && targetGroupArn !== undefined) {
    throw invalid('The target group has both a name and an ARN.', 'Remove one of them.');
  }
  if (allowFromSecurityGroup !== undefined && !SECURITY_GROUP.test(allowFromSecurityGroup)) {
    throw invalid(
      `"${allowFromSecurityGroup}" is not the id of a security group.`,
      'Copy the id of the load balancer\'s security group, e.g. "sg-0123456789abcdef0".',
    );
  }
  if (props.controller !== LoadBalancerController.EKS_AUTO_MODE) {
    return;
  }
  if (targetGroupArn === undefined) {
    throw invalid(
      'The controller of EKS Auto Mode finds target groups by their ARN only.',
      'Set `targetGroupArn`, the output `TargetGroupArn` of the API.',
    );
  }
  if (allowFrom !== undefined) {
    throw invalid(
      'The controller of EKS Auto Mode does not support CIDRs in `networking`.',
      'Set `allowFromSecurityGroup` instead of `allowFrom`.',
    );
  }
}
