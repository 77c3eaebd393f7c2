import { createHash } from 'node:crypto';
import type { EdgeGateway, TopologyChart } from '../kubernetes';
import type { Operation } from '../topology';
import { type Port, Protocol, type Service } from '../topology';
import { probesAt } from './probes';
import type { Network } from './resources';

/** A ServiceAccount whose identity mutual TLS proves. */
export interface Identity {
  readonly namespace: string;
  readonly name: string;
}

/** Who may connect to a port, and for what. */
export interface Client {
  /** Its name in messages. */
  readonly title: string;
  /** Its identity; undefined for clients that are known by their addresses. */
  readonly identity?: Identity;
  /** Its addresses, if it has no identity. */
  readonly networks?: readonly Network[];
  /** The only requests that it may send; undefined for all. */
  readonly operations?: readonly Operation[];
}

/** What serves the edges, and where probes come from. */
export interface InboundSettings {
  readonly gateway: EdgeGateway | undefined;
  readonly probeCidrs: readonly string[];
  readonly adminPort: number;
}

const ANYWHERE: readonly Network[] = [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }];

/** The clients of a container port: callers, edges, peers outside the topology, and the kubelet. */
export function clientsOf(chart: TopologyChart, service: Service, target: number, settings: InboundSettings): Client[] {
  const leadsHere = ({ target: number }: Port) => number === target;
  const declared: Client[] = [
    ...service.incomingCalls
      .filter(({ port }) => leadsHere(port))
      .map(({ caller, allowedOperations }) => ({
        title: caller.path,
        ...(caller.inMesh
          ? { identity: { namespace: caller.namespace, name: caller.serviceAccount } }
          : { networks: ANYWHERE }),
        operations: allowedOperations,
      })),
    ...edgesTo(chart, service, leadsHere, settings),
    ...service.allowedPeers
      .filter(({ port }) => leadsHere(port))
      .map(({ peer: { name: title, namespace = '', serviceAccount, addresses }, allowedOperations }) => ({
        title,
        ...(serviceAccount === undefined
          ? { networks: addresses?.map(cidr => ({ cidr })) ?? ANYWHERE }
          : { identity: { namespace, name: serviceAccount } }),
        operations: allowedOperations,
      })),
  ];
  return [...declared, ...kubelets(chart, service, target, declared, settings)];
}

function edgesTo(
  chart: TopologyChart,
  service: Service,
  leadsHere: (port: Port) => boolean,
  { gateway }: InboundSettings,
): Client[] {
  return chart.topology.edges
    .filter(edge => edge.destinations.some(each => each.service === service && leadsHere(each.port)))
    .flatMap(edge =>
      gateway
        ? [
            {
              title: edge.path,
              identity: { namespace: gateway.namespaceOf(edge), name: gateway.serviceAccountOf(edge) },
            },
          ]
        : [],
    );
}

/**
 * The kubelet, where Linkerd does not authorize its probes by itself: at Servers with routes, and those for gRPC.
 * @see https://linkerd.io/2/reference/authorization-policy/#default-authorizations
 */
function kubelets(
  chart: TopologyChart,
  service: Service,
  target: number,
  declared: readonly Client[],
  { probeCidrs }: InboundSettings,
): Client[] {
  const isGrpc = protocolAt(service, target) === Protocol.GRPC;
  const hasRoutes = declared.some(each => each.operations);
  if (!hasRoutes && !isGrpc) {
    return [];
  }
  const operations = probesAt(chart, service, target, isGrpc ? 'grpc' : 'http');
  return operations.length > 0
    ? [{ title: 'the kubelet', networks: probeCidrs.map(cidr => ({ cidr })), operations }]
    : [];
}

/** The protocol that callers use on a container port. */
export function protocolAt({ ports }: Service, target: number): Protocol {
  return ports.find(each => each.target === target)?.protocol ?? Protocol.TCP;
}

/** The identities of clients, each once. */
export function identitiesOf(clients: readonly Client[]): Identity[] {
  return distinct(
    clients.flatMap(({ identity }) => identity ?? []),
    ({ namespace, name }) => `${name}.${namespace}`,
  );
}

/** The addresses of clients without an identity, each once. */
export function networksOf(clients: readonly Client[]): Network[] {
  return distinct(
    clients.flatMap(({ networks }) => networks ?? []),
    ({ cidr }) => cidr,
  );
}

/**
 * A name for what a set of clients is allowed. It depends on the set alone, so that no policy is ever changed to one
 * for other clients.
 */
export function nameFor(server: string, clients: readonly Client[]): string {
  const keys = [
    ...identitiesOf(clients).map(({ namespace, name }) => `${name}.${namespace}`),
    ...networksOf(clients).map(({ cidr }) => cidr),
  ].sort();
  return `${server}.${createHash('sha256').update(JSON.stringify(keys)).digest('hex').slice(0, 8)}`;
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map(each => [keyOf(each), each])).entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, each]) => each);
}
