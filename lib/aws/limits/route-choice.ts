import type { Edge, Route } from '../../topology';
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
      .find(other => crosses(route, other) && policiesOf(route) !== policiesOf(other));
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

/** The properties that the API enforces; the service is chosen in the cluster. */
function policiesOf({ auth: { token }, timeout, rateLimit }: Route): string {
  return JSON.stringify([token, timeout.toMilliseconds(), rateLimit]);
}
