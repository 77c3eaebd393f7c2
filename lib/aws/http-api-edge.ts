import { Duration } from 'aws-cdk-lib';
import {
  CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
  MappingValue,
  ParameterMapping,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, HttpNlbIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type Edge, FrontKind, type Operation, requireArguments, type Route } from '../topology';
import { HTTP_ACCESS_LOG, logGroupOf } from './access-log';
import { corsOf } from './cors';
import { addDomainOfApi, certificateOf } from './domain';
import type { HttpApiEdgeProps, HttpOwnRoute } from './http-api-props';
import { HttpJwtAuthorizers } from './http-jwt-authorizers';
import { type OwnRoute, ownRoutesOf } from './own-routes';
import { ignoredByManagedApi, requireFitForHttpApi } from './limits/http-api';
import { HTTP_API } from './limits/managed-api';
import { requireRoomInTemplate } from './limits/template-size';
import { ObservedApi } from './observed-api';
import { openPreflightsOf } from './preflights';
import { PrivateLink } from './private-link';
import { routeSettings } from './route-settings';

const DEFAULT_STAGE = '$default';

/**
 * An edge as an API Gateway HTTP API in front of the cluster: a route for each route of the edge, a JWT authorizer for
 * each set of issuer and audiences, rate limits, CORS, an access log, and a VPC link to the gateway in the cluster.
 * Requests without a route get status 404. AWS applies the edge's rate limit to each route separately; the gateway in
 * the cluster counts all routes together.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
 */
