import { type Edge, ForeignService, type Operation, type Port, type Service, type Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** The pods of the gateway of an edge, as a callee sees them. */
export interface GatewayPods {
  readonly edge: Edge;
  readonly namespace: string;
  /** The ServiceAccount, if mutual TLS proves it. */
  readonly serviceAccount?: string;
  readonly labels: { readonly [label: string]: string };
}

/**
 * What the contracts of other topologies do not allow, beyond the calls that fail at their declaration: routes and
 * authorizers of edges, whose gateway depends on the target; callers whose identity the target does not prove; and namespaces of two
 * owners.
 * @param mutualTls whether callers in the mesh prove their ServiceAccount
 */
export function contractedCalls(
  topology: Topology,
  gateways: readonly GatewayPods[],
  mutualTls: boolean,
): SynthesisFinding[] {
  const foreign = topology.services.filter(each => each instanceof ForeignService);
  return [
    ...sharedNamespaces(topology, foreign),
    ...gateways.flatMap(gateway => routesNotAllowed(gateway)),
    ...(mutualTls ? [] : foreign.flatMap(unprovenCallers)),
  ];
}

function sharedNamespaces({ ownNamespaces, name }: Topology, foreign: readonly ForeignService[]): SynthesisFinding[] {
  const shared = new Map(
    foreign.flatMap(({ contract: { data } }) =>
      [...data.namespaces, ...data.services.map(each => each.namespace)]
        .filter(each => ownNamespaces.includes(each))
        .map(each => [each, data.topology] as const),
    ),
  );
  return [...shared].map(([namespace, other]) => ({
    id: 'SharedNamespace',
    severity: Severity.ERROR,
    path: name,
    message: `The namespace ${namespace} belongs to the topology "${other}" too: both would render its policies.`,
    fix: 'Leave the namespace to one of the two.',
  }));
}

/** A connection of a gateway to a service. */
interface GatewayConnection {
  readonly path: string;
  readonly service?: Service;
  readonly port?: Port;
  /** The operations that it uses; undefined for any. */
  readonly operations?: readonly Operation[];
}

function routesNotAllowed({ edge, ...gateway }: GatewayPods): SynthesisFinding[] {
  const connections: GatewayConnection[] = [
    ...edge.routes.map(({ path, service, port, inside }) => ({ path, service, port, operations: [inside] })),
    ...edge.connections,
    ...edge.authorizers.map(({ service, port }) => ({ path: edge.path, service, port })),
  ];
  return connections.flatMap(({ path, service, port, operations }) => {
    const why =
      service instanceof ForeignService && port
        ? service._whyNotAdmitted({ ...gateway, port: port.number, operations })
        : undefined;
    return why ? [{ id: 'RouteNotAdmitted', severity: Severity.ERROR, path, message: why.summary, fix: why.fix }] : [];
  });
}

function unprovenCallers(callee: ForeignService): SynthesisFinding[] {
  return callee.incomingCalls
    .filter(({ caller }) => callee.inMesh && caller.inMesh)
    .map(({ caller }) => ({
      id: 'CallerOutsideMesh',
      severity: Severity.ERROR,
      path: `${caller.path} → ${callee.name}`,
      message: `${callee.name} requires mutual TLS, and this target gives its pods no proxy.`,
      fix: `Render the topology for the mesh, or have the owner allow the pods of ${caller.name} in plaintext.`,
    }));
}
