import { Annotations, CfnOutput, Duration } from 'aws-cdk-lib';
import {
  ApiMapping, CfnStage, DomainName, HttpApi, type HttpMethod, type HttpRoute, HttpStage, LogGroupLogDestination, MappingValue, ParameterMapping, SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpNlbIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { describeFinding } from '../checks';
import type { Edge, Route } from '../topology';
import { ACCESS_LOG } from './access-log';
import { ignoredByHttpApi, requireFitForHttpApi, tokenDemandsOf } from './limits';
import { PrivateLink } from './private-link';

/** Properties of an {@link HttpApiEdge}. */
export interface HttpApiEdgeProps {
  readonly edge: Edge;
  /** The VPC of the cluster. */
  readonly vpc: IVpc;
  /**
   * The certificate of the edge's host, of the region of the API. With it the API answers under that host, with TLS 1.2 or newer, and
   * nowhere else; the host's DNS record, an alias of the output `DomainTarget`, is left to you.
   * @default - the API answers under the name that AWS gives it
   */
  readonly certificate?: ICertificate;
  /**
   * How long access logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
}

/**
 * An edge as an API Gateway HTTP API before the cluster: a route for each of the edge's, a JWT authorizer for each set of issuer and
 * audiences, throttles, an access log, and a VPC link to the gateway in the cluster. What has no route is answered with 404. AWS takes
 * the edge's throttle for the default of each route; the gateway in the cluster counts all of them together.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
 */
export class HttpApiEdge extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  readonly link: PrivateLink;
  private readonly authorizers = new Map<Route, HttpJwtAuthorizer>();
  private readonly integrations = new Map<number, HttpNlbIntegration>();

  constructor(scope: Construct, id: string, { edge, vpc, certificate, logRetention = RetentionDays.ONE_MONTH }: HttpApiEdgeProps) {
    super(scope, id);
    edge.topology.close();
    requireFitForHttpApi(edge);
    ignoredByHttpApi(edge).forEach(finding => Annotations.of(this).addWarningV2(`cdk8s-cardinal:${finding.id}`, describeFinding(finding)));
    this.link = new PrivateLink(this, 'Link', { edge, vpc });
    this.api = new HttpApi(this, 'Api', {
      apiName: edge.id,
      createDefaultStage: false,
      // A second name would be a way round whatever is put before the first.
      disableExecuteApiEndpoint: certificate ? true : undefined,
    });
    this.addAuthorizers(edge);
    const routes = edge.routes.flatMap(route => this.addRoute(route));
    this.stage = this.addStage(edge, routes, logRetention);
    if (certificate) {
      this.addDomain(edge, certificate);
    }
    new CfnOutput(this, 'Endpoint', { value: certificate ? `https://${edge.host}` : this.api.apiEndpoint, description: `Where ${edge.id} is reached` });
    new CfnOutput(this, 'TargetGroupName', { value: edge.id, description: 'What the TargetGroupBinding in the cluster binds to' });
  }

  private addAuthorizers(edge: Edge): void {
    tokenDemandsOf(edge).forEach(({ issuer, audiences, routes }, index) => {
      const authorizer = new HttpJwtAuthorizer(`Jwt${index + 1}`, issuer, { jwtAudience: [...audiences] });
      routes.forEach(route => this.authorizers.set(route, authorizer));
    });
  }

  private addRoute(route: Route): HttpRoute[] {
    const { method, path } = route.operation;
    return this.api.addRoutes({
      path: path.text,
      methods: [(method ?? 'ANY') as HttpMethod],
      integration: this.integrationFor(route),
      authorizer: this.authorizers.get(route),
    });
  }

  /** One for each timeout. It names the edge's host, which the gateway in the cluster routes by and proves by its certificate. */
  private integrationFor({ edge, timeout }: Route): HttpNlbIntegration {
    const millis = timeout.toMilliseconds();
    let integration = this.integrations.get(millis);
    if (!integration) {
      integration = new HttpNlbIntegration(`Gateway${millis}`, this.link.listener, {
        vpcLink: this.link.vpcLink,
        secureServerName: edge.tlsSecret ? edge.host : undefined,
        timeout: Duration.millis(millis),
        parameterMapping: new ParameterMapping().overwriteHeader('host', MappingValue.custom(edge.host)),
      });
      this.integrations.set(millis, integration);
    }
    return integration;
  }

  private addStage(edge: Edge, routes: HttpRoute[], retention: RetentionDays): HttpStage {
    const log = new LogGroup(this, 'AccessLog', { retention });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: edge.throttle ? { rateLimit: edge.throttle.rate, burstLimit: edge.throttle.burst } : undefined,
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: ACCESS_LOG },
    });
    const cfnStage = stage.node.defaultChild;
    if (cfnStage instanceof CfnStage) {
      cfnStage.routeSettings = routeSettings(edge);
    }
    // A setting of a route that is not there yet is refused.
    stage.node.addDependency(...routes);
    return stage;
  }

  private addDomain({ host }: Edge, certificate: ICertificate): void {
    const domain = new DomainName(this, 'Domain', { domainName: host, certificate, securityPolicy: SecurityPolicy.TLS_1_2 });
    // Not by HttpStage, which makes the name of the stack part of the mapping's identity.
    new ApiMapping(this, 'DomainMapping', { api: this.api, domainName: domain, stage: this.stage });
    new CfnOutput(this, 'DomainTarget', { value: domain.regionalDomainName, description: `What the DNS record of ${host} is an alias of` });
  }
}

function routeSettings(edge: Edge): Record<string, object> | undefined {
  const throttled = edge.routes.flatMap(({ operation, throttle }) => throttle
    ? [[operation.toString(), { DetailedMetricsEnabled: true, ThrottlingRateLimit: throttle.rate, ThrottlingBurstLimit: throttle.burst }] as const]
    : []);
  return throttled.length > 0 ? Object.fromEntries(throttled) : undefined;
}
