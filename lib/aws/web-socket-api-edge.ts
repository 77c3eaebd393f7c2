import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnApi,
  CfnIntegration,
  CfnStage,
  LogGroupLogDestination,
  WebSocketApi,
  WebSocketIntegrationType,
  type WebSocketRoute,
  WebSocketRouteIntegration,
  type WebSocketRouteIntegrationConfig,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FrontKind, requireArguments, requireFront, type Route } from '../topology';
import { logGroupOf, WEBSOCKET_ACCESS_LOG } from './access-log';
import { addDomainOfApi, certificateOf } from './domain';
import { WEBSOCKET_API } from './limits/managed-api';
import { requireRoomInTemplate } from './limits/template-size';
import { requireFitForWebSocketApi } from './limits/web-socket-api';
import { PrivateLink } from './private-link';
import { routeSettings } from './route-settings';
import type { WebSocketApiEdgeProps } from './web-socket-api-props';

/**
 * An edge as an API Gateway WebSocket API in front of the cluster. API Gateway keeps the connections of clients; each
 * event of a connection and each message becomes a request to a route of the edge, with the id of the connection in the
 * header `x-connection-id`. Services send messages to a client with a signed request to the callback URL. The API
 * connects by a VPC link of version 1: a WebSocket API supports no other.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
 * @see https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/websocket-api.html
 */
export class WebSocketApiEdge extends Construct {
  /** The WebSocket API, named `targetGroupName`. */
  readonly api: WebSocketApi;
  /** The deployed stage, with the rate limits and the access log; `grantManagementApiAccess` allows callbacks. */
  readonly stage: WebSocketStage;
  /** The log group of the access log. */
  readonly accessLog: ILogGroup;
  /** The VPC link and the load balancer that connect the API to the gateway in the cluster. */
  readonly link: PrivateLink;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WebSocketApiEdgeProps,
  ) {
    requireArguments('new.WebSocketApiEdge', [scope, id, props]);
    super(scope, id);
    const { edge } = props;
    edge.topology.close();
    requireFront(edge, FrontKind.WEBSOCKET_API);
    const byKey = requireFitForWebSocketApi(props);
    this.link = new PrivateLink(this, 'Link', { ...props, forRestApi: true });
    const certificate = certificateOf(this, props);
    this.accessLog = logGroupOf(this, props);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: this.link.name,
      routeSelectionExpression: props.routeSelectionExpression ?? '$request.body.action',
      ipAddressType: props.ipAddressType,
    });
    if (certificate && this.api.node.defaultChild instanceof CfnApi) {
      // A second host name would bypass all that is in front of the first.
      this.api.node.defaultChild.disableExecuteApiEndpoint = true;
    }
    const routes = [
      ...[...byKey].map(each => this.addClusterRoute(...each)),
      ...Object.entries(props.lambdaRoutes ?? {}).map(([key, { handler, timeout }]) =>
        this.addRoute(key, new WebSocketLambdaIntegration(`Lambda ${key}`, handler, { timeout })),
      ),
    ];
    this.stage = this.addStage(routes, routeSettings(byKey));
    if (certificate) {
      const { api, stage } = this;
      const target = addDomainOfApi(this, props, { certificate, api, stage });
      this.addOutput('DomainTarget', target, `What the DNS record of ${edge.host} is an alias of`);
    }
    requireRoomInTemplate(WEBSOCKET_API, this, edge.path);
    this.addOutputs(certificate ? edge.host : undefined);
  }

  /** A request to the cluster, by the VPC link, with the edge's host, which the gateway there uses for routing. */
  private addClusterRoute(key: string, { operation, timeout }: Route): WebSocketRoute {
    const { edge, authorizerHeaders = {} } = this.props;
    const origin = `${edge.tlsSecret ? 'https' : 'http'}://${edge.host}:${this.link.port}`;
    const integration = new ClusterIntegration(`Cluster ${key}`, {
      // The construct has no HTTP integrations; the type is overridden below.
      type: WebSocketIntegrationType.MOCK,
      uri: `${origin}${operation.path.text}`,
      method: operation.method,
      timeout: Duration.millis(timeout.toMilliseconds()),
      requestParameters: {
        'integration.request.header.x-connection-id': 'context.connectionId',
        ...Object.fromEntries(
          Object.entries(authorizerHeaders).map(([header, value]) => [
            `integration.request.header.${header}`,
            `context.authorizer.${value}`,
          ]),
        ),
      },
    });
    const route = this.addRoute(key, integration);
    route.node
      .findAll()
      .filter(each => each instanceof CfnIntegration)
      .forEach(each => {
        each.integrationType = 'HTTP_PROXY';
        each.connectionType = 'VPC_LINK';
        each.connectionId = this.link.restVpcLink?.vpcLinkId;
      });
    return route;
  }

  private addRoute(key: string, integration: WebSocketRouteIntegration): WebSocketRoute {
    return this.api.addRoute(key, {
      integration,
      authorizer: key === '$connect' ? this.props.authorizer : undefined,
      returnResponse: this.props.returnResponses && !['$connect', '$disconnect'].includes(key) ? true : undefined,
    });
  }

  private addStage(routes: readonly WebSocketRoute[], settings: Record<string, object> | undefined): WebSocketStage {
    const { edge, stageName = 'prod', accessLogFormat = WEBSOCKET_ACCESS_LOG } = this.props;
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: edge.rateLimit ? { rateLimit: edge.rateLimit.rate, burstLimit: edge.rateLimit.burst } : undefined,
      accessLogSettings: { destination: new LogGroupLogDestination(this.accessLog), format: accessLogFormat },
    });
    if (stage.node.defaultChild instanceof CfnStage) {
      stage.node.defaultChild.routeSettings = settings;
    }
    // AWS rejects settings of a route that does not exist yet, and logs of an account without a role for them.
    stage.node.addDependency(this.logRole(), ...routes);
    return stage;
  }

  /** The role by which API Gateway writes access logs of WebSocket APIs, a setting of the account in the Region. */
  private logRole(): CfnAccount {
    const role = new Role(this, 'CloudWatchRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }

  private addOutputs(domain: string | undefined): void {
    const { edge } = this.props;
    this.addOutput('Endpoint', domain ? `wss://${domain}` : this.stage.url, `Where ${edge.id} is reached`);
    this.addOutput(
      'CallbackUrl',
      domain ? `https://${domain}` : this.stage.callbackUrl,
      'Where services send messages to connections, by signed requests',
    );
    if (this.link.targetGroup) {
      this.addOutput('TargetGroupName', this.link.name, 'What the TargetGroupBinding in the cluster binds to');
    }
  }

  private addOutput(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

/** An integration with the cluster. */
class ClusterIntegration extends WebSocketRouteIntegration {
  constructor(
    id: string,
    private readonly config: WebSocketRouteIntegrationConfig,
  ) {
    super(id);
  }

  bind(): WebSocketRouteIntegrationConfig {
    return this.config;
  }
}
