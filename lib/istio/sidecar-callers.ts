import { type Call, callPolicyKey, type Callee, Service, type Topology, ValidationError } from '../topology';
import type { Waypoints } from './waypoints';

/**
 * Throws for calls between the two parts of a mesh for which nothing would apply what is declared: sidecars pass
 * waypoints by, and ztunnel, which callers in ambient mode have, applies no routes. HTTPRoutes and DestinationRules
 * apply at sidecars as at waypoints.
 */
export function requireMixable(topology: Topology, waypoints: Waypoints): void {
  requireKnown(topology, waypoints.sidecarNamespaces);
  for (const callee of [...topology.services, ...topology.externals]) {
    for (const call of callee.incomingCalls.filter(({ caller }) => caller.inMesh)) {
      requireApplied(call, callee, waypoints);
    }
  }
}

function requireApplied(call: Call, callee: Callee, waypoints: Waypoints): void {
  const isFromSidecar = waypoints.hasSidecar(call.caller);
  const isToSidecar = callee instanceof Service && waypoints.hasSidecar(callee);
  if (isFromSidecar === isToSidecar || (callee instanceof Service && !callee.inMesh)) {
    return;
  }
  const lost = isFromSidecar ? enforcedForRequests(call, callee) : appliedByCallers(call, callee);
  if (lost.length > 0) {
    const [moved, other] = isFromSidecar ? [call.caller, callee] : [callee, call.caller];
    throw new ValidationError({
      code: 'Contradiction',
      path: `${call.caller.path} → ${callee.name}`,
      summary: isFromSidecar
        ? `${call.caller.name} has a sidecar, which passes the waypoint of ${callee.name} by: nothing would enforce ${lost.join(', ')}.`
        : `${callee.name} has sidecars and ${call.caller.name} is in ambient mode, where no proxy of the caller applies ${lost.join(', ')}.`,
      fix: `Move namespace ${moved.namespace} to ambient mode before ${other.namespace}, or both together.`,
    });
  }
}

/** What a waypoint enforces for a call, and the sidecar of the caller does not. */
function enforcedForRequests(call: Call, callee: Callee): string[] {
  if (!(callee instanceof Service)) {
    return call.allowedOperations ? ['its allowed operations'] : [];
  }
  const { objects, auth } = callee;
  return named([
    ['mutual TLS, since it is headless', objects.headless],
    ['its allowed operations', call.allowedOperations],
    ['denied operations', objects.deniedOperations],
    ['token verification', auth],
    ['service level objectives', objects.slo ?? call.slo],
    ['telemetry', objects.telemetry],
    ['extensions of its proxy', objects.proxyExtensions],
  ]);
}

/** What the proxy of a caller applies, and ztunnel does not. */
function appliedByCallers(call: Call, callee: Callee): string[] {
  return callee instanceof Service
    ? named([
        ['its timeout, header changes or rewrites', callPolicyKey(call.policy) !== callPolicyKey({})],
        ['routing by version', callee.routesByVersion],
        ['routing by header', callee.headerRoutes.length > 0],
        ['a circuit breaker', callee.circuitBreaker],
        ['load balancing settings', callee.loadBalancing],
        // Of callers and gateways, sidecars count the requests, and of callers in ambient mode waypoints do.
        ['service level objectives', callee.objects.slo ?? call.slo],
      ])
    : [];
}

function named(declared: readonly (readonly [string, unknown])[]): string[] {
  return declared.flatMap(([name, value]) => (value ? [name] : []));
}

function requireKnown({ services, externals, ownNamespaces }: Topology, namespaces: readonly string[]): void {
  const known = [...ownNamespaces, ...[...services, ...externals].map(each => each.namespace)];
  const callers = services.flatMap(({ incomingCalls }) => incomingCalls.map(({ caller }) => caller.namespace));
  const unknown = namespaces.find(each => ![...known, ...callers].includes(each));
  if (unknown !== undefined) {
    throw new ValidationError({
      code: 'NoEffect',
      path: 'Mesh.ambient',
      summary: `\`sidecars\` of Mesh.ambient names namespace ${unknown}, in which the topology has and calls no service.`,
      fix: `Use ${[...new Set(known)].sort().join(', ')}, or remove it.`,
    });
  }
}
