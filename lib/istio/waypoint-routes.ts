import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import {
  backends,
  gatewayDurationOf,
  headerCondition,
  headerFilters,
  HttpRoute,
  mirrorFilter,
  rejectTooManyRules,
  renderVersionServices,
  type SpecOf,
  TcpRoute,
  type TopologyChart,
} from '../kubernetes';
import {
  type Callee,
  type CallPolicy,
  ExternalService,
  type HeaderMatch,
  type Mirror,
  type Port,
  Protocol,
  Service,
  ValidationError,
  type Weight,
} from '../topology';
import { renderServiceEntry } from './external';
import { renderVersionRules } from './ingress';
import { operationsOn } from './operations';
import { AuthorizationPolicy, DestinationRule } from './resources';
import { trafficPolicyOf } from './traffic-policy';
import { hasCallPolicy, WAYPOINT, type Waypoints } from './waypoints';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];
type Filter = NonNullable<Rule['filters']>[number];
type ParentRefs = NonNullable<SpecOf<IHTTPRoute>['parentRefs']>;
type Principal = (namespace: string, serviceAccount: string) => string;

/**
 * For each callee with a waypoint the routes that it applies to all requests for the callee, and the limits of its
 * connections. An external service is one of the waypoint only: pods connect to no host outside by themselves.
 * @see https://gateway-api.sigs.k8s.io/mesh/
 */
export function renderWaypointRoutes(chart: TopologyChart, waypoints: Waypoints, principal: Principal): void {
  for (const external of chart.topology.externals) {
    renderExternal(chart, waypoints, external, principal);
  }
  for (const service of chart.topology.services.filter(each => waypoints.hasRules(each))) {
    if (service.routesByVersion) {
      renderVersionServices(chart, service);
    }
    renderVersionRules(chart, [service]);
    renderRoutes(chart, service);
  }
}

function renderRoutes(chart: TopologyChart, callee: Callee): void {
  const { name, namespace, host } = callee;
  const scope = chart.scopeOf(callee);
  const trafficPolicy = trafficPolicyOf(callee);
  if (trafficPolicy) {
    new DestinationRule(scope, 'destination-rule', { metadata: { name, namespace }, spec: { host, trafficPolicy } });
  }
  for (const [index, port] of callee.ports.entries()) {
    const metadata = { name: index === 0 ? name : `${name}-${port.number}`, namespace };
    const id = `route:${port.number}`;
    const parentRefs = parentOf(callee, port);
    if (port.carriesRequests) {
      const rules = rulesOn(callee, port);
      rejectTooManyRules(callee.path, rules, 'an HTTPRoute');
      if (rules.length > 0) {
        new HttpRoute(scope, id, { metadata, spec: { parentRefs, rules } });
      }
    } else if (port.protocol === Protocol.TCP && callee instanceof Service && callee.weights.length > 1) {
      const rules = [{ backendRefs: backends(callee, callee, port) ?? [] }];
      new TcpRoute(scope, id, { metadata, spec: { parentRefs, rules } });
    }
  }
}

function parentOf(callee: Callee, { number: port }: Port): ParentRefs {
  return callee instanceof ExternalService
    ? [{ group: 'networking.istio.io', kind: 'ServiceEntry', name: callee.name, port }]
    : [{ group: '', kind: 'Service', name: callee.name, port }];
}

/** The rules for one port; none if nothing is declared of its requests. */
function rulesOn(callee: Callee, port: Port): Rule[] {
  const calls = callee.incomingCalls.filter(call => call.port === port);
  const policy = calls[0]?.policy ?? {};
  if (!(callee instanceof Service)) {
    return calls.length > 0 && hasCallPolicy(callee)
      ? rulesUnder(policy, undefined, externalBackends(callee, port), [])
      : [];
  }
  const { headerRoutes, weights, mirror } = callee;
  const to = (share: readonly Weight[]): Rule['backendRefs'] => backends(callee, callee, port, share);
  const mirrored = (target: Mirror | undefined): Filter[] => mirrorFilter(callee, callee, port, target);
  if (headerRoutes.length + weights.length === 0 && !mirror && !(calls.length > 0 && hasCallPolicy(callee))) {
    return [];
  }
  return [
    ...headerRoutes.flatMap(route =>
      rulesUnder(
        policy,
        route.match,
        to(route.weights.length > 0 ? route.weights : weights),
        mirrored(route.mirror ?? mirror),
      ),
    ),
    ...rulesUnder(policy, undefined, to(weights), mirrored(mirror)),
  ];
}

