import { type ConnectionRoute, type Edge, ValidationError } from '../topology';
import type { TopologyChart } from './chart';
import { connectionListener } from './edge-listeners';
import { renderVersionServices, serviceNamesOf } from './edge-routes';
import { ReferenceGrant, TcpRoute, TlsRoute } from './gateway-api';
import { backends } from './route-backends';

/** The TLSRoutes and TCPRoutes of an edge, each with the grant that it needs in another namespace. */
export function renderConnectionRoutes(chart: TopologyChart, edge: Edge): void {
  for (const connection of edge.connections) {
    const { host, service, port } = connection;
    requireWeights(connection);
    if (service.routesByVersion) {
      renderVersionServices(chart, service);
    }
    const name = `${edge.name}-${connectionListener(connection)}`;
    const scope = chart.scopeOf(edge);
    const metadata = { name, namespace: edge.namespace };
    const parentRefs = [{ name: edge.name, sectionName: connectionListener(connection) }];
    const namespace = service.namespace === edge.namespace ? undefined : service.namespace;
    const rules = [{ backendRefs: backends(edge, service, port) ?? [] }];
    if (host === undefined) {
      new TcpRoute(scope, `route:${name}`, { metadata, spec: { parentRefs, rules } });
    } else {
      new TlsRoute(scope, `route:${name}`, { metadata, spec: { parentRefs, hostnames: [host], rules } });
    }
    if (namespace !== undefined) {
      new ReferenceGrant(scope, `grant-${name}`, {
        metadata: { name: `${name}.${chart.topology.name}`, namespace },
        spec: {
          from: [
            {
              group: 'gateway.networking.k8s.io',
              kind: host === undefined ? 'TCPRoute' : 'TLSRoute',
              namespace: edge.namespace,
            },
          ],
          to: serviceNamesOf(service).map(name => ({ group: '', kind: 'Service', name })),
        },
      });
    }
  }
}

/** Connections have weights, and nothing that rules for requests match. */
function requireWeights({ path, service }: ConnectionRoute): void {
  if (service.routesByVersion && service.weights.length < 2) {
    throw new ValidationError({
      code: 'SplitConnections',
      path,
      summary: `${service.name} has rules for requests by version, and the gateway forwards connections to all of its pods.`,
      fix: 'Split all connections by weight, or forward them to a service without rules for requests.',
    });
  }
}
