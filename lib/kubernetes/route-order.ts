import { Mistake, type PathPattern, type Route } from '../topology';

/** @see https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch */
const LONGEST = 1024;
/** An empty group: it matches nothing more and nothing less. */
const NOTHING = '(?:)';

/**
 * The regular expressions of routes, by what {@link PathPattern.toRegex} makes of them. Gateways try exact paths first and then the longest expression, so one
 * that has to come before a longer one is filled up with empty groups. Where nothing depends on the order it stays as it is.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
export function expressionsOf(routes: readonly Route[]): ReadonlyMap<string, string> {
  const expressions = new Map<string, string>();
  routes.filter(({ operation }) => !operation.path.isExact).forEach(route => fill(route, routes, expressions));
  return expressions;
}

/** Fills those first that come later. */
function fill(route: Route, routes: readonly Route[], expressions: Map<string, string>): string {
  const { path } = route.operation;
  const plain = path.toRegex();
  const known = expressions.get(plain);
  if (known !== undefined) {
    return known;
  }
  const later = routes.filter(other => isOfOrder(other.operation.path, path)
    && routes.some(each => each.operation.path.toRegex() === plain && each.operation.overlaps(other.operation) && differ(each, other)));
  const least = Math.max(0, ...later.map(other => fill(other, routes, expressions).length + 1));
  const filled = plain + NOTHING.repeat(Math.max(0, Math.ceil((least - plain.length) / NOTHING.length)));
  if (filled !== plain && filled.length > LONGEST) {
    throw new Mistake({
      code: 'AmbiguousRoutes',
      where: `${route.edge.path}/${route.operation.toString()}`,
      problem: `It has to be tried before ${later.map(({ operation }) => `"${operation.toString()}"`).join(' and ')}, which no gateway does, since their paths are too long.`,
      remedy: 'Shorten the longer paths, or give the routes paths that do not overlap.',
    });
  }
  expressions.set(plain, filled);
  return filled;
}

/** Whether a path has parameters and comes after another that it overlaps. */
function isOfOrder(path: PathPattern, earlier: PathPattern): boolean {
  return !path.isExact && path.overlaps(earlier) && earlier.compareSpecificity(path) < 0;
}

/** Whether it makes a difference which of two routes is matched. */
function differ(one: Route, other: Route): boolean {
  return termsOf(one) !== termsOf(other);
}

function termsOf({ service, port, timeout, auth }: Route): string {
  return JSON.stringify([service.namespace, service.name, port.number, timeout.toMilliseconds(), auth.token, auth.key]);
}
