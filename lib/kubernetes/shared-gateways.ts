import type { IGateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import { type Edge, type SharedGateway, ValidationError } from '../topology';
import { certificatesOf } from './edge-certificates';
import type { SpecOf } from './resource';
import type { Labels } from './topology-chart';

type Listener = SpecOf<IGateway>['listeners'][number];

/** The edges of the gateway that serves an edge: those of its shared gateway, or itself alone. */
export function edgesBeside(edge: Edge): readonly Edge[] {
  // A gateway of another class cannot serve an edge: the topology rejects it.
  return edge.gateway ? (edge.gateway as SharedGateway).edges : [edge];
}

/** The edge whose settings the gateway has: all of its edges agree in them, those with TLS also in those of TLS. */
export function leadOf({ edges, path }: SharedGateway): Edge {
  const lead = edges.find(({ tlsSecret }) => tlsSecret !== undefined) ?? edges[0];
  if (!lead) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: 'No edge is on the shared gateway, so it would have no listener.',
      fix: 'Declare an edge with `gateway`, or remove the gateway.',
    });
  }
  return lead;
}

/**
 * The listeners of a shared gateway for some of its edges: on port 80 one for each host. On port 443 one for each
 * certificate with a single host, and one without a host name for the certificate of several, also of several edges.
 */
export function sharedListeners(all: readonly Edge[], edges: readonly Edge[], tlsOptions?: Labels): Listener[] {
  const allowedRoutes = { namespaces: { from: 'Same' as const } };
  return [
    ...edges.flatMap(({ hosts }) =>
      hosts.map((host): Listener => {
        return { name: listenerName('http', host), port: 80, protocol: 'HTTP', hostname: host, allowedRoutes };
      }),
    ),
    ...certificatesOfAll(all)
      .filter(each => each.edges.some(edge => edges.includes(edge)))
      .map(({ secret, hosts: [host = '', another] }): Listener => ({
        name: another === undefined ? listenerName('https', host) : 'https',
        port: 443,
        protocol: 'HTTPS',
        tls: { mode: 'Terminate', certificateRefs: [{ name: secret }], options: tlsOptions },
        hostname: another === undefined ? host : undefined,
        allowedRoutes,
      })),
  ];
}

interface SharedCertificate {
  readonly secret: string;
  readonly hosts: string[];
  readonly edges: Edge[];
}

function certificatesOfAll(edges: readonly Edge[]): SharedCertificate[] {
  const bySecret = new Map<string, SharedCertificate>();
  for (const edge of edges) {
    for (const { secret, hosts } of certificatesOf(edge)) {
      const found = bySecret.get(secret) ?? { secret, hosts: [], edges: [] };
      bySecret.set(secret, { secret, hosts: [...found.hosts, ...hosts], edges: [...found.edges, edge] });
    }
  }
  const [first, second] = [...bySecret.values()].filter(({ hosts }) => hosts.length > 1);
  if (first && second) {
    throw new ValidationError({
      code: 'GatewayConflict',
      path: second.edges[0]?.path ?? '',
      summary:
        `"${first.secret}" of ${pathsOf(first)} and "${second.secret}" of ${pathsOf(second)} are certificates of several `
        + 'hosts each: both need the listener without a host name, of which a gateway has one.',
      fix: 'Use a Secret for each host, one for all of these hosts, or a gateway of its own for one of the edges.',
    });
  }
  return [...bySecret.values()];
}

function pathsOf({ edges }: SharedCertificate): string {
  return edges.map(({ path }) => path).join(' and ');
}

/** `http.shop.example`, and for a wildcard `http-wildcard.shop.example`, which is no host's. */
function listenerName(protocol: string, host: string): string {
  return host.startsWith('*.') ? `${protocol}-wildcard.${host.slice(2)}` : `${protocol}.${host}`;
}
