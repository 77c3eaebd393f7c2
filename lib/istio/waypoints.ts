import { type ProxyPods, type Tunnel } from '../kubernetes';
import {
  type Callee,
  callPolicyKey,
  Edge,
  ExternalService,
  type IService,
  Service,
  type Topology,
  ValidationError,
} from '../topology';

/** The name of the waypoint of a namespace: of its Gateway, its Deployment, its Service and its ServiceAccount. */
export const WAYPOINT = 'waypoint';

/** @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
const HBONE = 15008;

/** What a policy attaches to, instead of pods by their labels. */
export interface TargetRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * Which callees have a waypoint, and what passes it. A waypoint serves a namespace, for those of its services for which
 * something is declared that ztunnel does not enforce, since it does not read requests.
 * @see https://istio.io/latest/docs/ambient/usage/l4-policy/
 */
export class Waypoints implements Tunnel {
  readonly port = HBONE;

  /** @param sidecarNamespaces the namespaces whose pods have sidecars, which pass waypoints by */
  constructor(readonly sidecarNamespaces: readonly string[] = []) {}

  /** Whether the pods of a service have sidecars. */
  hasSidecar({ inMesh, namespace }: Pick<IService, 'inMesh' | 'namespace'>): boolean {
    return inMesh && this.sidecarNamespaces.includes(namespace);
  }

  /**
   * Whether connections to the pods of a callee are HBONE: those of the mesh, unless both ends have sidecars. Gateways
   * use mutual TLS where a pod has a sidecar.
   * @see https://github.com/istio/istio/blob/master/pilot/pkg/xds/endpoints/endpoint_builder.go
   */
  carriesTo(callee: Callee, caller?: IService): boolean {
    return (
      callee instanceof Service
      && callee.inMesh
      && !callee.objects.machines
      && !(this.hasSidecar(callee) && (!caller || this.hasSidecar(caller)))
    );
  }

  /** Sidecars accept HBONE besides mutual TLS. */
  acceptsBoth(service: Service): boolean {
    return this.hasSidecar(service);
  }

  /** The waypoint that connections to a callee pass. Of services of other topologies it is the one they would have. */
  proxyBefore(callee: Callee, from?: Edge | IService): ProxyPods | undefined {
    const edge = from instanceof Edge ? from : undefined;
    if (from && !(from instanceof Edge) && this.hasSidecar(from)) {
      return undefined;
    }
    const isPassed = edge ? callee instanceof Service && this.isPassedByEdges(callee) : this.isBefore(callee);
    const ofOther = callee instanceof Service && callee.isForeign && callee.inMesh && !this.hasSidecar(callee);
    return isPassed || ofOther
      ? {
          name: WAYPOINT,
          namespace: callee.namespace,
          labels: { 'gateway.networking.k8s.io/gateway-name': WAYPOINT },
        }
      : undefined;
  }

  /** Whether requests to a callee pass a waypoint. */
  isBefore(callee: Callee): boolean {
    return callee instanceof ExternalService
      ? callee.incomingCalls.some(({ caller }) => caller.inMesh && !this.hasSidecar(caller))
      : this.hasRules(callee) && !(callee instanceof Service && this.hasSidecar(callee));
  }

  /** Whether something is declared of a callee that a waypoint enforces, or the sidecars of both ends. */
  hasRules(callee: Callee): boolean {
    return reasonsForWaypoint(callee).length > 0;
  }

  /**
   * Whether the requests of edges to a service pass its waypoint as well, by `istio.io/ingress-use-waypoint`: only where
   * it enforces more than their gateway, which verifies the operations and the caller of each request itself.
   */
  isPassedByEdges(service: Service): boolean {
    const { deniedOperations, proxyExtensions = [] } = service.objects;
    return (
      this.isBefore(service)
      && edgesTo(service).length > 0
      && (service.auth !== undefined || deniedOperations !== undefined || proxyExtensions.length > 0)
    );
  }

  /**
   * What policies for the requests of a callee attach to. Gateways route to the Services of its versions, so that these
   * are guarded where requests of edges pass the waypoint.
   */
  targetRefs(callee: Callee): TargetRef[] {
    if (callee instanceof ExternalService) {
      return [{ group: 'networking.istio.io', kind: 'ServiceEntry', name: callee.name }];
    }
    return this.servicesOf(callee).map(name => ({ group: '', kind: 'Service', name }));
  }

  /** The names of the Services of a callee with a waypoint. */
  servicesOf(callee: Callee): string[] {
    const isRoutedByGateway = callee instanceof Service && callee.routesByVersion && this.isPassedByEdges(callee);
    const versions = isRoutedByGateway ? [...callee.versions.values()].map(each => each.deploymentName) : [];
    return [callee.name, ...versions];
  }

  /** The namespaces of a topology with a waypoint. */
  namespacesIn({ services, externals }: Topology): string[] {
    const callees = [...services, ...externals].filter(each => this.isBefore(each));
    return [...new Set(callees.map(each => each.namespace))];
  }
}

/** What is declared of a callee that only a waypoint enforces; empty if ztunnel does. */
function reasonsForWaypoint(callee: Callee): string[] {
  if (callee instanceof ExternalService) {
    return callee.incomingCalls.some(({ caller }) => caller.inMesh) ? ['calls by host name'] : [];
  }
  if (!(callee instanceof Service) || !callee.inMesh || callee.isForeign) {
    return [];
  }
  const { incomingCalls, allowedPeers, objects } = callee;
  const declared: readonly (readonly [string, unknown])[] = [
    ['allowed operations', [...incomingCalls, ...allowedPeers].some(each => each.allowedOperations)],
    ['denied operations', objects.deniedOperations],
    ['call policies', hasCallPolicy(callee)],
    ['token verification', callee.auth],
    ['routing by version', callee.routesByVersion],
    ['routing by header', callee.headerRoutes.length > 0],
    ['a circuit breaker', callee.circuitBreaker],
    ['load balancing settings', callee.loadBalancing],
    ['service level objectives', objects.slo ?? incomingCalls.some(({ slo }) => slo)],
    ['telemetry', objects.telemetry],
    ['extensions of its proxy', objects.proxyExtensions],
  ];
  return declared.flatMap(([reason, value]) => (value ? [reason] : []));
}

