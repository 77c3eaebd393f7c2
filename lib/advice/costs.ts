import type { Service, Topology } from '../topology';

/** What the proxies and the control plane of a tier reserve on the nodes, by the requests of their containers. */
export interface TierCost {
  /** The proxies beside or in front of pods; the gateway of the edges, which each tier has, is not among them. */
  readonly proxies: number;
  /** CPU in cores, of the proxies and the control plane. */
  readonly cpu: number;
  /** Memory in MiB, of the proxies and the control plane. */
  readonly memory: number;
}

interface Share {
  readonly count: number;
  /** CPU in thousandths of a core. */
  readonly cpu: number;
  /** Memory in MiB. */
  readonly memory: number;
}

/**
 * The requests in the values of Istio's charts.
 * @see https://github.com/istio/istio/tree/master/manifests/charts
 */
const ISTIOD = { cpu: 500, memory: 2048 };
const ISTIO_PROXY = { cpu: 100, memory: 128 };
const ZTUNNEL = { cpu: 200, memory: 512 };
const CNI = { cpu: 100, memory: 100 };

/**
 * The requests in the values of Linkerd's charts for high availability: three replicas of three pods, with the containers
 * of the destination controller, the validator of profiles, the proxy injector and the identity controller.
 * @see https://github.com/linkerd/linkerd2/blob/main/charts/linkerd-control-plane/values-ha.yaml
 */
const LINKERD_PROXY = { cpu: 100, memory: 20 };
const LINKERD_CONTROL_PLANE = { cpu: 400, memory: 160 };
const LINKERD_REPLICAS = 3;
const LINKERD_PODS = 3;

/** The replicas of a waypoint, and of istiod. */
const REPLICAS = 2;

/** No proxies, and no control plane. */
export const NO_COST: TierCost = { proxies: 0, cpu: 0, memory: 0 };

/** A proxy for each pod in the mesh. */
export function costOfSidecars(topologies: readonly Topology[], nodes: number): TierCost {
  const services = topologies.flatMap(topology => topology.services);
  return costOfProxies(services.reduce((sum, service) => sum + podsOf(service, nodes), 0));
}

/** A proxy of Linkerd for each pod in the mesh, and the control plane with its own. */
export function costOfLinkerd(topologies: readonly Topology[], nodes: number): TierCost {
  const services = topologies.flatMap(topology => topology.services);
  return costOfLinkerdProxies(services.reduce((sum, service) => sum + podsOf(service, nodes), 0));
}

/** Proxies of Linkerd beside pods, and its control plane. */
export function costOfLinkerdProxies(count: number): TierCost {
  return costOf(count, [
    { ...LINKERD_PROXY, count: count + LINKERD_REPLICAS * LINKERD_PODS },
    { ...LINKERD_CONTROL_PLANE, count: LINKERD_REPLICAS },
  ]);
}

/** Proxies of Istio beside pods, and istiod. */
export function costOfProxies(count: number): TierCost {
  return costOf(count, [
    { ...ISTIO_PROXY, count },
    { ...ISTIOD, count: REPLICAS },
  ]);
}

/** ztunnel and the CNI plugin on each node, waypoints, and istiod. */
export function costOfAmbient(nodes: number, waypoints: number): TierCost {
  const count = waypoints * REPLICAS;
  return costOf(nodes + count, [
    { ...ZTUNNEL, count: nodes },
    { ...CNI, count: nodes },
    { ...ISTIO_PROXY, count },
    { ...ISTIOD, count: REPLICAS },
  ]);
}

function costOf(proxies: number, shares: readonly Share[]): TierCost {
  const sum = (of: (share: Share) => number) => shares.reduce((total, share) => total + share.count * of(share), 0);
  return { proxies, cpu: sum(({ cpu }) => cpu) / 1000, memory: sum(({ memory }) => memory) };
}

/** The pods of a service that have a proxy: the fewest replicas, and one on each node for a DaemonSet. */
function podsOf(service: Service, nodes: number): number {
  if (!service.inMesh || service.exists) {
    return 0;
  }
  return [...service.versions.values()].reduce(
    (sum, { replicas }) => sum + (replicas?.least ?? (service.workloadKind.runsToCompletion ? 0 : nodes)),
    0,
  );
}
