import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import {
  type Comparison,
  comparisonKey,
  type PathPattern,
  type Route,
  type RouteProps,
  ValidationError,
} from '../topology';
import type { SpecOf } from './resource';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];
type PathMatch = NonNullable<NonNullable<Rule['matches']>[number]['path']>;

/** The order in which a gateway compares path matches; exact paths come first everywhere. */
export enum PathOrder {
  /** Prefixes, then expressions: Istio, and the order of the Gateway API's specification for what it specifies. */
  PREFIXES_FIRST,
  /** Expressions, then prefixes: Envoy Gateway. */
  EXPRESSIONS_FIRST,
}

/** @see https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch */
const LONGEST = 1024;
/** An empty group: it does not change what the expression matches. */
const NOTHING = '(?:)';

/**
 * The path matches of the routes of an edge. Of one type, gateways try the longest first, so an expression that must
 * precede a longer one is padded with empty groups, and a prefix is an expression where the gateway would try prefixes
 * at the wrong time. Where the order makes no difference both are unchanged.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
export class PathMatches {
  private readonly expressions = new Map<string, string>();
  private readonly prefixes = new Map<string, boolean>();

  constructor(
    private readonly routes: readonly Route[],
    private readonly order: PathOrder,
  ) {}

  /** The path match of a route. */
  of(route: Route): PathMatch {
    const { path } = route.operation;
    return path.isExact
      ? { type: 'Exact', value: path.text }
      : this.isPrefix(route)
        ? { type: 'PathPrefix', value: path.stem?.text ?? '/' }
        : { type: 'RegularExpression', value: this.expressionOf(route) };
  }

  /** Whether a route is matched by a prefix: no expression that the gateway would try too late depends on it. */
  private isPrefix(route: Route): boolean {
    const { path } = route.operation;
    const known = this.prefixes.get(path.text);
    if (known !== undefined) {
      return known;
    }
    const rivals =
      this.order === PathOrder.PREFIXES_FIRST
        ? this.rivalsOf(route, other => comesAfter(path, other))
        : this.rivalsOf(route, other => comesAfter(other, path));
    const isPrefix =
      path.isPrefix
      && path.parameters.length === 0
      && rivals.every(other => other.operation.path.isExact || this.isPrefix(other));
    this.prefixes.set(path.text, isPrefix);
    return isPrefix;
  }

  /** Pads the routes that come later first. */
  private expressionOf(route: Route): string {
    const { path } = route.operation;
    const plain = path.toRegex();
    const known = this.expressions.get(plain);
    if (known !== undefined) {
      return known;
    }
    const later = this.rivalsOf(route, other => comesAfter(other, path)).filter(other => !this.isPrefix(other));
    const least = Math.max(0, ...later.map(other => this.expressionOf(other).length + 1));
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
    this.expressions.set(plain, filled);
    return filled;
  }

  /** The routes with such a path that match requests of a path too, and differ in what happens to them. */
  private rivalsOf({ operation: { path } }: Route, isRival: (path: PathPattern) => boolean): Route[] {
    const plain = path.toRegex();
    const ofPath = this.routes.filter(each => each.operation.path.toRegex() === plain);
    return this.routes.filter(
      other =>
        isRival(other.operation.path)
        && ofPath.some(
          each =>
            each.operation.overlaps(other.operation)
            && comparisonKey<Route>(BY_MATCH, each) !== comparisonKey<Route>(BY_MATCH, other),
        ),
    );
  }
}

/** Whether a path that is not exact comes after another that it overlaps. */
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