function externalBackends({ host }: Callee, { number: port }: Port): Rule['backendRefs'] {
  return [{ group: 'networking.istio.io', kind: 'Hostname', name: host, port }];
}

/** A rule under the policy of the calls; with a rewritten prefix two, since other paths stay as they are. */
function rulesUnder(
  { timeout, headers, rewrite }: CallPolicy,
  match: HeaderMatch | undefined,
  backendRefs: Rule['backendRefs'],
  mirrors: readonly Filter[],
): Rule[] {
  const conditions = match ? { headers: [headerCondition(match, false)] } : {};
  const rule = (path: object, urlRewrite: Filter['urlRewrite']): Rule => {
    const filters = [
      ...mirrors,
      ...(urlRewrite ? [{ type: 'URLRewrite' as const, urlRewrite }] : []),
      ...headerFilters(headers),
    ];
    const matched = { ...path, ...conditions };
    return {
      ...(Object.keys(matched).length > 0 ? { matches: [matched] } : {}),
      ...(filters.length > 0 ? { filters } : {}),
      backendRefs,
      ...(timeout ? { timeouts: { request: gatewayDurationOf(timeout) } } : {}),
    };
  };
  const toHost = rewrite?.host === undefined ? {} : { hostname: rewrite.host };
  const plain = rule({}, rewrite?.host === undefined ? undefined : toHost);
  if (!rewrite?.pathPrefix) {
    return [plain];
  }
  const { from, to } = rewrite.pathPrefix;
  const replaced = { ...toHost, path: { type: 'ReplacePrefixMatch' as const, replacePrefixMatch: to } };
  return [rule({ path: { type: 'PathPrefix', value: from } }, replaced), ...(from === '/' ? [] : [plain])];
}

/** The ServiceEntry of an external service at the waypoint, and the policy that allows each caller its operations. */
function renderExternal(
  chart: TopologyChart,
  waypoints: Waypoints,
  external: ExternalService,
  principal: Principal,
): void {
  const { name, namespace, incomingCalls, path, host, addresses } = external;
  if (addresses ?? host.startsWith('*')) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'Its host is a pattern, or it has addresses: a waypoint resolves external services by one name.',
      fix: 'Declare an external service for each host, without `addresses`, or use Mesh.istio().',
    });
  }
  const namespaces = new Set(incomingCalls.map(({ caller }) => caller.namespace));
  renderServiceEntry(chart, external, ['.', ...[...namespaces].filter(each => each !== namespace)]);
  if (waypoints.hasRules(external)) {
    renderRoutes(chart, external);
  }
  if (!waypoints.isBefore(external)) {
    return;
  }
  chart.object('ServiceEntry', name, namespace).metadata.addLabel('istio.io/use-waypoint', WAYPOINT);
  new AuthorizationPolicy(chart.scopeOf(external), 'waypoint-policy', {
    metadata: { name: `${name}.waypoint`, namespace },
    spec: {
      targetRefs: waypoints.targetRefs(external),
      action: 'ALLOW',
      rules: incomingCalls
        .filter(({ caller }) => !waypoints.hasSidecar(caller))
        .map(({ caller, port, allowedOperations }) => ({
          from: [{ source: { principals: [principal(caller.namespace, caller.serviceAccount)] } }],
          to: operationsOn(port, allowedOperations, port.number),
        })),
    },
  });
}
