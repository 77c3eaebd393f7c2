import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type Edge, Mistake } from '../topology';
import type { Target } from './target';

/** Properties of a {@link TargetGroupBinding}. */
export interface TargetGroupBindingProps {
  /** The edge whose gateway pods become targets. */
  readonly edge: Edge;
  /** The target whose gateway serves the edge. */
  readonly mesh: Target;
  /**
   * The addresses, as a CIDR, from which the load balancer reaches the pods; the controller then opens their security groups to it.
   * @default - the edge's `frontCidrs`; without these, security groups are left alone
   */
  readonly allowFrom?: string;
}

/**
 * Puts the pods of an edge's gateway into the AWS target group named `edge.id`. It needs the AWS Load Balancer Controller, 2.11
 * or newer (that of EKS Auto Mode knows no names), which finds the target group once, when this is applied: deploy the stack first.
 * Written to `dist/aws/`.
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/spec/
 */
export class TargetGroupBinding extends Construct {
  constructor(scope: Construct, id: string, { edge, mesh, allowFrom }: TargetGroupBindingProps) {
    super(scope, id);
    const { gateway } = mesh;
    if (!gateway) {
      throw new Mistake({
        code: 'NoGateway',
        where: edge.path,
        problem: `Nothing serves the edge in the cluster: ${mesh.name} has no gateway.`,
        remedy: 'Give the target one, e.g. `Mesh.istio()` or `Mesh.none({ gateway })`.',
      });
    }
    const port = edge.tlsSecret ? 443 : 80;
    const namespace = gateway.namespaceOf(edge);
    const blocks = (allowFrom !== undefined ? [allowFrom] : edge.frontCidrs ?? []).map(cidr => ({ ipBlock: { cidr } }));
    const ports = [gateway.requestPortOf(edge), gateway.readinessPort].map(each => ({ protocol: 'TCP', port: each }));
    new ApiObject(this, 'Default', {
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      // In a namespace of the gateway's own there are gateways of other edges with that name.
      metadata: { name: namespace === edge.namespace ? edge.name : gateway.serviceNameOf(edge), namespace },
      spec: {
        targetGroupName: edge.id,
        targetType: 'ip',
        serviceRef: { name: gateway.serviceNameOf(edge), port },
        networking: blocks.length > 0 ? { ingress: [{ from: blocks, ports }] } : undefined,
      },
    });
  }
}
