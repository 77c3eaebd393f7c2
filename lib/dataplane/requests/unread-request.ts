import { type Cluster, fullHost, type Host, Kind, type Workload } from '../../manifests';
import { Gateways } from '../listeners/gateways';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { sidecarOf } from '../virtual-hosts/scope';
import type { SimulationResult } from '../clusters/simulation-result';
import { unreadOfHost, unreadRuleFor, waypointBefore } from '../unread/hosts';
import { SIDECAR } from '../unread/istio';
import { type Party, requireNoUnreadKind } from '../unread/kinds';
import { serverOf } from '../unread/parties';
import { requireRead } from '../unread/read';
import { unreadOfRule } from '../unread/rules';

/**
 * Throws {@link Unsimulated} where an object that is not simulated, or a field of one that is, may decide about a
 * request.
 * @param namespace of what sends it, in which names without one are
 */
export function requireRequestRead(
  simulation: SimulationResult,
  message: Message,
  namespace: string,
  from: Party | undefined,
  cluster: Cluster,
): void {
  requireGatewaysSeen(simulation, message, namespace, cluster);
  const hosts = hostsOf(simulation, message, namespace, cluster);
  const services = hosts.map(each => each.resource).filter(each => each.type === Kind.SERVICE);
  const workloads = new Set([
    ...simulation.outcomes.flatMap(each => each.workload ?? []),
    ...services.flatMap(each => cluster.selectedBy(each)),
  ]);
  requireNoUnreadKind([...(from ? [from] : []), ...[...workloads].map(serverOf)], cluster);
  requireSidecarsRead(from, [...workloads], cluster);
  const waypoints = from ? [] : hosts.map(each => waypointBefore(each, cluster));
  const [unread] = [
    ...waypoints,
    ...hosts.map(each => unreadOfHost(each, cluster)),
    unreadRuleFor(message.host, cluster),
    simulation.rule && unreadOfRule(simulation.rule, cluster),
  ].filter(each => each !== undefined);
  if (unread) {
    throw unread;
  }
}

/** Throws for a request to the Service of a gateway that no manifest contains, or to one to which a rule sends it. */
function requireGatewaysSeen(
  simulation: SimulationResult,
  message: Message,
  namespace: string,
  cluster: Cluster,
): void {
  const unseen = namesIn(simulation, message, cluster).find(
    each => Gateways.of(cluster).hasHost(each, namespace) && cluster.hosts.named(each, namespace).length === 0,
  );
  if (unseen !== undefined) {
    throw new Unsimulated(
      `${unseen} is a gateway whose Service and Pods are not in the manifests.`,
      'Add them to the manifests.',
    );
  }
}

/** The hosts to which a request may go: the one that it names, and those of the rule that routes it. */
function hostsOf(simulation: SimulationResult, message: Message, namespace: string, cluster: Cluster): Host[] {
  return [...new Set(namesIn(simulation, message, cluster).flatMap(each => cluster.hosts.named(each, namespace)))];
}

function namesIn({ rule }: SimulationResult, { host }: Message, cluster: Cluster): string[] {
  const routed =
    rule
      ?.get('route')
      .items.map(each => fullHost(each.get('destination', 'host').text, rule.resource.namespace, cluster.clusterDomain))
    ?? [];
  const referred =
    rule
      ?.get('backendRefs')
      .items.map(each =>
        fullHost(each.get('name').text, each.get('namespace').text || rule.resource.namespace, cluster.clusterDomain),
      ) ?? [];
  return [host, ...routed, ...referred].flatMap(each => namesOf(each, cluster));
}

/** What a name may mean: itself, or a Service short of the domain of the cluster. */
function namesOf(host: string, { clusterDomain }: Cluster): string[] {
  const parts = host.split('.');
  return [
    host,
    ...(parts.length === 2 || (parts.length === 3 && parts[2] === 'svc')
      ? [`${parts[0] ?? ''}.${parts[1] ?? ''}.svc.${clusterDomain}`]
      : []),
  ];
}

/** A Sidecar configures what its own Pods receive and send. */
function requireSidecarsRead(from: Party | undefined, to: readonly Workload[], cluster: Cluster): void {
  const sending = from && sidecarOf(from, cluster);
  sending?.spec.entries
    .filter(([name]) => !['ingress', 'inboundConnectionPool'].includes(name))
    .forEach(([, each]) => requireRead(each, SIDECAR));
  to.flatMap(each => sidecarOf(each, cluster)?.spec.get('ingress') ?? []).forEach(each => requireRead(each, SIDECAR));
}
