import { type Comparison, comparisonKey, type Route, type RouteProps } from '../../topology';
import type { RestApiEdgeProps } from '../rest-api-props';
import { invalid, REST_API } from './managed-api';

/**
 * Throws for routes that need the templates of `textBodiesOnly`. Without them, dots and encoded slashes in a path
 * parameter may lead to another route in the cluster than the one that the API has checked, and AWS does not document
 * that it validates bodies of binary content types, which are all.
 */
export function assertBodiesFit(props: RestApiEdgeProps): void {
  const { edge, textBodiesOnly } = props;
  if (textBodiesOnly) {
    return;
  }
  for (const route of edge.routes) {
    if (route.requestValidation?.body) {
      throw invalid(
        REST_API,
        `${edge.path}/${route.operation.toString()}`,
        'The body of requests is validated, which AWS does for text only, and the API accepts every content type.',
        'Set `textBodiesOnly: true`, or validate the body in the service.',
      );
    }
  }
  requireEqualChecks(props);
}

function requireEqualChecks(props: RestApiEdgeProps): void {
  const { path, routes } = props.edge;
  const comparison = checksOf(props);
  const checks = (route: Route) => comparisonKey<Route>(comparison, route);
  const checked = routes.filter(route => !WITHOUT_CHECKS.test(checks(route)));
  for (const route of routes.filter(({ operation }) => operation.path.parameters.length > 0)) {
    const other = checked.find(each => each.operation.sharesMethod(route.operation) && checks(route) !== checks(each));
    if (other) {
      throw invalid(
        REST_API,
        path,
        `A parameter of "${route.operation.toString()}" with dots or slashes may lead to `
          + `"${other.operation.toString()}" in the cluster, and the API checks different API keys, limits, `
          + 'parameters or authorizers for the two.',
        'Declare the same for both, set `textBodiesOnly: true`, or move one of them to another edge.',
      );
    }
  }
}

/** The comparison of a route that the API does not check beyond its token. */
const WITHOUT_CHECKS = /^\[null(,null)*\]$/;
const IN_CLUSTER = 'The gateway in the cluster applies it, by its own route.';
const NO_CHECK = 'It denies no request.';

/** What only the API checks. */
function checksOf({ edge: { perClientRateLimits }, authorizers = {}, iamRoutes = [] }: RestApiEdgeProps) {
  const own = [...new Set(Object.values(authorizers))];
  const countsByClaim = perClientRateLimits.some(({ client }) => client.kind === 'claim');
  return {
    auth: ({ operation, auth: { key, token } }) => {
      const name = operation.toString();
      const authorizer = authorizers[name];
      const all = [
        key,
        countsByClaim && token && 'counted',
        authorizer && `authorizer ${own.indexOf(authorizer)}`,
        iamRoutes.includes(name) && 'signed',
      ];
      return all.some(each => each) ? all : undefined;
    },
    rateLimit: ({ rateLimit }) => rateLimit,
    perClientRateLimit: ({ perClientRateLimit }) => perClientRateLimit,
    requestValidation: ({ requestValidation }) => requestValidation,
    service: IN_CLUSTER,
    port: IN_CLUSTER,
    grpcMethod: IN_CLUSTER,
    authorizer: IN_CLUSTER,
    match: 'An API matches method and path alone: such routes are rejected.',
    rewrite: IN_CLUSTER,
    headerChanges: IN_CLUSTER,
    backendTls: IN_CLUSTER,
    retries: IN_CLUSTER,
    timeout: NO_CHECK,
    cacheTtl: NO_CHECK,
  } satisfies Comparison<keyof RouteProps | 'service', Route>;
}
