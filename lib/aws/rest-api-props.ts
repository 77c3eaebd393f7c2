import type { IAuthorizer, Integration, MethodResponse, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { LambdaRoute } from './own-routes';
import type { Auth } from '../topology';
import type { ManagedApiProps } from './managed-api';

/**
 * A route of a REST API to a Lambda function instead of the cluster. Bodies in its events are encoded in Base64, since
 * the API accepts every content type, unless `textBodiesOnly` is set. With CORS, the function sets the header
 * `Access-Control-Allow-Origin` of its responses itself; the API answers preflights.
 */
export interface RestLambdaRoute extends LambdaRoute {
  /**
   * An authorizer instead of `auth`.
   * @default - the API verifies `auth`
   */
  readonly authorizer?: IAuthorizer;
}

/** A new deployment that gets a share of the requests while an earlier one gets the rest. */
export interface RestCanary {
  /** The share of the requests in percent. */
  readonly percent: number;
  /** The deployment that gets the rest: the output `DeploymentId` of the previous deployment. */
  readonly stableDeployment: string;
}

/** A route of a REST API to what any integration of the CDK leads to, instead of the cluster. */
export interface RestIntegrationRoute {
  /** The integration: an `HttpIntegration` with a URL, an `AwsIntegration` with a service of AWS, a `MockIntegration`. */
  readonly integration: Integration;
  /**
   * The responses of the method; an integration that is no proxy maps its responses to them.
   * @default - none, as a proxy needs
   */
  readonly methodResponses?: MethodResponse[];
  /**
   * The authentication that requests need: `Auth.none()`, `Auth.jwt(…)` or `Auth.apiKey(…)`. The API alone verifies it.
   * @default - that of the edge
   */
  readonly auth?: Auth;
  /**
   * An authorizer instead of `auth`.
   * @default - the API verifies `auth`
   */
  readonly authorizer?: IAuthorizer;
}

/** A route of a REST API that the cluster does not have. */
export type RestOwnRoute = RestLambdaRoute | RestIntegrationRoute;

/** Properties of a {@link RestApiEdge}. */
export interface RestApiEdgeProps extends ManagedApiProps {
  /**
   * The names of clients that have API keys or limits: values of the claim of the limit, or any names for keys.
   * @default - none
   */
  readonly clients?: string[];
  /**
   * Cognito user pools whose authorizer verifies the tokens. It checks the pool and the scopes; the gateway in the
   * cluster checks the audience.
   * @default - JWT authorizers, or a Lambda function, verify the tokens of any issuer
   */
  readonly userPools?: IUserPool[];
  /**
   * Whether a Lambda function verifies all tokens, also those that a JWT authorizer could verify: for an issuer that
   * signs with PS256 to PS512 or EdDSA, or in a Region without JWT authorizers.
   * @default - a function for tokens with `jwks`, `jwksUri` or `clientIdAsAudience`, with `claimHeaders`, and with
   * client limits by claim
   */
  readonly lambdaAuthorizer?: boolean;
  /**
   * Whether bodies of requests and responses are text only. The API then connects by a VPC link of version 2, which
   * adds the stage to the path, and removes it by a template that exists for JSON, forms, XML and plain text: other
   * content types get 415, and responses that are not text are damaged. The template also makes dots and slashes in
   * path parameters text.
   * @default - bodies of every content type arrive unchanged, by a VPC link of version 1
   */
  readonly textBodiesOnly?: boolean;
  /**
   * The ARN of the web ACL of an edge with a firewall.
   * @default - one with the managed rules of AWS
   */
  readonly webAclArn?: string;
  /**
   * Routes to Lambda functions by operation, e.g. `GET /reports/{id}`, beside the routes of the edge. The gateway in
   * the cluster has none of them. A route that is more specific than one of the edge gets its requests.
   * @default - none
   */
  readonly lambdaRoutes?: { readonly [operation: string]: RestLambdaRoute };
  /**
   * Routes to URLs, services of AWS and mocks by operation, e.g. `POST /events`, with integrations of the CDK. What
   * applies to `lambdaRoutes` applies to them.
   * @default - none
   */
  readonly integrationRoutes?: { readonly [operation: string]: RestIntegrationRoute };
  /**
   * Authorizers of single routes of the edge by operation, instead of the verification of their tokens by the API. The
   * gateway in the cluster verifies the tokens as before; it cannot verify what an authorizer does, so a route without
   * a token must be behind the API only.
   * @default - the API verifies the tokens that routes require
   */
  readonly authorizers?: { readonly [operation: string]: IAuthorizer };
  /**
   * The operations of routes without a token whose requests are signed by IAM, e.g. `GET /reports`: routes of the edge
   * `lambdaRoutes` or `integrationRoutes`.
   * @default - none
   */
  readonly iamRoutes?: string[];
  /**
   * The operations of routes of the edge whose responses are streamed to clients as they arrive, e.g. server-sent
   * events. They may be larger than 10 MB, and last up to 15 minutes; a stream without data ends after 5 minutes, after
   * 30 s with `edgeOptimized`.
   * @default - responses are sent once they are complete
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
   */
  readonly streamedRoutes?: string[];
  /**
   * Whether clients connect to the nearest location of CloudFront. Its domain needs a `certificate` in us-east-1.
   * @default false: clients connect to the Region
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-endpoint-types.html
   */
  readonly edgeOptimized?: boolean;
  /**
   * The VPC endpoints (`execute-api`) from which alone a private API can be invoked: its resource policy denies all
   * others. It has no custom domain.
   * @default - the API is public
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
   */
  readonly vpcEndpoints?: IVpcEndpoint[];
  /** @default SecurityPolicy.TLS_1_2 */
  readonly tlsPolicy?: SecurityPolicy;
  /** @default - each deployment gets all requests at once */
  readonly canary?: RestCanary;
}
