import type { IGateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import { ANY_HOST, type ConnectionRoute, type Edge, ValidationError } from '../topology';
import { certificatesOf } from './edge-certificates';
import type { SpecOf } from './resource';
import { edgesBeside, sharedListeners } from './shared-gateways';
import type { Labels } from './topology-chart';

type Listener = SpecOf<IGateway>['listeners'][number];

/** The CRD of Gateways allows 64 listeners. @see https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec */
const MOST_LISTENERS = 64;

/**
 * The listeners for an edge: port 80, with TLS also port 443. Hosts that share a certificate share a listener
 * without a host name, since clients reuse an HTTP/2 connection for all hosts of a certificate.
 *
 * @param tlsOptions options of the implementation, for listeners with TLS
 */
function edgeListeners(edge: Edge, tlsOptions?: Labels): Listener[] {
  if (edge.gateway) {
    return sharedListeners(edgesBeside(edge), [edge], tlsOptions);
  }
  const allowedRoutes = { namespaces: { from: 'Same' as const } };
  return [
    { name: 'http', port: 80, protocol: 'HTTP', hostname: onlyOne(edge.hosts), allowedRoutes },
    ...certificatesOf(edge).map(({ secret, hosts }, index): Listener => ({
      name: index === 0 ? 'https' : `https-${index + 1}`,
      port: 443,
      protocol: 'HTTPS',
      tls: { mode: 'Terminate', certificateRefs: [{ name: secret }], options: tlsOptions },
      hostname: onlyOne(hosts),
      allowedRoutes,
    })),
    ...edge.connections.map((connection): Listener => ({
      name: connectionListener(connection),
      port: connection.gatewayPort,
      protocol: connection.host === undefined ? 'TCP' : 'TLS',
      tls: connection.host === undefined ? undefined : { mode: 'Passthrough' },
      hostname: connection.host,
      allowedRoutes,
    })),
  ];
}

/** The listeners of the Gateway that serves an edge: of a shared one those of all its edges. */
export function gatewayListeners(edge: Edge, tlsOptions?: Labels): Listener[] {
  const edges = edgesBeside(edge);
  const listeners = edge.gateway ? sharedListeners(edges, edges, tlsOptions) : edgeListeners(edge, tlsOptions);
  if (listeners.length > MOST_LISTENERS) {
    throw new ValidationError({
      code: 'OutOfRange',
      path: (edge.gateway ?? edge).path,
      summary: `The gateway would have ${listeners.length} listeners, and a Gateway can have ${MOST_LISTENERS}.`,
      fix: edge.gateway
        ? 'Use wildcards, or declare another gateway for some of the edges.'
        : 'Declare another edge for some of the connections and hosts.',
    });
  }
  return listeners;
}

/** The ports of these listeners, each once. */
export function listenerPorts(edge: Edge): number[] {
  return [...new Set(edgeListeners(edge).map(({ port }) => port))];
}

/** The name of the listener for connections: `tcp-PORT`, or `tls-HOST`. */
export function connectionListener({ host, gatewayPort }: ConnectionRoute): string {
  return host === undefined ? `tcp-${gatewayPort}` : `tls-${host}`;
}

/** The names of the listeners that accept the requests of routes: those with TLS, if the edge has a certificate. */
export function requestListeners(edge: Edge): string[] {
  return namesOf(edge, edge.tlsSecret ? 'HTTPS' : 'HTTP');
}

/** The names of the listeners without TLS, which with a certificate redirect requests. */
export function plainListeners(edge: Edge): string[] {
  return namesOf(edge, 'HTTP');
}

function namesOf(edge: Edge, protocol: string): string[] {
  return edgeListeners(edge)
    .filter(each => each.protocol === protocol)
    .map(each => each.name);
}

/** The host names of its routes; undefined for all hosts. */
export function hostnamesOf({ hosts }: Edge): string[] | undefined {
  return hosts.includes(ANY_HOST) ? undefined : [...hosts];
}

function onlyOne(hosts: readonly string[]): string | undefined {
  return hosts.length === 1 && hosts[0] !== ANY_HOST ? hosts[0] : undefined;
}
