import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Annotations, CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { describeFinding, type Finding } from '../checks';
import { type Edge, type RenderedFrontKind, requireFront, ValidationError } from '../topology';
import { EdgeAlarms, type EdgeAlarmsProps, type StageMetrics } from './alarms';
import type { PrivateLink } from './private-link';

/**
 * An API of Amazon API Gateway, which is the declared front of its edge: its connection to the cluster, its outputs, and
 * the metrics of its stage.
 */
export abstract class ObservedApi extends Construct implements StageMetrics {
  /** The deployed stage. */
  abstract readonly stage: StageMetrics;
  /** The log group of the access log. */
  abstract readonly accessLog: ILogGroup;
  /** The VPC link and the load balancer that connect the API to the gateway in the cluster. */
  abstract readonly link: PrivateLink;
  /** Whether each line of the access log is a JSON object with the status of the response. */
  protected abstract readonly logsStatus: boolean;

  protected constructor(
    scope: Construct,
    id: string,
    kind: RenderedFrontKind,
    /** The edge that the API is in front of. */
    readonly edge: Edge,
  ) {
    super(scope, id);
    edge.topology.close();
    requireFront(edge, kind);
  }

  /** The number of requests. */
  metricCount(props?: MetricOptions): Metric {
    return this.stage.metricCount(props);
  }

  /** The number of responses with status 4xx. */
  metricClientError(props?: MetricOptions): Metric {
    return this.stage.metricClientError(props);
  }

  /** The number of responses with status 5xx. */
  metricServerError(props?: MetricOptions): Metric {
    return this.stage.metricServerError(props);
  }

  /** The time from a request to its response, in milliseconds. */
  metricLatency(props?: MetricOptions): Metric {
    return this.stage.metricLatency(props);
  }

  /** The part of the latency that is spent in the cluster, in milliseconds. */
  metricIntegrationLatency(props?: MetricOptions): Metric {
    return this.stage.metricIntegrationLatency(props);
  }

  /**
   * Adds CloudWatch alarms for the thresholds that are set.
   * @param id the id of the construct, if there are several sets of alarms
   */
  addAlarms(props: EdgeAlarmsProps, id = 'Alarms'): EdgeAlarms {
    if (props.throttledRequests !== undefined && !this.logsStatus) {
      throw new ValidationError({
        code: 'NoEffect',
        path: this.edge.path,
        summary: 'Throttled requests are counted in the access log, whose format is another than the default.',
        fix: 'Leave `accessLogFormat` out, or create a metric filter and its alarm for the format.',
      });
    }
    return new EdgeAlarms(this, id, { name: this.link.name, metrics: this.stage, log: this.accessLog }, props);
  }

  /** Adds findings about what has no effect on the API. */
  protected addWarnings(findings: readonly Finding[]): void {
    findings.forEach(finding =>
      Annotations.of(this).addWarningV2(`cdk8s-cardinal:${finding.id}`, describeFinding(finding)),
    );
  }

  /** Adds the URL of the API, and the name of the target group if one is created. */
  protected addOutputs(endpoint: string): void {
    new CfnOutput(this, 'Endpoint', { value: endpoint, description: `Where ${this.edge.id} is reached` });
    if (this.link.targetGroup) {
      new CfnOutput(this, 'TargetGroupName', {
        value: this.link.name,
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
