import {
  type Comparison,
  comparisonKey,
  type PathPattern,
  type Route,
  type RouteProps,
  ValidationError,
} from '../topology';

/** @see https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch */
const LONGEST = 1024;
/** An empty group: it does not change what the expression matches. */
const NOTHING = '(?:)';

/**
 * The regular expressions of routes, by the result of `PathPattern.toRegex`. Gateways match exact paths first and then
 * the longest expression, so an expression that must precede a longer one is padded with empty groups. Where the order
 * makes no difference it is unchanged.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
export function expressionsOf(routes: readonly Route[]): ReadonlyMap<string, string> {
  const expressions = new Map<string, string>();
  routes.filter(({ operation }) => !operation.path.isExact).forEach(route => fill(route, routes, expressions));
  return expressions;
}

/** Pads the routes that come later first. */
function fill(route: Route, routes: readonly Route[], expressions: Map<string, string>): string {
  const { path } = route.operation;
  const plain = path.toRegex();
  const known = expressions.get(plain);
  if (known !== undefined) {
    return known;
  }
  const ofPath = routes.filter(each => each.operation.path.toRegex() === plain);
  const later = routes.filter(
    other =>
      comesAfter(other.operation.path, path)
      && ofPath.some(
        each =>
          each.operation.overlaps(other.operation)
          && comparisonKey<Route>(BY_MATCH, each) !== comparisonKey<Route>(BY_MATCH, other),
      ),
  );
  const least = Math.max(0, ...later.map(other => fill(other, routes, expressions).length + 1));
  const filled = plain + NOTHING.repeat(Math.max(0, Math.ceil((least - plain.length) / NOTHING.length)));
  if (filled !== plain && filled.length > LONGEST) {
    throw new ValidationError({
      code: 'AmbiguousRoutes',
      path: `${route.edge.path}/${route.operation.toString()}`,
      summary:
        `It must be matched before ${later.map(({ operation }) => `"${operation.toString()}"`).join(' and ')},`
        + ' but gateways match longer paths first.',
      fix: 'Shorten the longer path, or give the routes paths that do not overlap.',
    });
  }
  expressions.set(plain, filled);
  return filled;
}

/** Whether a path has parameters and comes after another that it overlaps. */
function comesAfter(path: PathPattern, earlier: PathPattern): boolean {
  return !path.isExact && path.overlaps(earlier) && earlier.compareSpecificity(path) < 0;
}

const BY_OPERATION = 'Gateways count requests by their operation, not by the route that matches.';
const BY_API = 'The managed API in front provides it.';

/** The properties that depend on which route matches. */
const BY_MATCH = {
  service: ({ service }) => [service.namespace, service.name],
  port: ({ port }) => port.number,
  timeout: ({ timeout }) => timeout.toMilliseconds(),
  auth: ({ auth }) => [auth.token, auth.key],
  authorizer: ({ authorizer }) => authorizer?.key,
  rateLimit: BY_OPERATION,
  perClientRateLimit: BY_OPERATION,
  requestValidation: BY_API,
  cacheTtl: BY_API,
  grpcMethod: 'Requests are transcoded before a route matches: `transcoders` rejects overlapping paths.',
} satisfies Comparison<keyof RouteProps | 'service', Route>;
