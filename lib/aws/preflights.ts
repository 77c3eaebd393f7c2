import { type Edge, Operation } from '../topology';

const OPTIONS = 'OPTIONS';

/**
 * The OPTIONS operations for which an HTTP API with CORS needs routes without authorizer: a route of any method also
 * matches preflights, and browsers send no token with them. The gateway in the cluster verifies the token of all other
 * OPTIONS requests.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function openPreflightsOf({ path, cors, routes }: Edge): Operation[] {
  const declared = new Set(
    routes.filter(({ operation }) => operation.method === OPTIONS).map(({ operation }) => operation.requests),
  );
  return cors
    ? routes
        .filter(({ operation, auth }) => operation.method === undefined && auth.token)
        .map(({ operation }) => Operation.parse(path, `${OPTIONS} ${operation.path.text}`))
        .filter(({ requests }) => !declared.has(requests))
    : [];
}
