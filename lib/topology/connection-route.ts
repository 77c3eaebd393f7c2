import { type Declaring, requireDeclaring } from './declaring';
import { duplicate } from './duplicate';
import { requireHostName } from './names';
import { requireInteger } from './numbers';
import { type Port, Protocol } from './port';
import type { IEdge } from './references';
import type { Service } from './service';
import { ValidationError } from './validation-error';

/** Properties of a {@link ConnectionRoute}. */
export interface ConnectionRouteProps {
  /**
   * The number of the service's port.
   * @default - its first
   */
  readonly port?: number;
}

/** The connections of an edge that its gateway forwards to a service as they are. */
export class ConnectionRoute {
  /** Where it was declared, for messages. */
  readonly path: string;
  /** The service's port: one of TLS or TCP. */
  readonly port: Port;

  constructor(
    declaring: Declaring,
    edge: IEdge,
    /** The server name (SNI) of the TLS connections; undefined for all connections to the port. */
    readonly host: string | undefined,
    /** The port of the gateway. */
    readonly gatewayPort: number,
    /** The service that terminates the connections. */
    readonly service: Service,
    props: ConnectionRouteProps,
  ) {
    requireDeclaring(declaring, 'ConnectionRoute', 'edge.passthrough(…) or edge.tcp(…)');
    const path = `${edge.path}/${host ?? String(gatewayPort)}`;
    this.path = path;
    this.port = props.port === undefined ? service.firstPort(path) : service.port(props.port, path);
    requireConnections(path, service, this.port, host);
    if (host === undefined) {
      requireFreePort(path, gatewayPort);
    } else {
      requireHostName(path, host);
    }
  }
}

/** What an edge declares that does not apply to connections. */
interface Forwarding {
  readonly hosts: readonly string[];
  readonly connections: readonly ConnectionRoute[];
  readonly front?: { readonly name: string };
  readonly deniedCidrs?: readonly string[];
  readonly trustedProxies?: object;
  readonly gateway?: { readonly path: string };
}

/** Rejects connections that another declaration of the edge contradicts. */
export function requireForwardable(edge: Forwarding, { path, host, gatewayPort, service }: ConnectionRoute): void {
  if (service.isForeign) {
    throw new ValidationError({
      code: 'ForeignService',
      path,
      summary: `The policies of ${service.name} belong to the owner of namespace ${service.namespace}.`,
      fix: 'Declare the edge in the topology of that owner.',
    });
  }
  const isTwin = (other: ConnectionRoute) => other.gatewayPort === gatewayPort && other.host === host;
  if (edge.connections.some(isTwin) || (host !== undefined && edge.hosts.includes(host))) {
    throw duplicate(path, `The edge serves ${host ?? `port ${gatewayPort}`} already.`, 'Keep one of the two.');
  }
  if (edge.front) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `The front of the edge, ${edge.front.name}, forwards requests only, so connections would bypass it.`,
      fix: 'Declare another edge for connections.',
    });
  }
  if (edge.gateway) {
    throw new ValidationError({
      code: 'NotOnSharedGateway',
      path,
      summary: `Connections have no host that distinguishes the edges of the gateway ${edge.gateway.path} for all policies.`,
      fix: 'Declare another edge for connections, with a gateway of its own.',
    });
  }
  if (edge.deniedCidrs && edge.trustedProxies) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        'A connection through a trusted proxy has the address of the proxy and no `x-forwarded-for`, so an address of '
        + '`deniedCidrs` would be allowed.',
      fix: 'Declare another edge for connections.',
    });
  }
}

function requireConnections(path: string, service: Service, { protocol, number }: Port, host?: string): void {
  const suitable = host === undefined ? [Protocol.TCP, Protocol.TLS] : [Protocol.TLS];
  if (!suitable.includes(protocol)) {
    throw new ValidationError({
      code: 'NoConnections',
      path,
      summary:
        `Port ${number} of ${service.name} uses ${protocol}, and the gateway forwards `
        + (host === undefined ? 'connections as they are.' : 'TLS connections, which the service terminates.'),
      fix: `Route to a port declared as ${suitable.join(' or ')}${host === undefined ? ', or use `edge.route(…)`' : ''}.`,
    });
  }
}

/** The ports for requests, and those that the proxies of both gateways use themselves. */
function requireFreePort(path: string, port: number): void {
  requireInteger(path, 'The port of the gateway', port, 1, 65_535);
  const isTaken =
    port === 80
    || port === 443
    || port === 10_080
    || port === 10_443
    || (port >= 15_000 && port < 15_100)
    || (port >= 19_000 && port < 19_100);
  if (isTaken) {
    throw new ValidationError({
      code: 'ReservedPort',
      path,
      summary: `The gateway uses port ${port} itself.`,
      fix: 'Use another port of the gateway; that of the service can be any.',
    });
  }
}
