import { CfnOutput } from 'aws-cdk-lib';
import {
  ApiKeySourceType,
  CfnDomainName,
  CfnMethod,
  CfnStage,
  DomainName,
  EndpointType,
  LogGroupLogDestination,
  ResponseType,
  RestApi,
  SecurityPolicy,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { type Edge, FrontKind, requireArguments } from '../topology';
import { logGroupOf, REST_ACCESS_LOG } from './access-log';
import { addRecords, certificateOf } from './domain';
import { ownRoutesOf } from './own-routes';
import { ignoredByManagedApi } from './limits/http-api';
import { REST_API } from './limits/managed-api';
import { requireFitForRestApi } from './limits/rest-api';
import { requireRoomInTemplate } from './limits/template-size';
import { ObservedApi } from './observed-api';
import { endpointOf } from './private-api';
import { PrivateLink } from './private-link';
import type { RestApiEdgeProps, RestOwnRoute } from './rest-api-props';
import { RestClients } from './rest-clients';
import { methodSettings, RestDeployment } from './rest-deployment';
import { RestMethods } from './rest-methods';
import { Waf } from './waf';

const DEFAULT_STAGE = 'prod';

/**
 * An edge as an API Gateway REST API in front of the cluster: resources and methods for its routes, tokens verified by
 * a Lambda function or Cognito, API keys and usage plans, request validation, caching, a web application firewall, rate
 * limits, traces, an access log, and a VPC link to the gateway in the cluster. Requests without a route get status 404.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html
 */
export class RestApiEdge extends ObservedApi {
  /** The REST API, named `targetGroupName`, with a method for each route of the edge. */
  readonly api: RestApi;
  /** The deployed stage, with the rate limits, caches, traces and the access log. */
  readonly stage: Stage;
  /** The log group of the access log. */
  readonly accessLog: ILogGroup;
  /** The VPC link and the load balancer that connect the API to the gateway in the cluster. */
  readonly link: PrivateLink;
  /** Whether each line of the access log is a JSON object with the status of the response. */
  protected readonly logsStatus: boolean;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: RestApiEdgeProps,
  ) {
    requireArguments('new.RestApiEdge', [scope, id, props]);
    super(scope, id, FrontKind.REST_API, props.edge);
    const { edge, stageName = DEFAULT_STAGE } = props;
    this.logsStatus = props.accessLogFormat === undefined;
    requireFitForRestApi(props);
    const operations = [...edge.routes, ...ownRoutesOf<RestOwnRoute>(props)];
    this.addWarnings(props.userPools ? ignoredByManagedApi(edge, operations) : []);
    const forRestApi = !props.textBodiesOnly;
    this.link = new PrivateLink(this, 'Link', { ...props, forRestApi });
    const certificate = certificateOf(this, props);
    this.accessLog = logGroupOf(this, props);
    this.api = new RestApi(this, 'Api', {
      restApiName: this.link.name,
      deploy: false,
      cloudWatchRole: true,
      endpointConfiguration: endpointOf(props),
      apiKeySourceType: edge.perClientRateLimits.some(({ client }) => client.kind === 'claim')
        ? ApiKeySourceType.AUTHORIZER
        : ApiKeySourceType.HEADER,
      // A second host name would bypass all that is in front of the first.
      disableExecuteApiEndpoint: certificate ? true : undefined,
      binaryMediaTypes: forRestApi ? ['*/*'] : undefined,
    });
    if (props.vpcEndpoints) {
      this.api.grantInvokeFromVpcEndpointsOnly(props.vpcEndpoints);
    }
    // AWS treats an unknown path as a request without a signature.
    this.api.addGatewayResponse('NotFound', {
      type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
      statusCode: '404',
      templates: { 'application/json': '{"message":"Not Found"}' },
    });
    const clients = new RestClients(this, 'Clients', {
      edge,
      name: this.link.name,
      names: props.clients ?? [],
    });
    const methods = new RestMethods(this, 'Methods', {
      ...props,
      api: this.api,
      link: this.link,
      usageKeys: clients.usageKeys,
    });
    if (forRestApi) {
      this.convertForTemplates();
    }
    this.stage = this.addStage(edge, stageName);
    clients.addPlan(this.stage, methods.methods);
    if (edge.waf) {
      new Waf(this, 'Firewall', { stageArn: this.stage.stageArn, name: this.link.name, webAclArn: props.webAclArn });
    }
    if (certificate) {
      this.addDomain(edge, certificate);
    }
    requireRoomInTemplate(REST_API, this, edge.path);
    this.addOutputs(certificate ? `https://${edge.host}` : this.stage.urlForPath('/'));
  }

  /** Templates, which mocks have too, fail for binary content types, which are all. */
  private convertForTemplates(): void {
    this.api.node
      .findAll()
      .filter(each => each instanceof CfnMethod)
      .filter(
        ({ integration }) => integration && 'type' in integration && ['MOCK', 'AWS', 'HTTP'].includes(integration.type),
      )
      .filter(({ integration }) => integration && !('contentHandling' in integration && integration.contentHandling))
      .forEach(each => each.addPropertyOverride('Integration.ContentHandling', 'CONVERT_TO_TEXT'));
  }

  private addStage(edge: Edge, stageName: string): Stage {
    const deployment = new RestDeployment(this, 'Deployment', { api: this.api });
    const caches = edge.routes.some(route => route.cacheTtl);
    const stage = new Stage(this, 'Stage', {
      deployment,
      stageName,
      tracingEnabled: true,
      metricsEnabled: true,
      throttlingRateLimit: edge.rateLimit?.rate,
      throttlingBurstLimit: edge.rateLimit?.burst,
      cacheClusterEnabled: caches ? true : undefined,
      cachingEnabled: caches ? false : undefined,
      methodOptions: methodSettings(edge),
      accessLogDestination: new LogGroupLogDestination(this.accessLog),
      accessLogFormat: this.props.accessLogFormat ?? REST_ACCESS_LOG,
    });
    if (this.props.canary && stage.node.defaultChild instanceof CfnStage) {
      const { percent, stableDeployment } = this.props.canary;
      stage.node.defaultChild.deploymentId = stableDeployment;
      stage.node.defaultChild.canarySetting = { deploymentId: deployment.deploymentId, percentTraffic: percent };
    }
    this.api.deploymentStage = stage;
    new CfnOutput(this, 'DeploymentId', {
      value: deployment.deploymentId,
      description: `The deployment of ${edge.id}`,
    });
    return stage;
  }

  private addDomain({ host }: Edge, certificate: ICertificate): void {
    const domain = new DomainName(this, 'Domain', {
      domainName: host,
      certificate,
      endpointType: this.props.edgeOptimized ? EndpointType.EDGE : EndpointType.REGIONAL,
      securityPolicy: this.props.tlsPolicy ?? SecurityPolicy.TLS_1_2,
      mtls: this.props.truststore,
    });
    if (this.props.ipAddressType && domain.node.defaultChild instanceof CfnDomainName) {
      // The construct does not support it.
      domain.node.defaultChild.addPropertyOverride('EndpointConfiguration.IpAddressType', this.props.ipAddressType);
    }
    addRecords(this, this.props, new ApiGatewayDomain(domain));
    domain.addBasePathMapping(this.api, { stage: this.stage });
    this.addDomainTarget(domain.domainNameAliasDomainName);
  }
}
