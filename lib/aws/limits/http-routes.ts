import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { type Edge, Operation, type ValidationError } from '../../topology';
import type { HttpApiEdgeProps, HttpLambdaRoute } from '../http-api-props';
import { HTTP_API, invalid, LONGEST_TIMEOUT_OF_CDK, SHORTEST_TIMEOUT } from './managed-api';
import { requireEqualAuthorizers, requireFitAuthorizer } from './route-authorizers';

/** Throws for routes to functions and for authorizers that would open requests, or that AWS does not support. */
export function requireFitRoutes(props: HttpApiEdgeProps): void {
  const lambdaRoutes = Object.entries(props.lambdaRoutes ?? {}).map(
    ([text, route]) => [Operation.parse(`${props.edge.path}/${text}`, text), route] as const,
  );
  lambdaRoutes.forEach(([operation, route], index) => {
    const before = lambdaRoutes.slice(0, index).map(([other]) => other);
    requireOwnRequests(props.edge, operation, before);
    requireFitLambdaRoute(props.edge, operation, route);
  });
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

/** The API chooses between routes of functions and of the cluster by their paths only. */
function requireOwnRequests(edge: Edge, operation: Operation, before: readonly Operation[]): void {
  const others = [...edge.routes.map(route => route.operation), ...before];
  const twin = others.find(({ requests }) => requests === operation.requests);
  if (twin) {
    throw invalidAt(edge, operation, `"${twin.toString()}" matches the same requests.`, 'Keep one of the two.');
  }
  const rival = others.find(
    other => operation.overlaps(other) && !operation.path.covers(other.path) && !other.path.covers(operation.path),
  );
  if (rival) {
    throw invalidAt(
      edge,
      operation,
      `"${rival.toString()}" matches some of its requests, and neither path contains the other, so the API may match `
        + 'either of them.',
      'Use paths of which one contains the other.',
    );
  }
}

function requireFitLambdaRoute(
  edge: Edge,
  operation: Operation,
  { auth: own, authorizer, timeout }: HttpLambdaRoute,
): void {
  const auth = own ?? edge.auth;
  const millis = timeout?.toMilliseconds() ?? SHORTEST_TIMEOUT;
  if (millis < SHORTEST_TIMEOUT || millis > LONGEST_TIMEOUT_OF_CDK) {
    throw invalidAt(
      edge,
      operation,
      `The timeout is ${millis} ms.`,
      `Set ${SHORTEST_TIMEOUT} to ${LONGEST_TIMEOUT_OF_CDK} ms.`,
    );
  }
  if (operation.path.isPrefix || (operation.path.text !== '/' && operation.path.text.endsWith('/'))) {
    throw invalidAt(
      edge,
      operation,
      'An HTTP API has neither prefixes nor paths that end with "/".',
      'Write a parameter for the rest, e.g. "/files/{path+}", and leave out the slash at the end.',
    );
  }
  if (edge.perClientRateLimits.length > 0) {
    throw invalidAt(
      edge,
      operation,
      'The edge limits the requests of each client, and the gateway in the cluster does not count those of a function.',
      'Route it to a service of the cluster, or remove the limits of clients.',
    );
  }
  if (authorizer instanceof HttpNoneAuthorizer) {
    throw invalidAt(edge, operation, 'Its authorizer allows all requests.', 'Set `auth: Auth.none()` instead.');
  }
  if (authorizer && own) {
    throw invalidAt(
      edge,
      operation,
      'It has both `auth` and `authorizer`, and a route has one.',
      'Keep one of the two.',
    );
  }
  const guarded = edge.routes.find(
    route => route.operation.overlaps(operation) && (route.auth.token ?? route.auth.key),
  );
  if (guarded && !own && !authorizer && !auth.token && !auth.key) {
    throw invalidAt(
      edge,
      operation,
      `It matches requests of "${guarded.operation.toString()}", which requires authentication, and declares none.`,
      'Set `auth`: `Auth.none()` if these requests are to be open.',
    );
  }
  if (auth.key && !authorizer) {
    throw invalidAt(
      edge,
      operation,
      'It requires an API key, which an HTTP API does not verify.',
      'Set `auth` to `Auth.jwt(…)` or `Auth.none()`, or set an `authorizer`.',
    );
  }
  if (edge.cors && operation.method === undefined && (auth.token ?? authorizer)) {
    throw invalidAt(
      edge,
      operation,
      'It requires authentication for any method, and so for preflights, with which browsers send no credentials.',
      'Declare the methods one by one.',
    );
  }
}

function invalidAt({ path }: Edge, operation: Operation, summary: string, fix: string): ValidationError {
  return invalid(HTTP_API, `${path}/${operation.toString()}`, summary, fix);
}
