import {
  aliasedHost,
  type Cluster,
  covers,
  fullHost,
  type Host,
  Kind,
  memo,
  memoByKey,
  type NamespaceLabels,
  type Workload,
} from '../../manifests';
import { authorizersFor } from '../clusters/authorizers';
import type { Context } from '../clusters/context';
import { underEachMembership } from '../clusters/memberships';
import { send } from '../clusters/outbound';
import { atWaypoint } from '../clusters/waypoint';
import { ended, requireCertain, type SimulatedOutcome, type SimulationResult } from '../clusters/simulation-result';
import { anyCallerOf } from '../endpoints/caller';
import { enter, gatewayListeners } from '../listeners/ingress';
import { type Outside, through } from '../listeners/through-listener';
import type { Message } from '../messages/message';
import { clientOf } from '../unread';
import { Gateways } from '../listeners/gateways';
import { Unsimulated } from '../messages/unsimulated';
import { Aliases } from '../endpoints/aliases';
import { sidecarOf } from '../endpoints/sidecars';
import { unreadOfHost, unreadRuleFor } from '../unread/hosts';
import { SIDECAR } from '../unread/istio';
import { type Party, requireNoUnreadKind, serverOf } from '../unread/kinds';
import { requireRead } from '../unread/read';
import { unreadOfRule } from '../unread/rules';
import { isGatewayPod } from '../endpoints/membership';
import type { GatewayListener } from '../listeners/listener';

/**
 * The data plane that manifests configure.
 * @param denyingAuthorizers the external authorizers that deny every request, by name
 */
export function contextOf(cluster: Cluster, denyingAuthorizers = cluster.denyingAuthorizers): Context {
  const context: Context = {
    cluster,
    denyingAuthorizers,
    authorizersFor: asker => authorizersFor(asker, context),
    atWaypoint: arriving => atWaypoint(arriving, context),
    assuming: labels =>
      Object.keys(labels).length === 0
        ? context
        : variantOf(cluster, [JSON.stringify(labels), ...denyingAuthorizers].join(' '), labels, denyingAuthorizers),
  };
  return context;
}

const variantOf = memoByKey(
  (cluster: Cluster, _key: string, labels: NamespaceLabels, denyingAuthorizers: readonly string[]): Context =>
    contextOf(cluster.withNamespaceLabels(labels), denyingAuthorizers),
);

/** The workload of the same object in a variant of the cluster. */
const workloadsByObject = memo(({ workloads }: Cluster) => new Map(workloads.all.map(each => [each.resource, each])));

/** The result of a request or connection of a workload. Throws {@link Unsimulated} if it depends on what is unknown. */
export function requestFrom(
  workload: Workload,
  message: Message,
  context: Context,
  isConnection: boolean,
): SimulationResult {
  return underEachMembership(context, variant =>
    requestUnder(workloadsByObject(variant.cluster).get(workload.resource) ?? workload, message, variant, isConnection),
  );
}

function requestUnder(workload: Workload, message: Message, context: Context, isConnection: boolean): SimulationResult {
  const { cluster } = context;
  const caller = { ...anyCallerOf(workload, cluster), address: message.address };
  const simulation = onwards(send(message, caller, context, isConnection), message, context);
  requireCertain(simulation);
  requireRequestRead(simulation, message, caller.namespace, clientOf(caller), cluster);
  return simulation;
}

/** The result of a request from outside the cluster. Throws {@link Unsimulated} if it depends on what is unknown. */
export function requestFromInternet(message: Message, outside: Outside, context: Context): SimulationResult {
  return underEachMembership(context, variant => {
    const simulation = enter(message, outside, variant);
    requireCertain(simulation);
    requireRequestRead(simulation, { ...message, host: '' }, '', undefined, variant.cluster);
    return simulation;
  });
}

/**
 * Throws {@link Unsimulated} where an object that is not simulated, or a field of one that is, may decide about a
 * request.
 * @param namespace of what sends it, in which names without one are
 */
function requireRequestRead(
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
  const [unread] = [
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
  const named = namesIn(simulation, message, cluster).flatMap(each => cluster.hosts.named(each, namespace));
  return [...new Set(named.flatMap(each => [each, ...behindAlias(each, cluster)]))];
}

function behindAlias({ resource }: Host, cluster: Cluster): readonly Host[] {
  const end = aliasedHost(resource) === undefined ? undefined : Aliases.of(cluster).endOf(resource);
  return end === undefined ? [] : cluster.hosts.named(end, '');
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

/**
 * The way of a request on from the gateways of Istio that it arrives at, such as egress gateways.
 * @param sent the request, or what opens the connection
 */
function onwards(simulation: SimulationResult, sent: Message, context: Context, hops = MOST_HOPS): SimulationResult {
  const steps: string[] = [];
  const outcomes = simulation.outcomes.flatMap(outcome => {
    const message = outcome.message ?? sent;
    const next = hops > 0 ? goOn(outcome, message, context) : undefined;
    if (!next) {
      return [outcome];
    }
    const last = onwards(next, message, context, hops - 1);
    steps.push(...last.steps);
    return last.outcomes.map(each => ({ ...each, share: each.share * outcome.share }));
  });
  return { ...simulation, outcomes, steps: [...simulation.steps, ...new Set(steps)] };
}

/** Gateways that send to each other in a circle end here. */
const MOST_HOPS = 3;

/** What happens at the Pods of a gateway; undefined for other Pods. */
function goOn(outcome: SimulatedOutcome, message: Message, context: Context): SimulationResult | undefined {
  const { workload, port, status, connection } = outcome;
  const listeners = listenersAt(outcome, context);
  if (!workload || status !== undefined || outcome.isUncertain || (listeners.length === 0 && !isGatewayPod(workload))) {
    return undefined;
  }
  const listener = listenerFor(listeners, connection?.serverName, message.host);
  if (!listener) {
    const reason = `no Gateway of ${workload.namespace}/${workload.name} has a server for it on port ${port ?? 0}`;
    return ended({ status: outcome.message ? 503 : 0, by: workload.resource.root, reason });
  }
  const next = through(listener, message, { hasCertificate: true, connection }, context);
  requireRequestRead(next, { ...message, host: '' }, '', undefined, context.cluster);
  return next;
}

/** The listeners of a port of the Pods of a Gateway. */
function listenersAt({ workload, port }: SimulatedOutcome, { cluster }: Context): GatewayListener[] {
  return workload
    ? gatewayListeners(cluster).filter(
        each =>
          each.at.resource.type === Kind.ISTIO_GATEWAY
          && each.podPort === port
          && Gateways.of(cluster)
            .selectedBy(each.at.resource)
            .some(pods => pods.workload === workload),
      )
    : [];
}

/** Mutual TLS of the mesh selects a listener by its server name; otherwise the one for the host is first. */
function listenerFor(
  listeners: readonly GatewayListener[],
  serverName: string | undefined,
  host: string,
): GatewayListener | undefined {
  if (serverName !== undefined && listeners.some(each => each.tls === 'mesh')) {
    return listeners.find(each => each.tls === 'mesh' && each.hosts.some(own => covers(own, serverName)));
  }
  return listeners.find(each => each.hosts.includes(host)) ?? listeners[0];
}
