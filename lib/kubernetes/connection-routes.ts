import { type ConnectionRoute, type Edge, ValidationError } from '../topology';
import type { TopologyChart } from './chart';
import { connectionListener } from './edge-listeners';
import { ReferenceGrant, TcpRoute, TlsRoute } from './gateway-api';

/** The TLSRoutes and TCPRoutes of an edge, each with the grant that it needs in another namespace. */
export function renderConnectionRoutes(chart: TopologyChart, edge: Edge): void {
  for (const connection of edge.connections) {
    const { host, service, port } = connection;
    requireUnsplit(connection);
    const name = `${edge.name}-${connectionListener(connection)}`;
    const scope = chart.scopeOf(edge);
    const metadata = { name, namespace: edge.namespace };
    const parentRefs = [{ name: edge.name, sectionName: connectionListener(connection) }];
    const namespace = service.namespace === edge.namespace ? undefined : service.namespace;
    const rules = [{ backendRefs: [{ name: service.name, namespace, port: port.number }] }];
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
          to: [{ group: '', kind: 'Service', name: service.name }],
        },
      });
    }
  }
}

function requireUnsplit({ path, service }: ConnectionRoute): void {
  if (service.routesByVersion) {
    throw new ValidationError({
      code: 'SplitConnections',
      path,
      summary: `${service.name} is routed by version, and the gateway forwards connections to all of its pods.`,
      fix: 'Remove the split, or forward the connections to a service without one.',
    });
  }
}
