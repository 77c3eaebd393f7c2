import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type Edge, ValidationError } from '../topology';
import type { Target } from './target';

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
}

/**
 * Registers the pods of an edge's gateway in the AWS target group named `edge.id`. It requires the AWS Load Balancer
 * Controller 2.11 or newer (that of EKS Auto Mode does not support target group names), which looks up the target group
 * once, when the object is applied: deploy the stack first. Written to `dist/aws/`.
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/spec/
 */
export class TargetGroupBinding extends Construct {
  constructor(scope: Construct, id: string, { edge, mesh, allowFrom }: TargetGroupBindingProps) {
    super(scope, id);
    const { gateway } = mesh;
    if (!gateway) {
      throw new ValidationError({
        code: 'NoGateway',
        path: edge.path,
        summary: `No gateway serves the edge in the cluster: ${mesh.name} has none.`,
        fix: 'Use a target with a gateway, e.g. `Mesh.istio()` or `Mesh.none({ gateway })`.',
      });
    }
    const port = edge.tlsSecret ? 443 : 80;
    const namespace = gateway.namespaceOf(edge);
    const blocks = (allowFrom !== undefined ? [allowFrom] : (edge.front?.addresses ?? [])).map(cidr => ({
      ipBlock: { cidr },
    }));
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
