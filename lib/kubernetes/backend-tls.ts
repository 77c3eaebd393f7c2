import { type Route, ValidationError } from '../topology';
import type { TopologyChart } from './chart';
import { BackendTlsPolicy } from './gateway-api';

/**
 * The BackendTLSPolicies of the services to which gateways connect by TLS. Each applies to all connections of gateways to
 * the port of a service.
 * @param validate throws for a route that the gateway cannot forward by TLS
 */
export function renderBackendTls(chart: TopologyChart, validate: (route: Route) => void = () => undefined): void {
  const routes = chart.topology.edges.flatMap(edge => edge.routes);
  const done = new Set<string>();
  for (const route of routes.filter(each => each.backendTls)) {
    const { service, port, backendTls } = route;
    const name = `${service.name}-${port.name}`;
    validate(route);
    requireSameTls(route, routes);
    if (!backendTls || done.has(`${service.namespace}/${name}`)) {
      continue;
    }
    done.add(`${service.namespace}/${name}`);
    new BackendTlsPolicy(chart.scopeOf(service), `backend-tls-${port.name}`, {
      metadata: { name, namespace: service.namespace },
      spec: {
        targetRefs: [{ group: '', kind: 'Service', name: service.name, sectionName: port.name }],
        validation: {
          hostname: backendTls.hostname,
          // Istio's proxies send the host name, and verify these names alone.
          subjectAltNames: [{ type: 'Hostname', hostname: backendTls.hostname }],
          ...(backendTls.caConfigMap === undefined
            ? { wellKnownCACertificates: 'System' as const }
            : { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: backendTls.caConfigMap }] }),
        },
      },
    });
  }
}

function requireSameTls(route: Route, routes: readonly Route[]): void {
  const { service, port, backendTls, path } = route;
  const other = routes.find(
    each =>
      each.service === service
      && each.port === port
      && (each.backendTls?.hostname !== backendTls?.hostname
        || each.backendTls?.caConfigMap !== backendTls?.caConfigMap),
  );
  if (other) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `${other.path} has a different \`backendTls\`, and gateways connect to a port of a service in one way.`,
      fix: `Set the same \`backendTls\` on all routes to port ${port.number} of ${service.name}.`,
    });
  }
  if (service.isForeign || service.routesByVersion || service.progressiveRollout) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: service.isForeign
        ? `${service.name} belongs to the topology "${service.topology.name}", which declares how its ports are reached.`
        : `${service.name} is routed by version or has a rollout, and \`backendTls\` applies to its Service alone.`,
      fix: 'Remove `backendTls`, or route to a service of this topology without either.',
    });
  }
}
