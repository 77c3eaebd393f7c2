import { type Comparison, comparisonKey, type Edge, type Route, type RouteProps } from '../../topology';
import { HTTP_API, invalid } from './managed-api';

/**
 * Throws for two routes if an HTTP API may match a different one than the gateway in the cluster, and they differ in
 * more than the service. Of overlapping paths of which neither contains the other, it prefers one without a greedy
 * parameter; for others its documentation defines no order.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export function requireOneChoice({ path, routes }: Edge): void {
  for (const [index, route] of routes.entries()) {
    const rival = routes
      .slice(index + 1)
      .find(
        other => crosses(route, other) && comparisonKey<Route>(BY_API, route) !== comparisonKey<Route>(BY_API, other),
      );
    if (rival) {
      const [first, second] = [route, rival].map(({ operation }) => `"${operation.toString()}"`);
      throw invalid(
        HTTP_API,
        path,
        `${first} and ${second} match the same requests with different auth, throttle or timeout, and `
          + `${HTTP_API.name} may`
          + ' match a different one than the gateway in the cluster.',
        'Declare the same for both, use paths of which one contains the other, or use RestApiEdge.',
      );
    }
  }
}

function crosses({ operation: one }: Route, { operation: other }: Route): boolean {
  return one.overlaps(other) && !one.path.covers(other.path) && !other.path.covers(one.path);
}

const IN_CLUSTER = 'The gateway in the cluster applies it, by its own route.';
const UNSUPPORTED = 'An HTTP API does not support it.';

/** The properties that the API enforces. */
const BY_API = {
  auth: ({ auth }) => auth.token,
  timeout: ({ timeout }) => timeout.toMilliseconds(),
  rateLimit: ({ rateLimit }) => rateLimit,
  service: IN_CLUSTER,
  authorizer: IN_CLUSTER,
  port: IN_CLUSTER,
  retries: IN_CLUSTER,
  grpcMethod: IN_CLUSTER,
  match: UNSUPPORTED,
  rewrite: IN_CLUSTER,
  headerChanges: IN_CLUSTER,
  backendTls: IN_CLUSTER,
  perClientRateLimit: UNSUPPORTED,
  requestValidation: UNSUPPORTED,
  cacheTtl: UNSUPPORTED,
} satisfies Comparison<keyof RouteProps | 'service', Route>;
