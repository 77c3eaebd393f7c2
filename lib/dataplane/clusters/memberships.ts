import { type Cluster, Kind, type Labels, Membership, membershipOf, memo, type NamespaceLabels } from '../../manifests';
import { UnknownMembership } from '../endpoints/membership';
import { Unsimulated } from '../messages/unsimulated';
import type { Context } from './context';
import type { SimulatedOutcome, SimulationResult } from './simulation-result';

const SIDECAR: Labels = { 'istio-injection': 'enabled' };
const NONE: Labels = {};

/**
 * The result of a request if it is the same whether or not the Pods of a namespace that manifests do not declare are in
 * the mesh; otherwise throws {@link Unsimulated}. Where only timeouts, retries and the like differ, those are unknown.
 */
export function underEachMembership(
  context: Context,
  simulate: (context: Context) => SimulationResult,
): SimulationResult {
  try {
    return simulate(context);
  } catch (error) {
    // A namespace in ambient mode may have a waypoint, too.
    if (!(error instanceof UnknownMembership) || hasAmbient(context.cluster)) {
      throw error;
    }
    const results = [SIDECAR, NONE].map(labels =>
      attempt(() => underEachMembership(context.assuming({ [error.namespace]: labels }), simulate)),
    );
    const [first, ...others] = results;
    if (first instanceof Unsimulated && others.every(each => each instanceof Unsimulated)) {
      throw first;
    }
    return others.reduce<SimulationResult>(
      (all, each) => agreed(all, each, error),
      first instanceof Unsimulated || !first ? refuse(error) : first,
    );
  }
}

/** The contexts in which each two namespaces that are not declared are in the mesh and not, in each combination. */
export function contextsOfMemberships(context: Context, namespaces: readonly string[]): Context[] {
  return assignments(context.cluster, namespaces).map(each => context.assuming(each));
}

/** The namespaces of Pods of which it is unknown whether they are in the mesh. */
export function unknownNamespaces(cluster: Cluster): string[] {
  const unknown = cluster.workloads.all.filter(each => membershipOf(each, cluster) === Membership.UNKNOWN);
  return [...new Set(unknown.map(each => each.namespace))].sort();
}

function assignments(cluster: Cluster, namespaces: readonly string[]): NamespaceLabels[] {
  const [first] = namespaces;
  if (first === undefined) {
    return [{}];
  }
  if (hasAmbient(cluster)) {
    throw new UnknownMembership(first);
  }
  const bits = Math.ceil(Math.log2(namespaces.length));
  const rules = [
    () => true,
    ...Array.from({ length: bits }, (_, bit) => (index: number) => Math.floor(index / 2 ** bit) % 2 === 1),
  ];
  return rules.flatMap(isIn =>
    [true, false].map(wanted =>
      Object.fromEntries(namespaces.map((name, index) => [name, isIn(index) === wanted ? SIDECAR : NONE])),
    ),
  );
}

/** Whether anything of the manifests is in ambient mode, so that a namespace that is not declared may be too. */
const hasAmbient = memo(
  (cluster: Cluster) =>
    cluster.all(Kind.NAMESPACE).some(({ labels }) => labels['istio.io/dataplane-mode'] === 'ambient')
    || cluster.all(Kind.GATEWAY).some(each => each.spec.get('gatewayClassName').text === 'istio-waypoint')
    || cluster.workloads.all.some(
      each => each.name === 'ztunnel' || membershipOf(each, cluster) === Membership.AMBIENT,
    ),
);

function attempt(simulate: () => SimulationResult): SimulationResult | Unsimulated {
  try {
    return simulate();
  } catch (error) {
    if (error instanceof Unsimulated) {
      return error;
    }
    throw error;
  }
}

function refuse(error: Unsimulated): never {
  throw error;
}

function agreed(
  one: SimulationResult,
  other: SimulationResult | Unsimulated,
  disagreement: UnknownMembership,
): SimulationResult {
  if (other instanceof Unsimulated || destinationsOf(one) !== destinationsOf(other)) {
    throw disagreement;
  }
  const doubt = one.settingsDoubt ?? other.settingsDoubt;
  return (doubt ?? settingsOf(one) !== settingsOf(other)) ? { ...one, settingsDoubt: doubt ?? disagreement } : one;
}

/** Where requests go and what arrives there, as text. */
function destinationsOf({ outcomes }: SimulationResult): string {
  const shares = new Map<string, number>();
  for (const outcome of outcomes) {
    const key = placeOf(outcome);
    shares.set(key, (shares.get(key) ?? 0) + outcome.share);
  }
  return [...shares]
    .map(([key, share]) => `${key} ${share.toFixed(9)}`)
    .sort()
    .join('\n');
}

function placeOf({ workload, outside, port, status, location, message }: SimulatedOutcome): string {
  const { host, authority, path, query, headers } = message ?? {};
  const sent = [host, authority, path, query, Object.entries(headers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))];
  return JSON.stringify([workload?.namespace, workload?.name, outside, port, status, location, sent]);
}

function settingsOf({ outcomes, timeoutMs, retries, fault, copies }: SimulationResult): string {
  const mirrors = copies.map(each => [each.workload?.namespace, each.workload?.name, each.outside, each.share]);
  return JSON.stringify([timeoutMs, retries, fault, mirrors, outcomes.map(each => each.response)]);
}