export class HttpApiEdge extends ObservedApi {
  /** The HTTP API, named `targetGroupName`, with a route for each route of the edge. */
  readonly api: HttpApi;
  /** The deployed stage, with the rate limits and the access log. */
  readonly stage: HttpStage;
  /** The log group of the access log. */
  readonly accessLog: ILogGroup;
  /** The VPC link and the load balancer that connect the API to the gateway in the cluster. */
  readonly link: PrivateLink;
  /** Whether each line of the access log is a JSON object with the status of the response. */
  protected readonly logsStatus: boolean;
  private readonly authorizers = new HttpJwtAuthorizers();
  private readonly integrations = new Map<string, HttpNlbIntegration>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: HttpApiEdgeProps,
  ) {
    requireArguments('new.HttpApiEdge', [scope, id, props]);
    super(scope, id, FrontKind.HTTP_API, props.edge);
    const { edge, truststore, stageName = DEFAULT_STAGE } = props;
    this.logsStatus = props.accessLogFormat === undefined;
    requireFitForHttpApi(props);
    this.link = new PrivateLink(this, 'Link', props);
    const certificate = certificateOf(this, props);
    this.accessLog = logGroupOf(this, props);
    const ownRoutes = ownRoutesOf<HttpOwnRoute>(props);
    const operations = [...edge.routes, ...ownRoutes];
    this.addWarnings(ignoredByManagedApi(edge, operations));
    const cors = corsOf(
      edge,
      operations.map(({ operation }) => operation),
    );
    this.api = new HttpApi(this, 'Api', {
      apiName: this.link.name,
      createDefaultStage: false,
      corsPreflight: cors && {
        ...cors,
        allowMethods: (cors.allowMethods as CorsHttpMethod[] | undefined) ?? [CorsHttpMethod.ANY],
      },
      // A second host name would bypass all that is in front of the first.
      disableExecuteApiEndpoint: certificate ? true : undefined,
      ipAddressType: props.ipAddressType,
    });
    const routes = [
      ...edge.routes.flatMap(route => this.addRoute(route)),
      ...openPreflightsOf(edge).flatMap(preflight => this.addPreflight(preflight)),
      ...ownRoutes.flatMap(each => this.addOwnRoute(each)),
    ];
    this.stage = this.addStage(edge, routes, stageName);
    if (certificate) {
      const { api, stage } = this;
      this.addDomainTarget(addDomainOfApi(this, props, { certificate, mtls: truststore, api, stage }));
    }
    const stagePath = stageName === DEFAULT_STAGE ? '' : `/${stageName}`;
    requireRoomInTemplate(HTTP_API, this, edge.path);
    this.addOutputs(certificate ? `https://${edge.host}` : `${this.api.apiEndpoint}${stagePath}`);
  }

  private addRoute({ operation, timeout, auth: { token } }: Route): HttpRoute[] {
    const own = this.props.authorizers?.[operation.toString()];
    return this.api.addRoutes({
      path: operation.path.text,
      methods: [(operation.method ?? 'ANY') as HttpMethod],
      integration: this.integrationFor(timeout.toMilliseconds(), token !== undefined),
      authorizer: own ?? (token && this.authorizers.of(token)),
      authorizationScopes: own ? undefined : token?.scopes,
    });
  }

  private addOwnRoute({ operation, auth, route }: OwnRoute<HttpOwnRoute>): HttpRoute[] {
    return this.api.addRoutes({
      path: operation.path.text,
      methods: [(operation.method ?? 'ANY') as HttpMethod],
      integration:
        'integration' in route
          ? route.integration
          : new HttpLambdaIntegration(`Lambda ${operation.toString()}`, route.handler, { timeout: route.timeout }),
      authorizer: route.authorizer ?? (auth.token && this.authorizers.of(auth.token)),
      authorizationScopes: auth.token?.scopes,
    });
  }

  private addPreflight({ path }: Operation): HttpRoute[] {
    return this.api.addRoutes({
      path: path.text,
      methods: [HttpMethod.OPTIONS],
      integration: this.integrationFor(this.props.edge.timeout.toMilliseconds(), false),
    });
  }

  /**
   * One integration for each timeout, with and without a token. Its server name is the edge's host, which the gateway
   * in the cluster uses for routing and has in its certificate.
   */
  private integrationFor(millis: number, hasToken: boolean): HttpNlbIntegration {
    const { edge } = this.props;
    const id = `Gateway${millis}${hasToken && this.props.claimHeaders ? 'WithClaims' : ''}`;
    let integration = this.integrations.get(id);
    if (!integration) {
      integration = new HttpNlbIntegration(id, this.link.listener, {
        vpcLink: this.link.vpcLink,
        secureServerName: edge.tlsSecret ? edge.host : undefined,
        timeout: Duration.millis(millis),
        parameterMapping: this.mapping(edge, hasToken),
      });
      this.integrations.set(id, integration);
    }
    return integration;
  }

  /** Requests to the cluster have the edge's host, no stage in the path, and claims only if a token was verified. */
  private mapping({ host }: Edge, hasToken: boolean): ParameterMapping {
    const mapping = new ParameterMapping().overwriteHeader('host', MappingValue.custom(host));
    if ((this.props.stageName ?? DEFAULT_STAGE) !== DEFAULT_STAGE) {
      mapping.overwritePath(MappingValue.requestPath());
    }
    for (const [header, claim] of Object.entries(this.props.claimHeaders ?? {})) {
      if (hasToken) {
        mapping.overwriteHeader(header, MappingValue.custom(`$context.authorizer.claims.${claim}`));
      } else {
        mapping.removeHeader(header);
      }
    }
    return mapping;
  }

  private addStage(edge: Edge, routes: HttpRoute[], stageName: string): HttpStage {
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: edge.rateLimit ? { rateLimit: edge.rateLimit.rate, burstLimit: edge.rateLimit.burst } : undefined,
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: this.props.accessLogFormat ?? HTTP_ACCESS_LOG,
      },
    });
    const cfnStage = stage.node.defaultChild;
    if (cfnStage instanceof CfnStage) {
      cfnStage.routeSettings = routeSettings(edge.routes.map(route => [route.operation.toString(), route] as const));
    }
    // AWS rejects settings of a route that does not exist yet.
    stage.node.addDependency(...routes);
    return stage;
  }
}
