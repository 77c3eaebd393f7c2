import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { Edge, ValidationError } from '../../topology';
import type { HttpApiEdgeProps, HttpOwnRoute } from '../http-api-props';
import { type OwnRoute, ownRoutesOf } from '../own-routes';
import { invalidAt, requireFitOwnRoutes } from './own-routes';
import { HTTP_API } from './managed-api';
import { requireEqualAuthorizers, requireFitAuthorizer } from './route-authorizers';

/** Throws for routes to functions and for authorizers that would open requests, or that AWS does not support. */
export function requireFitRoutes(props: HttpApiEdgeProps): void {
  const ownRoutes = ownRoutesOf<HttpOwnRoute>(props);
  requireFitOwnRoutes(HTTP_API, props, ownRoutes);
  ownRoutes.forEach(each => requireFitOwnRoute(props.edge, each));
  Object.entries(props.authorizers ?? {}).forEach(([operation, authorizer]) =>
    requireFitAuthorizer(HTTP_API, props, {
      operation,
      isSignature: authorizer instanceof HttpIamAuthorizer,
      allowsAll: authorizer instanceof HttpNoneAuthorizer,
    }),
  );
  requireEqualAuthorizers(HTTP_API, props.edge, operation => {
    const authorizer = props.authorizers?.[operation];
    return authorizer instanceof HttpIamAuthorizer ? HttpIamAuthorizer : authorizer;
  });
}

function requireFitOwnRoute(edge: Edge, { operation, auth, route: { authorizer } }: OwnRoute<HttpOwnRoute>): void {
  const invalidHere = (summary: string, fix: string): ValidationError =>
    invalidAt(HTTP_API, edge, operation, summary, fix);
  if (edge.perClientRateLimits.length > 0) {
    throw invalidHere(
      'The edge limits the requests of each client, and the gateway in the cluster does not count these.',
      'Route it to a service of the cluster, or remove the limits of clients.',
    );
  }
  if (authorizer instanceof HttpNoneAuthorizer) {
    throw invalidHere('Its authorizer allows all requests.', 'Set `auth: Auth.none()` instead.');
  }
  if (auth.key) {
    throw invalidHere(
      'It requires an API key, which an HTTP API does not verify.',
      'Set `auth` to `Auth.jwt(…)` or `Auth.none()`, or set an `authorizer`.',
    );
  }
  if (edge.cors && operation.method === undefined && (auth.token ?? authorizer)) {
    throw invalidHere(
      'It requires authentication for any method, and so for preflights, with which browsers send no credentials.',
      'Declare the methods one by one.',
    );
  }
}
