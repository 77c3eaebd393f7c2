import { addTo, type Cluster, covers, HostPatterns, memo, memoByKey } from '../../manifests';
import { throughManagedApi } from '../apis';
import type { Context } from '../clusters/context';
import { type GatewayListener, unknownPods } from './listener';
import { assumedAddress } from './client-connection';
import { assumedExposure, assumedPodsOf } from './exposure';
import { gatewayApiListeners } from './gateway-api-listeners';
import { istioListeners } from './istio-listeners';
import { type Message, serverNameOf } from '../messages/message';
import { ended, type SimulationResult } from '../clusters/simulation-result';
import { Unsimulated } from '../messages/unsimulated';
import { requireListenersRead, requireNoIngress, requireNoLoadBalancer, requireNoUnseenGateway } from '../unread';
import { type Outside, through } from './through-listener';

/** A request from outside: through a managed API, if one has the host, and a gateway. */
export function enter(message: Message, outside: Outside, context: Context): SimulationResult {
  const api = throughManagedApi(message, context.cluster);
  if (!api) {
    return atGateway(message, outside, context, true);
  }
  const steps = api.steps.map(asStep);
  if (!api.message) {
    return ended(
      {
        status: api.status,
        by: api.by.root,
        reason: asStep(api.reason),
        outside: api.status === undefined ? api.by.name : undefined,
      },
      steps,
    );
  }
  const simulation = atGateway(api.message, outside, context, false);
  const limits = [api.timeoutMs, simulation.timeoutMs].filter(each => each !== undefined);
  return {
    ...simulation,
    timeoutMs: limits.length > 0 ? Math.min(...limits) : undefined,
    steps: [...steps, ...simulation.steps],
  };
}

/** A sentence as a step of an explanation. */
function asStep(sentence: string): string {
  return `${sentence[0]?.toLowerCase() ?? ''}${sentence.slice(1)}`.replace(/\.$/, '');
}

function atGateway(message: Message, outside: Outside, context: Context, isDirect: boolean): SimulationResult {
  const listeners =
    outside.gateway === undefined
      ? gatewayListeners(context.cluster)
      : (listenersIn(context.cluster).byGateway.get(outside.gateway) ?? []);
  const fitting = fittingOf(listeners, `${message.port} ${message.scheme}`, message);
  const [first] = fitting;
  if (!first) {
    requireListenersRead(undefined, message.host, context.cluster);
    requireNoIngress(message.host, context.cluster);
    requireNoLoadBalancer(message, context.cluster);
    requireOthersSeen(message, outside, context);
    return ended({ status: 0, reason: `no gateway has a listener for ${message.scheme} on port ${message.port}` });
  }
  const name = serverNameOf(message);
  const listener = bestListener(fitting, name);
  if (!listener && message.scheme === 'https') {
    fitting.forEach(each => requireListenersRead(each.gateway, message.host, context.cluster));
    requireNoIngress(message.host, context.cluster);
    requireOthersSeen(message, outside, context);
    return ended({ status: 0, by: first.at, reason: `no gateway has a certificate for ${name}` });
  }
  if (!mayRoute(listener ?? first, message.host)) {
    requireOthersSeen(message, outside, context);
  }
  const simulation = throughAny(listener ?? first, message, outside, context);
  const assumptions = [
    assumedPodsOf(listener ?? first, context.cluster),
    isDirect ? assumedExposure(listener ?? first, context.cluster) : undefined,
    isDirect && message.address === undefined ? assumedAddress(listener ?? first, context.cluster) : undefined,
  ].filter(each => each !== undefined);
  return assumptions.length === 0 ? simulation : { ...simulation, steps: [...assumptions, ...simulation.steps] };
}

/** Whether a listener has routes for a host, or forwards connections. */
function mayRoute(listener: GatewayListener, host: string): boolean {
  return (
    !listener.carriesRequests || listener.virtualHosts().some(({ domains }) => domains.some(each => covers(each, host)))
  );
}

/** Throws if a gateway that is not among the manifests may route a request for which none is named. */
function requireOthersSeen({ host }: Message, { gateway }: Outside, { cluster }: Context): void {
  if (gateway === undefined) {
    requireNoUnseenGateway(host, cluster);
  }
}

