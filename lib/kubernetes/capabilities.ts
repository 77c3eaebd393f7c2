import { Severity, type SynthesisFinding } from '../checks';
import { type Call, type Edge, ExternalService, meaningOfTerms, type Service, type Topology } from '../topology';
import { Capability } from './capability';
import { neededBy, OF_CALLS, OF_EDGES, OF_ROUTES, OF_SERVICES, when } from './needs';

interface Wish {
  readonly path: string;
  readonly capability: Capability;
}

/** The target or gateway that renders a part of a topology, and its capabilities. */
export interface Abilities {
  readonly name: string;
  readonly capabilities: readonly Capability[];
}

const NO_GATEWAY: Abilities = { name: 'a target without a gateway', capabilities: [] };

/** The features that the topology requires and neither the target nor its gateway supports. */
export function unmetWishes(topology: Topology, mesh: Abilities, gateway: Abilities = NO_GATEWAY): SynthesisFinding[] {
  return [
    ...unmet(topology.services.flatMap(service => [
      ...wishesOfService(service), ...service.outgoingCalls.flatMap(wishesOfCall),
    ]), mesh),
    ...unmet(topology.edges.flatMap(wishesOfEdge), gateway),
  ];
}

function unmet(wishes: readonly Wish[], { name, capabilities }: Abilities): SynthesisFinding[] {
  const can = new Set(capabilities);
  return wishes.filter(wish => !can.has(wish.capability)).map(({ path, capability }) => ({
    id: 'TargetCannot',
    severity: Severity.ERROR,
    path,
    message: `It requires ${capability}, which ${name} does not support.`,
    remedy: OF_MANAGED_APIS.has(capability)
      ? 'Put a managed API in front and set `managed: true`, or remove it.'
      : 'Choose a target that supports it, or remove it.',
  }));
}

/** The features that a managed API in front of an edge provides instead of the gateway in the cluster. */
const OF_MANAGED_APIS = new Set([
  Capability.API_KEYS, Capability.CLIENT_LIMITS, Capability.CLIENT_CERTIFICATES, Capability.FIREWALL, Capability.REQUEST_SHAPES, Capability.CACHING,
]);

function wishesOfEdge(edge: Edge): Wish[] {
  const wishes = wishesAt(edge.path, [
    Capability.EDGES,
    ...neededBy(OF_EDGES, edge),
    ...edge.routes.flatMap(route => neededBy(OF_ROUTES, route)),
  ]);
  return edge.managed ? wishes.filter(({ capability }) => !OF_MANAGED_APIS.has(capability)) : wishes;
}

function wishesOfService(service: Service): Wish[] {
  const distinctTerms = new Set(service.incomingCalls.map(call => meaningOfTerms(call.terms)));
  return wishesAt(service.path, [
    ...neededBy(OF_SERVICES, service),
    ...when(service.circuitBreaker, Capability.CIRCUIT_BREAKING),
    ...when(service.weights.length > 0, Capability.SPLITS),
    ...when(service.headerRoutes.length > 0, Capability.HEADER_ROUTES),
    ...when(service.mirror, Capability.MIRRORING),
    ...when(distinctTerms.size > 1, Capability.TERMS_BY_CALLER),
  ]);
}

function wishesOfCall(call: Call): Wish[] {
  const { caller, callee } = call;
  return wishesAt(`${caller.path} → ${callee.name}`, [
    ...neededBy(OF_CALLS, call),
    ...when(callee instanceof ExternalService, Capability.EGRESS_BY_HOST),
  ]);
}

/** Each capability once, in the order of their declaration. */
function wishesAt(path: string, needed: readonly Capability[]): Wish[] {
  return Object.values(Capability).filter(each => needed.includes(each)).map(capability => ({ path, capability }));
}
