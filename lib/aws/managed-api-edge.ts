import { Annotations, CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { describeFinding, type Finding } from '../checks';
import { type Edge, FrontKind } from '../topology';
import { requireFront } from './limits/front';
import { HTTP_API, requireFitForManagedApi, REST_API } from './limits/managed-api';
import type { ManagedApiProps } from './managed-api';
import { PrivateLink } from './private-link';

/**
 * What the APIs of Amazon API Gateway have in common: each is the front that its edge declares, and is connected to the
 * gateway in the cluster by a VPC link.
 */
export abstract class ManagedApiEdge extends Construct {
  /** The VPC link and the load balancer that connect the API to the gateway in the cluster. */
  readonly link: PrivateLink;
  /** The edge that the API is in front of. */
  readonly edge: Edge;

  protected constructor(scope: Construct, id: string, kind: FrontKind, props: ManagedApiProps) {
    super(scope, id);
    const { edge } = props;
    this.edge = edge;
    edge.topology.close();
    requireFront(edge, kind);
    requireFitForManagedApi(kind === FrontKind.HTTP_API ? HTTP_API : REST_API, props);
    this.link = new PrivateLink(this, 'Link', props);
  }

  /** Adds findings about what has no effect on the API. */
  protected addWarnings(findings: readonly Finding[]): void {
    findings.forEach(finding =>
      Annotations.of(this).addWarningV2(`cdk8s-cardinal:${finding.id}`, describeFinding(finding)),
    );
  }

  /** Adds the URL of the API, and the name of the target group if one is created. */
  protected addOutputs(endpoint: string): void {
    const { edge } = this;
    new CfnOutput(this, 'Endpoint', { value: endpoint, description: `Where ${edge.id} is reached` });
    if (this.link.targetGroup) {
      new CfnOutput(this, 'TargetGroupName', {
        value: edge.id,
        description: 'What the TargetGroupBinding in the cluster binds to',
      });
    }
  }

  /** Adds the name that the DNS record of the edge's host is an alias of. */
  protected addDomainTarget(target: string): void {
    new CfnOutput(this, 'DomainTarget', {
      value: target,
      description: `What the DNS record of ${this.edge.host} is an alias of`,
    });
  }
}
