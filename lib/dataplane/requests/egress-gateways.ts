import type { Context } from '../clusters/context';
import type { SimulatedOutcome, SimulationResult } from '../clusters/simulation-result';
import { Gateways } from '../listeners/gateways';
import { gatewayListeners } from '../listeners/ingress';
import type { GatewayListener } from '../listeners/listener';
import { through } from '../listeners/through-listener';
import { Kind } from '../../manifests';
import { requireRequestRead } from './unread-request';

/** The way of a request on from the gateways of Istio that it arrives at, such as egress gateways. */
export function onwards(simulation: SimulationResult, context: Context, hops = MOST_HOPS): SimulationResult {
  const steps: string[] = [];
  const outcomes = simulation.outcomes.flatMap(outcome => {
    const { message } = outcome;
    const listener = message && hops > 0 ? listenerAt(outcome, message.host, context) : undefined;
    if (!message || !listener) {
      return [outcome];
    }
    const first = through(listener, message, { hasCertificate: true }, context);
    requireRequestRead(first, { ...message, host: '' }, '', undefined, context.cluster);
    const next = onwards(first, context, hops - 1);
    steps.push(...next.steps);
    return next.outcomes.map(each => ({ ...each, share: each.share * outcome.share }));
  });
  return { ...simulation, outcomes, steps: [...simulation.steps, ...new Set(steps)] };
}

/** Gateways that send to each other in a circle end here. */
const MOST_HOPS = 3;

/** The listener of the Pods where a request arrives, if they are those of a Gateway: the one for its host first. */
function listenerAt(
  { workload, port }: SimulatedOutcome,
  host: string,
  { cluster }: Context,
): GatewayListener | undefined {
  const listeners = workload
    ? gatewayListeners(cluster).filter(
        each =>
          each.at.resource.type === Kind.ISTIO_GATEWAY
          && each.podPort === port
          && Gateways.of(cluster)
            .selectedBy(each.at.resource)
            .some(pods => pods.workload === workload),
      )
    : [];
  return listeners.find(each => each.hosts.includes(host)) ?? listeners[0];
}
