import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import type { Edge, EdgeRule, Service } from '../topology';
import type { TopologyChart } from './chart';
import { elsewhere, hostElsewhere } from './elsewhere';
import { hostnamesOf, plainListeners, requestListeners } from './edge-listeners';
import { HttpRoute, ReferenceGrant } from './gateway-api';
import { inChunks } from './lists';
import type { SpecOf } from './resource';
import { PathMatches, type PathOrder } from './route-order';
import { rulesOfLogin } from './login-routes';
import { rejectUnorderable } from './route-conditions';
import { rulesOf } from './route-rules';
import { RULES_IN_A_ROUTE } from './route-size';
import { renderService } from './workload/service';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];
type Filter = NonNullable<Rule['filters']>[number];

/**
 * The HTTPRoutes of an edge, with TLS also a redirect to HTTPS, and for services routed by version a Service per
 * version.
 * @param groups the routes and redirects that share an HTTPRoute
 * @param order the order in which the gateway compares path matches
 * @returns the names of the HTTPRoutes of each group
 */
export function renderEdgeRoutes(
  chart: TopologyChart,
  edge: Edge,
  groups: readonly (readonly EdgeRule[])[],
  order: PathOrder,
): string[][] {
  const services = [...new Set(edge.routes.map(({ service }) => service))];
  services.filter(each => each.routesByVersion).forEach(service => renderVersionServices(chart, service));
  rejectUnorderable(edge, order);
  const paths = new PathMatches(edge.rules, order);
  let count = 0;
  const names = groups.map(group =>
    inChunks([...rulesOf(edge, group, paths), ...rulesOfLogin(edge, group)], RULES_IN_A_ROUTE).map(rules => {
      const name = ++count === 1 ? edge.name : `${edge.name}-${count}`;
      renderRoute(chart, edge, name, requestListeners(edge), rules);
      return name;
    }),
  );
  if (edge.tlsSecret) {
    const toHttps: Filter = { type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } };
    renderRoute(chart, edge, `${edge.name}-redirect`, plainListeners(edge), [{ filters: [toHttps] }]);
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
  const parentRefs = listeners.map(sectionName => ({ name: edge.gatewayName, sectionName }));
  new HttpRoute(chart.scopeOf(edge), `route:${name}`, {
    metadata: {
      name,
      namespace: edge.namespace,
      ...elsewhere(edge.routes.flatMap(each => hostElsewhere(each.service))),
    },
    spec: { parentRefs, hostnames: hostnamesOf(edge), rules },
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

/** The Services of a service, with those of its versions, or of its rollout. */
export function serviceNamesOf(service: Service): string[] {
  if (service.progressiveRollout) {
    return [service.name, service.progressiveRollout.stableService];
  }
  return service.routesByVersion
    ? [service.name, ...[...service.versions.values()].map(version => version.deploymentName)]
    : [service.name];
}

/** Routes of gateways have no subsets, so each version gets its own Service. */
export function renderVersionServices(chart: TopologyChart, service: Service): void {
  const scope = chart.scopeOf(service);
  for (const version of service.versions.values()) {
    const id = `service-${version.name}`;
    if (!scope.node.tryFindChild(id)) {
      renderService(scope, id, service, version.deploymentName, { ...service.selector, version: version.name });
    }
  }
}
