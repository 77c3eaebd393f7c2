import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import {
  type Comparison,
  comparisonKey,
  type EdgeRule,
  type PathPattern,
  Redirect,
  retriesKey,
  Route,
  type RouteProps,
  ValidationError,
} from '../topology';
import type { SpecOf } from './resource';
import { LONGEST_PATH, requirePathLength } from './route-size';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];
type PathMatch = NonNullable<NonNullable<Rule['matches']>[number]['path']>;

/** The order in which a gateway compares path matches; exact paths come first everywhere. */
export enum PathOrder {
  /** Prefixes, then expressions: Istio, and the order of the Gateway API's specification for what it specifies. */
  PREFIXES_FIRST,
  /** Expressions, then prefixes: Envoy Gateway. */
  EXPRESSIONS_FIRST,
}

/** An empty group: it does not change what the expression matches. */
const NOTHING = '(?:)';

/**
 * The path matches of the rules of an edge. Of one type, gateways match the longest first, so an expression that must
 * precede a longer one is padded with empty groups, and a prefix is an expression where the gateway would match prefixes
 * at the wrong time. Where the order makes no difference both are unchanged.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
export class PathMatches {
  private readonly expressions = new Map<string, string>();
  private readonly prefixes = new Map<string, boolean>();

  constructor(
    private readonly rules: readonly EdgeRule[],
    /** The order in which the gateway compares path matches. */
    readonly order: PathOrder,
  ) {}

  /** The path match of a rule. */
  of(rule: EdgeRule): PathMatch {
    const match = this.matchOf(rule);
    requirePathLength(rule.path, rule.operation, match);
    return match;
  }

  private matchOf(rule: EdgeRule): PathMatch {
    const { path } = rule.operation;
    return path.isExact
      ? { type: 'Exact', value: path.text }
      : this.isPrefix(rule)
        ? { type: 'PathPrefix', value: path.stem?.text ?? '/' }
        : { type: 'RegularExpression', value: this.expressionOf(rule) };
  }

  /** The path match of a rule that replaces its prefix. Throws if the prefix must be an expression. */
  prefixOf(rule: EdgeRule): PathMatch {
    if (!this.isPrefix(rule)) {
      const rivals = this.expressionsBeside(rule).map(({ operation }) => `"${operation.toString()}"`);
      throw new ValidationError({
        code: 'AmbiguousRoutes',
        path: rule.path,
        summary:
          `Its prefix is replaced, for which it must be a prefix in the HTTPRoute, and the gateway would match `
          + `${rivals.join(' and ')} ${this.order === PathOrder.PREFIXES_FIRST ? 'after' : 'before'} it.`,
        fix: 'Use paths that do not overlap, or replace the whole `path`.',
      });
    }
    return this.of(rule);
  }

  /** Whether a rule is matched by a prefix: the gateway matches no expression at the wrong time. */
  private isPrefix(rule: EdgeRule): boolean {
    const { path } = rule.operation;
    const known = this.prefixes.get(path.text);
    if (known !== undefined) {
      return known;
    }
    const isPrefix = path.isPrefix && path.parameters.length === 0 && this.expressionsBeside(rule).length === 0;
    this.prefixes.set(path.text, isPrefix);
    return isPrefix;
  }

  /** The rules matched by expressions that the gateway would match at the wrong time if this one were a prefix. */
  private expressionsBeside(rule: EdgeRule): EdgeRule[] {
    const { path } = rule.operation;
    return this.rivalsOf(rule, other =>
      this.order === PathOrder.PREFIXES_FIRST ? comesAfter(path, other) : comesAfter(other, path),
    ).filter(other => !other.operation.path.isExact && !this.isPrefix(other));
  }

  /** Pads the rules that come later first. */
  private expressionOf(rule: EdgeRule): string {
    const { path } = rule.operation;
    const plain = path.toRegex();
    const known = this.expressions.get(plain);
    if (known !== undefined) {
      return known;
    }
    const later = this.rivalsOf(rule, other => comesAfter(other, path)).filter(other => !this.isPrefix(other));
    const least = Math.max(0, ...later.map(other => this.expressionOf(other).length + 1));
    const filled = plain + NOTHING.repeat(Math.max(0, Math.ceil((least - plain.length) / NOTHING.length)));
    if (filled !== plain && filled.length > LONGEST_PATH) {
      throw new ValidationError({
        code: 'AmbiguousRoutes',
        path: rule.path,
        summary:
          `It must be matched before ${later.map(({ operation }) => `"${operation.toString()}"`).join(' and ')},`
          + ' but gateways match longer paths first.',
        fix: 'Shorten the longer path, or give the routes paths that do not overlap.',
      });
    }
    this.expressions.set(plain, filled);
    return filled;
  }

  /** The rules with such a path that match requests of a path too, and differ in what happens to them. */
  private rivalsOf({ operation: { path } }: EdgeRule, isRival: (path: PathPattern) => boolean): EdgeRule[] {
    const plain = path.toRegex();
    const ofPath = this.rules.filter(each => each.operation.path.toRegex() === plain);
    return this.rules.filter(
      other =>
        isRival(other.operation.path)
        && ofPath.some(each => each.operation.overlaps(other.operation) && keyOf(each) !== keyOf(other)),
    );
  }
}

/** What depends on whether a rule matches, as text. */
function keyOf(rule: EdgeRule): string {
  return rule instanceof Route
    ? comparisonKey<Route>(BY_MATCH, rule)
    : JSON.stringify([...requirementsOf(rule), rule instanceof Redirect && rule.to]);
}

/** What the gateway requires of the requests of a rule; policies apply to the HTTPRoutes of rules with the same. */
export function requirementsOf(rule: EdgeRule): unknown[] {
  const { token, key, login } = rule.auth;
  const retries = rule instanceof Route ? retriesKey(rule.retries) : undefined;
  return [token, key, rule.authorizer?.key, ...[retries, login].filter(each => each !== undefined)];
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
  auth: ({ auth }) => [auth.token, auth.key, ...(auth.login ? [auth.login] : [])],
  authorizer: ({ authorizer }) => authorizer?.key,
  rateLimit: BY_OPERATION,
  perClientRateLimit: BY_OPERATION,
  retries: ({ retries }) => retriesKey(retries),
  requestValidation: BY_API,
  cacheTtl: BY_API,
  rewrite: ({ rewrite }) => rewrite,
  match: 'Whatever it decides, the path decides first.',
  headerChanges: ({ headerChanges }) => headerChanges,
  backendTls: 'A policy of the service has it, for all routes to its port.',
  grpcMethod: 'Requests are transcoded before a route matches: `transcoders` rejects overlapping paths.',
} satisfies Comparison<keyof RouteProps | 'service', Route>;