/** Whether calls of a service have a timeout, header changes or other terms. */
export function hasCallPolicy({ incomingCalls }: Callee): boolean {
  return incomingCalls.some(({ policy }) => callPolicyKey(policy) !== callPolicyKey({}));
}

function edgesTo(service: Service): readonly Edge[] {
  const { edges } = service.topology as Topology;
  return edges.filter(edge => edge.destinations.some(each => each.service === service));
}

/** Throws for what is declared and would pass a waypoint by, or could not be declared at one. */
export function requireEnforceable(topology: Topology, waypoints: Waypoints): void {
  for (const service of topology.services.filter(each => waypoints.isBefore(each))) {
    const reasons = reasonsForWaypoint(service).join(', ');
    const refuse = (summary: string, fix: string): never => {
      throw new ValidationError({ code: 'Contradiction', path: service.path, summary, fix });
    };
    if (!topology.owns(service.namespace)) {
      refuse(
        `It needs a waypoint (${reasons}), and namespace ${service.namespace} is not the topology's, so it has none.`,
        'Declare it in a namespace of the topology, remove what needs the waypoint, or use Mesh.istio().',
      );
    }
    if (service.hasService) {
      refuse(
        `It needs a waypoint (${reasons}), and other manifests declare its Service, whose label would select it.`,
        'Declare the service with its Service in the topology, or use Mesh.istio().',
      );
    }
    if (service.objects.headless) {
      refuse(
        `It needs a waypoint (${reasons}), and callers of a headless service connect to its pods, past the waypoint.`,
        'Remove `headless`, or use Mesh.istio().',
      );
    }
    const plaintext = service.allowedPeers.find(each => each.plaintext);
    if (plaintext && (service.auth ?? plaintext.allowedOperations ?? service.objects.deniedOperations)) {
      refuse(
        `${plaintext.peer.name} connects without mutual TLS, so past the waypoint that enforces ${reasons}.`,
        'Give the peer a port of another service, or use Mesh.istio().',
      );
    }
    const readsPaths = service.auth ?? service.objects.deniedOperations;
    if (service.incomingCalls.some(({ policy: { rewrite } }) => rewrite?.pathPrefix && readsPaths)) {
      refuse(
        'Its policies see the path before a call rewrites it: a waypoint evaluates them before its routes.',
        'Remove the rewrite or the rules for paths, or use Mesh.istio().',
      );
    }
    if (hasCallPolicy(service)) {
      const [peer] = service.allowedPeers.filter(each => each.peer.hasIdentity);
      const [edge] = waypoints.isPassedByEdges(service) && !service.routesByVersion ? edgesTo(service) : [];
      const other = peer?.peer.name ?? edge?.path;
      if (other !== undefined) {
        refuse(
          `The timeout, header changes or rewrites of its calls would also apply to requests of ${other}: a route at a `
            + 'waypoint does not match callers.',
          'Remove them, declare a service of its own for one of both, or use Mesh.istio().',
        );
      }
    }
  }
  topology.services.filter(each => !each.inMesh || each.isForeign).forEach(requireNothingOfCallers);
  topology.externals.forEach(requireOneWaypoint);
}

/** What the proxy of a caller would do has no place without one, where the callee has no waypoint of the topology. */
function requireNothingOfCallers(service: Service): void {
  const { path, inMesh, circuitBreaker, loadBalancing, isForeign } = service;
  const declared = service.incomingCalls.some(({ slo }) => slo)
    ? 'the service level objectives of its calls'
    : hasCallPolicy(service)
      ? 'the timeout, header changes or rewrites of its calls'
      : circuitBreaker
        ? 'its circuit breaker'
        : loadBalancing
          ? 'its load balancing settings'
          : !isForeign && (service.routesByVersion || service.headerRoutes.length > 0)
            ? 'its routing by version'
            : undefined;
  if (declared !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `It has no waypoint, as ${inMesh ? 'its owner declares it' : 'its pods are outside the mesh'}, so nothing applies ${declared}.`,
      fix: 'Remove them, or use Mesh.istio(), where the proxies of the callers do.',
    });
  }
}

function requireOneWaypoint({ path, incomingCalls, tlsOrigination }: ExternalService): void {
  if (tlsOrigination?.secret !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'Its client certificate is in a Secret that proxies mount, and a waypoint mounts no Secrets.',
      fix: 'Originate TLS in the callers, or use Mesh.istio().',
    });
  }
  if (new Set(incomingCalls.map(({ policy }) => callPolicyKey(policy))).size > 1) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        'Its calls have different timeouts, header changes or rewrites, and a route at a waypoint does not match callers.',
      fix: 'Declare the same for all of them, an external service for each, or use Mesh.istio().',
    });
  }
  if (
    incomingCalls.some(({ caller }) => !caller.inMesh)
    && incomingCalls.some(({ policy }) => callPolicyKey(policy) !== callPolicyKey({}))
  ) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        'Callers outside the mesh pass its waypoint by, which applies the timeout, header changes or rewrites of its calls.',
      fix: 'Remove them, or add the callers to the mesh.',
    });
  }
}
