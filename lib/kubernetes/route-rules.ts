import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import {
  type Comparison,
  comparisonKey,
  type Edge,
  type EdgeRule,
  type HeaderMatch,
  type HeaderRoute,
  literalRegex,
  Redirect,
  Route,
  type RouteProps,
  ValidationError,
} from '../topology';
import { gatewayDurationOf } from './duration';
import { grouped, inChunks } from './lists';
import { rejectLoop } from './redirect-loops';
import type { SpecOf } from './resource';
import { backends } from './route-backends';
import { filtersOf, redirectFilter } from './route-filters';
import { type PathMatches, PathOrder } from './route-order';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];
type Match = NonNullable<Rule['matches']>[number];
type HeaderCondition = NonNullable<Match['headers']>[number];

/** The headers of a CORS preflight request. */
const PREFLIGHT: Match['headers'] = ['origin', 'access-control-request-method'].map(name => ({
  type: 'RegularExpression',
  name,
  value: '.+',
}));

/** With 16 rules, an HTTPRoute has at most the 128 matches that the CRD allows. */
const MATCHES_IN_A_RULE = 8;

const BY_POLICY = 'Policies of the gateway have it, not the HTTPRoute.';
const BY_API = 'The managed API in front provides it.';

/** The properties that are rendered to the rule of an HTTPRoute. */
const OF_RULES = {
  service: ({ service }) => [service.path, service.namespace],
  port: ({ port }) => port.number,
  timeout: ({ timeout }) => timeout.toMilliseconds(),
  auth: BY_POLICY,
  authorizer: BY_POLICY,
  rateLimit: BY_POLICY,
  perClientRateLimit: BY_POLICY,
  retries: BY_POLICY,
  requestValidation: BY_API,
  cacheTtl: BY_API,
  grpcMethod: 'A filter of the listener transcodes requests.',
  // A prefix can be replaced in a rule with one match only.
  rewrite: ({ rewrite, operation }) => rewrite && [rewrite, rewrite.pathPrefix && operation.toString()],
  headerChanges: ({ headerChanges }) => headerChanges,
  backendTls: 'A policy of the service has it, for all routes to its port.',
  match: 'A part of each match of the rule.',
} satisfies Comparison<keyof RouteProps | 'service', Route>;

/** The rules of an HTTPRoute. Routes that differ only in their operation share a rule. */
export function rulesOf(edge: Edge, rules: readonly EdgeRule[], paths: PathMatches): Rule[] {
  const routes = rules.filter(rule => rule instanceof Route);
  return [
    ...grouped(routes, route => comparisonKey<Route>(OF_RULES, route))
      .flatMap(group => inChunks(group, MATCHES_IN_A_RULE))
      .flatMap(each => rulesOfRoutes(edge, each, paths)),
    ...rules.filter(rule => rule instanceof Redirect).map(redirect => ruleOfRedirect(edge, redirect, paths)),
  ];
}

function ruleOfRedirect(edge: Edge, redirect: Redirect, paths: PathMatches): Rule {
  rejectLoop(edge, redirect);
  return {
    matches: [operationMatch(redirect, paths, redirect.to.pathPrefix)],
    filters: [redirectFilter(redirect)],
  };
}

function rulesOfRoutes(edge: Edge, routes: Route[], paths: PathMatches): Rule[] {
  const [first = never()] = routes;
  const { service, port, timeout } = first;
  const matches = routes.map(route => operationMatch(route, paths, route.rewrite?.pathPrefix));
  const common = (mirror = service.mirror): Rule => ({
    timeouts: { request: gatewayDurationOf(timeout) },
    filters: filtersOf(edge, first, mirror),
  });
  const preflights = edge.cors ? preflightMatches(routes, paths) : [];
  return [
    ...service.headerRoutes.map(route => ({
      matches: routes.map(each => withHeaderRoute(operationMatch(each, paths), headerMatch(edge, route, each), each)),
      backendRefs: backends(edge, service, port, route.weights.length > 0 ? route.weights : service.weights),
      ...common(route.mirror),
    })),
    { matches, backendRefs: backends(edge, service, port), ...common() },
    ...(preflights.length > 0
      ? [{ matches: preflights, backendRefs: backends(edge, service, port), ...common() }]
      : []),
  ];
}

/**
 * The preflights of routes with one method: a route of any method matches them already. Other OPTIONS requests are
 * matched only by routes that declare them.
 * @see https://fetch.spec.whatwg.org/#cors-preflight-request
 */
function preflightMatches(routes: readonly Route[], paths: PathMatches): Match[] {
  const byPath = new Map(
    routes.filter(({ operation, match }) => operation.method ?? match).map(route => [route.operation.path.text, route]),
  );
  return [...byPath.values()].map(route => ({ method: 'OPTIONS', path: paths.of(route), headers: PREFLIGHT }));
}

function operationMatch(rule: EdgeRule, paths: PathMatches, replacedPrefix?: string): Match {
  const { headers, queryParams } = rule.match ?? {};
  return {
    method: rule.operation.method as Match['method'],
    path: replacedPrefix === undefined ? paths.of(rule) : paths.prefixOf(rule),
    headers: headers?.map(each => headerCondition(each, paths.order === PathOrder.EXPRESSIONS_FIRST)),
    queryParams: queryParams?.map(({ name, kind, value }) => ({ type: TYPES[kind], name, value })),
  };
}

const TYPES: Readonly<Record<string, 'Exact' | 'RegularExpression'>> = { exact: 'Exact', regex: 'RegularExpression' };

/** The match of a route with a header of its service, for which it must not have a condition itself. */
function withHeaderRoute(match: Match, header: HeaderCondition, { path }: Route): Match {
  if (match.headers?.some(({ name }) => name === header.name)) {
    throw new ValidationError({
      code: 'AmbiguousRoutes',
      path,
      summary: `Both the route and its service decide by the header ${header.name}.`,
      fix: 'Route to another service, or use another header.',
    });
  }
  return { ...match, headers: [...(match.headers ?? []), header] };
}

/**
 * A condition on a header. Of routes with equally many conditions Envoy Gateway prefers the one with more exact headers,
 * so there every condition is an expression.
 */
export function headerCondition({ header, kind, value }: HeaderMatch, asExpression: boolean): HeaderCondition {
  if (kind === 'exact' && !asExpression) {
    return { type: 'Exact', name: header, value };
  }
  const regex = kind === 'regex' ? value : `${literalRegex(value)}${kind === 'prefix' ? '.*' : ''}`;
  return { type: 'RegularExpression', name: header, value: regex };
}

function headerMatch(edge: Edge, { match }: HeaderRoute, route: Route): HeaderCondition {
  return headerCondition(match, hasRivalOfOneMethod(edge, route));
}

/**
 * Whether a route of any method has the same path as one with a method. Envoy Gateway counts a method as a header
 * match, and with equal counts it prefers the route with more exact matches, so an exact header here would tie with the
 * method there.
 */
function hasRivalOfOneMethod(edge: Edge, { operation }: Route): boolean {
  const path = operation.path.toRegex();
  return (
    operation.method === undefined
    && edge.routes.some(other => other.operation.method !== undefined && other.operation.path.toRegex() === path)
  );
}

function never(): never {
  throw new Error('A group of routes is empty.');
}
