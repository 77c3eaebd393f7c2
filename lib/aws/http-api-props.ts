import type { IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { LambdaRoute } from './lambda-routes';
import type { ManagedApiProps } from './managed-api';

/** A route of an HTTP API to a Lambda function instead of the cluster. */
export interface HttpLambdaRoute extends LambdaRoute {
  /**
   * An authorizer instead of `auth`.
   * @default - the API verifies `auth`
   */
  readonly authorizer?: IHttpRouteAuthorizer;
}

/** Properties of an {@link HttpApiEdge}. */
export interface HttpApiEdgeProps extends ManagedApiProps {
  /**
   * Routes to Lambda functions by operation, e.g. `GET /reports/{id}`, beside the routes of the edge. The gateway in
   * the cluster has none of them. A route that is more specific than one of the edge gets its requests.
   * @default - none
   */
  readonly lambdaRoutes?: { readonly [operation: string]: HttpLambdaRoute };
  /**
   * Authorizers of single routes of the edge by operation, instead of the JWT authorizer of the API: an
   * `HttpLambdaAuthorizer`, or an `HttpIamAuthorizer` on a route without a token. The gateway in the cluster verifies
   * the tokens of the route as before; it cannot verify what an authorizer does, so the edge must be behind the API
   * only.
   * @default - the API verifies the tokens that routes require
   */
  readonly authorizers?: { readonly [operation: string]: IHttpRouteAuthorizer };
}
