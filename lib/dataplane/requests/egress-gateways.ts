import type { Context } from '../clusters/context';
import { ended, type SimulatedOutcome, type SimulationResult } from '../clusters/simulation-result';
import { isGatewayPod } from '../endpoints/membership';
import { Gateways } from '../listeners/gateways';
import { gatewayListeners } from '../listeners/ingress';
import type { GatewayListener } from '../listeners/listener';
import { through } from '../listeners/through-listener';
import type { Message } from '../messages/message';
import { covers, Kind } from '../../manifests';
import { requireRequestRead } from './unread-request';

/**
 * The way of a request on from the gateways of Istio that it arrives at, such as egress gateways.
 * @param sent the request, or what opens the connection
 */
export function onwards(
  simulation: SimulationResult,
  sent: Message,
  context: Context,
  hops = MOST_HOPS,
): SimulationResult {
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
