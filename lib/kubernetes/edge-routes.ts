import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import {
  type Comparison,
  comparisonKey,
  type Edge,
  type HeaderRoute,
  integersOf,
  type Mirror,
  type Port,
  type Route,
  type RouteProps,
  type Service,
  type Version,
} from '../topology';
import type { TopologyChart } from './chart';
import { durationOf } from './duration';
import { elsewhere, hostElsewhere } from './elsewhere';
import { requestListeners } from './edge-listeners';
import { headersOf, methodsOf } from './preflights';
import { HttpRoute, ReferenceGrant } from './gateway-api';
import type { SpecOf } from './resource';
import { PathMatches, type PathOrder } from './route-order';
import { renderService } from './workload';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];
type Match = NonNullable<Rule['matches']>[number];
type Filter = NonNullable<Rule['filters']>[number];
type Cors = NonNullable<Filter['cors']>;

/** The headers of a CORS preflight request. */
const PREFLIGHT: Match['headers'] = ['origin', 'access-control-request-method'].map(name => ({
  type: 'RegularExpression',
  name,
  value: '.+',
}));

/**
 * The CRD allows 16 rules and 128 matches in all.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec
 */
const MATCHES_IN_A_RULE = 8;
const RULES_IN_A_ROUTE = 16;

/**
 * The HTTPRoutes of an edge, with TLS also a redirect to HTTPS, and for services routed by version a Service per
 * version.
 * @param groups the routes that share an HTTPRoute
 * @param order the order in which the gateway compares path matches
 * @returns the names of the HTTPRoutes of each group
 */
export function renderEdgeRoutes(
  chart: TopologyChart,
  edge: Edge,
  groups: readonly (readonly Route[])[],
  order: PathOrder,
): string[][] {
  const services = [...new Set(edge.routes.map(({ service }) => service))];
  services.filter(each => each.routesByVersion).forEach(service => renderVersionServices(chart, service));
  const paths = new PathMatches(edge.routes, order);
  let count = 0;
  const names = groups.map(routes =>
    inChunks(rulesOf(edge, routes, paths), RULES_IN_A_ROUTE).map(rules => {
      const name = ++count === 1 ? edge.name : `${edge.name}-${count}`;
      renderRoute(chart, edge, name, requestListeners(edge), rules);
      return name;
    }),
  );
  if (edge.tlsSecret) {
    const toHttps: Filter = { type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } };
    renderRoute(chart, edge, `${edge.name}-redirect`, ['http'], [{ filters: [toHttps] }]);
  }
  new Set(services.map(each => each.namespace)).forEach(namespace => {
    renderGrant(
      chart,
      edge,
      namespace,
      services.filter(each => each.namespace === namespace),
    );
  });
  return names;
}

function renderRoute(chart: TopologyChart, edge: Edge, name: string, listeners: string[], rules: Rule[]): void {
  const parentRefs = listeners.map(sectionName => ({ name: edge.name, sectionName }));
  new HttpRoute(chart.scopeOf(edge), `route:${name}`, {
    metadata: {
      name,
      namespace: edge.namespace,
      ...elsewhere(edge.routes.flatMap(each => hostElsewhere(each.service))),
    },
    spec: { parentRefs, hostnames: [...edge.hosts], rules },
  });
}

/**
 * Allows the edge's routes to refer to Services of another namespace: all of them if the topology owns it, else only
 * these.
 */
function renderGrant(chart: TopologyChart, edge: Edge, namespace: string, services: readonly Service[]): void {
  if (namespace === edge.namespace) {
    return;
  }
  new ReferenceGrant(chart.scopeOf(edge), `grant-${namespace}`, {
    // In a namespace of another owner, the edge of another topology may have the same name.
    metadata: {
      name: chart.topology.owns(namespace) ? `${edge.name}-routes` : `${edge.name}.${chart.topology.name}-routes`,
      namespace,
    },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: edge.namespace }],
      to: chart.topology.owns(namespace)
        ? [{ group: '', kind: 'Service' }]
        : services.flatMap(serviceNamesOf).map(name => ({ group: '', kind: 'Service', name })),
    },
  });
}

function serviceNamesOf(service: Service): string[] {
  return service.routesByVersion
    ? [service.name, ...[...service.versions.values()].map(version => version.deploymentName)]
    : [service.name];
}