/** Throws if the result depends on gateway Pods that no manifest contains. */
function throughAny(listener: GatewayListener, message: Message, outside: Outside, context: Context): SimulationResult {
  const simulation = through(listener, message, outside, context);
  const decisive = (listener.others ?? []).filter(
    each => resultOf(through(each.listener, message, outside, context)) !== resultOf(simulation),
  );
  if (decisive.length > 0) {
    throw unknownPods(listener, decisive);
  }
  return simulation;
}

function resultOf({ outcomes, timeoutMs, retries }: SimulationResult): string {
  const ends = outcomes.map(({ workload, outside, port, share, status, location, message, isUncertain }) => ({
    at: workload?.resource.key,
    outside,
    port,
    share,
    status,
    location,
    message,
    isUncertain,
  }));
  return JSON.stringify({ ends, timeoutMs, retries });
}

/** Those of some listeners for a port and a scheme, one list for all requests to them. */
const fittingOf = memoByKey(
  (listeners: readonly GatewayListener[], _key: string, { port, scheme }: Message): readonly GatewayListener[] =>
    listeners.filter(
      each =>
        each.port === port
        && ((each.tls !== 'none') === (scheme === 'https') || (each.tls === 'none' && !each.carriesRequests)),
    ),
);

const patternsOf = memo(
  (listeners: readonly GatewayListener[]) =>
    new HostPatterns(listeners.flatMap(listener => listener.hosts.map(host => [host, listener] as const))),
);

/**
 * The listener with the most specific host; one that is not programmed only where no other has the host. Throws if two
 * gateways have it.
 */
function bestListener(listeners: readonly GatewayListener[], host: string): GatewayListener | undefined {
  const covering = [...new Set(patternsOf(listeners).meeting(host))]
    .map(listener => ({
      listener,
      length: Math.max(
        ...listener.hosts.map(each => (each === host ? Infinity : covers(each, host) ? each.length : 0)),
      ),
    }))
    .filter(each => each.length > 0);
  const programmed = covering.filter(each => isProgrammed(each.listener));
  const ranked = programmed.length > 0 ? programmed : covering;
  const longest = Math.max(...ranked.map(each => each.length));
  const best = ranked.filter(each => each.length === longest).map(each => each.listener);
  const gateways = [...new Set(best.map(each => each.caller.title))];
  if (new Set(best.map(podsOf)).size > 1) {
    throw new Unsimulated(
      `Several gateways accept ${host}: ${gateways.join(', ')}.`,
      `Select one: { gateway: '${best[0]?.at.resource.key}' }.`,
    );
  }
  return best[0];
}

/** A listener of the Gateway API without a valid certificate is not in the configuration of the proxy. */
function isProgrammed({ gateway, tls }: GatewayListener): boolean {
  return gateway === undefined || tls !== 'unusable';
}

function podsOf({ caller: { namespace, labels } }: GatewayListener): string {
  return `${namespace} ${JSON.stringify(labels)}`;
}

/** All listeners of a cluster, cached. */
export function gatewayListeners(cluster: Cluster): readonly GatewayListener[] {
  return listenersIn(cluster).all;
}

interface Listeners {
  readonly all: readonly GatewayListener[];
  /** Those of the Pods that serve a Gateway, by its key, also with its type before it; they may serve others too. */
  readonly byGateway: ReadonlyMap<string, readonly GatewayListener[]>;
}

const listenersIn = memo((cluster: Cluster): Listeners => {
  const all = [...gatewayApiListeners(cluster), ...istioListeners(cluster)];
  const byPods = new Map<string, GatewayListener[]>();
  const podsOfGateway = new Map<string, Set<string>>();
  for (const listener of all) {
    addTo(byPods, podsOf(listener), listener);
    const owners = [listener.at.resource, ...(listener.gateway ? [listener.gateway] : [])];
    for (const name of new Set(owners.flatMap(({ type, key }) => [key, `${type} ${key}`]))) {
      podsOfGateway.set(name, (podsOfGateway.get(name) ?? new Set()).add(podsOf(listener)));
    }
  }
  const lists = new Map<string, readonly GatewayListener[]>();
  const byGateway = [...podsOfGateway].map(([key, pods]) => {
    const names = [...pods].join('\n');
    const list = lists.get(names) ?? [...pods].flatMap(each => byPods.get(each) ?? []);
    lists.set(names, list);
    return [key, list] as const;
  });
  return { all, byGateway: new Map(byGateway) };
});
