import { type Cluster, memo, memoByKey, type NamespaceLabels, type Workload } from '../../manifests';
import { authorizersFor } from '../clusters/authorizers';
import type { Context } from '../clusters/context';
import { underEachMembership } from '../clusters/memberships';
import { send } from '../clusters/outbound';
import { requireCertain, type SimulationResult } from '../clusters/simulation-result';
import { callerOf } from '../endpoints/caller';
import { enter } from '../listeners/ingress';
import type { Outside } from '../listeners/through-listener';
import type { Message } from '../messages/message';
import { clientOf } from '../unread';
import { onwards } from './egress-gateways';
import { requireRequestRead } from './unread-request';

/**
 * The data plane that manifests configure.
 * @param denyingAuthorizers the external authorizers that deny every request, by their names in the mesh configuration
 */
export function contextOf(cluster: Cluster, denyingAuthorizers: readonly string[] = []): Context {
  const context: Context = {
    cluster,
    authorizersFor: asker => authorizersFor(asker, denyingAuthorizers, context),
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
  const caller = { ...callerOf(workload, cluster), address: message.address };
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