/** An HTTPRoute has no subsets, so each version gets its own Service. */
function renderVersionServices(chart: TopologyChart, service: Service): void {
  const scope = chart.scopeOf(service);
  for (const version of service.versions.values()) {
    const id = `service-${version.name}`;
    if (!scope.node.tryFindChild(id)) {
      renderService(scope, id, service, version.deploymentName, { ...service.selector, version: version.name });
    }
  }
}

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
  requestValidation: BY_API,
  cacheTtl: BY_API,
  grpcMethod: 'A filter of the listener transcodes requests.',
} satisfies Comparison<keyof RouteProps | 'service', Route>;

/** Routes that differ only in their operation share a rule. */
function rulesOf(edge: Edge, routes: readonly Route[], paths: PathMatches): Rule[] {
  const groups = new Map<string, Route[]>();
  for (const route of routes) {
    const key = comparisonKey<Route>(OF_RULES, route);
    groups.set(key, [...(groups.get(key) ?? []), route]);
  }
  return [...groups.values()]
    .flatMap(group => inChunks(group, MATCHES_IN_A_RULE))
    .flatMap(each => rulesOfRoutes(edge, each, paths));
}

function rulesOfRoutes(edge: Edge, routes: Route[], paths: PathMatches): Rule[] {
  const [{ service, port, timeout } = never()] = routes;
  const matches = routes.map(route => operationMatch(route, paths));
  const common = (mirror = service.mirror): Rule => {
    const filters = [...mirrorFilter(edge, service, port, mirror), ...corsFilter(edge)];
    return { timeouts: { request: durationOf(timeout) }, filters: filters.length > 0 ? filters : undefined };
  };
  const preflights = edge.cors ? preflightMatches(routes, paths) : [];
  return [
    ...service.headerRoutes.map(route => ({
      matches: routes.map(each => ({
        ...operationMatch(each, paths),
        headers: [headerMatch(edge, route, each)],
      })),
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
    routes.filter(({ operation }) => operation.method).map(route => [route.operation.path.text, route]),
  );
  return [...byPath.values()].map(route => ({
    ...operationMatch(route, paths),
    method: 'OPTIONS' as const,
    headers: PREFLIGHT,
  }));
}

function corsFilter(edge: Edge): Filter[] {
  const { cors } = edge;
  return cors
    ? [
        {
          type: 'CORS',
          cors: {
            allowOrigins: cors.origins,
            allowMethods: methodsOf(edge) as Cors['allowMethods'],
            allowHeaders: headersOf(cors),
            exposeHeaders: cors.exposedHeaders,
            allowCredentials: cors.credentials,
            maxAge: cors.maxAge?.toSeconds(),
          },
        },
      ]
    : [];
}

/** The CRD has whole percentages only, and fractions for others. */
function mirrorFilter(edge: Edge, service: Service, port: Port, mirror: Mirror | undefined): Filter[] {
  if (!mirror) {
    return [];
  }
  const share = Number.isInteger(mirror.percent)
    ? { percent: mirror.percent }
    : { fraction: { numerator: Math.round(mirror.percent * 10_000), denominator: 1_000_000 } };
  const backendRef = backend(edge, service, port, mirror.version);
  return [{ type: 'RequestMirror', requestMirror: { backendRef, ...share } }];
}

function backends(edge: Edge, service: Service, port: Port, weights = service.weights): Rule['backendRefs'] {
  const [only] = weights;
  return weights.length === 0
    ? [backend(edge, service, port)]
    : weights.length === 1 && weights !== service.weights
      ? [backend(edge, service, port, only?.version)]
      : integersOf(weights).map(({ version, weight }) => ({ ...backend(edge, service, port, version), weight }));
}

function backend(
  edge: Edge,
  service: Service,
  port: Port,
  version?: Version,
): { name: string; namespace?: string; port: number } {
  const namespace = service.namespace === edge.namespace ? {} : { namespace: service.namespace };
  return { name: version?.deploymentName ?? service.name, ...namespace, port: port.number };
}

function operationMatch(route: Route, paths: PathMatches): Match {
  return { method: route.operation.method as Match['method'], path: paths.of(route) };
}

function headerMatch(
  edge: Edge,
  { match: { header, kind, value } }: HeaderRoute,
  route: Route,
): NonNullable<Match['headers']>[number] {
  if (kind === 'exact' && !hasRivalOfOneMethod(edge, route)) {
    return { type: 'Exact', name: header, value };
  }
  const regex =
    kind === 'regex' ? value : `${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${kind === 'prefix' ? '.*' : ''}`;
  return { type: 'RegularExpression', name: header, value: regex };
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

function inChunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function never(): never {
  throw new Error('A group of routes is empty.');
}
