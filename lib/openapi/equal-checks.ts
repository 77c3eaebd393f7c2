import { type Edge, Operation, type Route } from '../topology';
import { unsupported } from './operations';

/**
 * Throws for two routes with different checks of the API alone, if the API matches requests by one of them that the
 * gateway in the cluster matches by the other: these checks would be those of the wrong route.
 * @param checksOf what the API alone enforces
 * @param more further paths that the API matches by a route
 */
export function requireSameChecks(
  edge: Edge,
  checksOf: (route: Route) => unknown,
  more: (route: Route) => readonly string[],
): void {
  for (const route of edge.routes) {
    const further = more(route).map(path => Operation.http(`${route.operation.method ?? 'ANY'} ${path}`));
    const other = edge.routes.find(
      each =>
        each !== route
        && JSON.stringify(checksOf(each)) !== JSON.stringify(checksOf(route))
        && further.some(operation => operation.overlaps(each.operation)),
    );
    if (other) {
      throw differing(edge, route, other);
    }
  }
}

/** Throws for two routes that overlap and differ in checks of the API, which documents no order of overlapping routes. */
export function requireNoOverlap(edge: Edge, checksOf: (route: Route) => unknown): void {
  for (const [index, route] of edge.routes.entries()) {
    const other = edge.routes
      .slice(index + 1)
      .find(
        each =>
          each.operation.overlaps(route.operation)
          && JSON.stringify(checksOf(each)) !== JSON.stringify(checksOf(route)),
      );
    if (other) {
      throw differing(edge, route, other);
    }
  }
}

/**
 * Throws for a route with conditions, which the API does not evaluate, that overlaps a route with other checks: the API
 * would apply those of one route to the requests of both.
 */
export function requireSameUnderConditions(edge: Edge, checksOf: (route: Route) => unknown): void {
  for (const route of edge.routes.filter(({ match }) => match)) {
    const other = edge.routes.find(
      each =>
        each.operation.overlaps(route.operation) && JSON.stringify(checksOf(each)) !== JSON.stringify(checksOf(route)),
    );
    if (other) {
      throw differing(edge, route, other);
    }
  }
}

function differing({ path, front }: Edge, route: Route, other: Route): Error {
  return unsupported(
    path,
    `"${route.toString()}" and "${other.toString()}" match the same requests with different `
      + `authentication or limits, and ${front?.name ?? 'the API'} may match a different one than the gateway in the `
      + 'cluster.',
    'Declare the same for both, or use paths that do not overlap.',
  );
}
