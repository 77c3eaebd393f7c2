import type { HttpRouteIntegration, IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Auth } from '../topology';
import type { LambdaRoute } from './own-routes';
import type { ManagedApiProps } from './managed-api';

/** A route of an HTTP API to a Lambda function instead of the cluster. */
export interface HttpLambdaRoute extends LambdaRoute {
  /**
   * An authorizer instead of `auth`.
   * @default - the API verifies `auth`
   */
  readonly authorizer?: IHttpRouteAuthorizer;
}

/** A route of an HTTP API to what any integration of the CDK leads to, instead of the cluster. */
export interface HttpIntegrationRoute {
  /**
   * The integration: an `HttpUrlIntegration` with a URL, an `HttpSqsIntegration`, an `HttpStepFunctionsIntegration`, an
   * `HttpEventBridgeIntegration`, an `HttpServiceDiscoveryIntegration` with AWS Cloud Map.
   */
  readonly integration: HttpRouteIntegration;
  /**
   * The authentication that requests need: `Auth.none()` or `Auth.jwt(…)`. The API alone verifies it.
   * @default - that of the edge
   */
  readonly auth?: Auth;
  /**
   * An authorizer instead of `auth`.
   * @default - the API verifies `auth`
   */
  readonly authorizer?: IHttpRouteAuthorizer;
}

/** A route of an HTTP API that the cluster does not have. */
export type HttpOwnRoute = HttpLambdaRoute | HttpIntegrationRoute;

/** Properties of an {@link HttpApiEdge}. */
export interface HttpApiEdgeProps extends ManagedApiProps {
  /**
   * Routes to Lambda functions by operation, e.g. `GET /reports/{id}`, beside the routes of the edge. The gateway in
   * the cluster has none of them. A route that is more specific than one of the edge gets its requests.
   * @default - none
   */
  readonly lambdaRoutes?: { readonly [operation: string]: HttpLambdaRoute };
  /**
   * Routes to URLs and services of AWS by operation, e.g. `POST /events`, with integrations of the CDK. What applies to
   * `lambdaRoutes` applies to them.
   * @default - none
   */
  readonly integrationRoutes?: { readonly [operation: string]: HttpIntegrationRoute };
  /**
   * Authorizers of single routes of the edge by operation, instead of the JWT authorizer of the API: an
   * `HttpLambdaAuthorizer`, or an `HttpIamAuthorizer` on a route without a token. The gateway in the cluster verifies
   * the tokens of the route as before; it cannot verify what an authorizer does, so the edge must be behind the API
   * only.
   * @default - the API verifies the tokens that routes require
   */
  readonly authorizers?: { readonly [operation: string]: IHttpRouteAuthorizer };
}
