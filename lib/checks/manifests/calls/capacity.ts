import { type Cluster, type Field, hasLabels, Kind, type Workload } from '../../../manifests';
import { targetOf } from '../routing/destinations';
import { CallGraph } from './graph';
import type { Node } from './node';
import { replicasOf } from './replicas';

/** The maximum share of ejected endpoints; istiod omits a zero, so that Envoy's default applies. */
export function percentOf(detection: Field): number {
  return detection.get('maxEjectionPercent').number || 10;
}

/** Whether any ejection is enabled. */
export function ejects(detection: Field): boolean {
  return (
    detection.exists
    && [
      ['consecutive5xxErrors', 5],
      ['consecutiveGatewayErrors', 0],
    ].some(([name, otherwise]) => (detection.get(String(name)).number ?? Number(otherwise)) > 0)
  );
}

/** A group of pods of a DestinationRule, with the settings that apply to it. */
interface Group {
  readonly name: string;
  readonly node?: Node;
  readonly members: readonly Workload[];
  readonly setting: (name: string) => Field;
}

/** The subsets of each DestinationRule, which inherit unset fields from the rule; without subsets, all pods. */
export function groupsOf(cluster: Cluster): Group[] {
  const graph = CallGraph.of(cluster);
  return cluster.all(Kind.DESTINATION_RULE).flatMap(rule => {
    const policies = [rule.spec, ...rule.spec.get('subsets').items].map(each => each.get('trafficPolicy'));
    const target = policies.some(each => each.exists) ? targetOf(rule.spec.get('host').text, rule, cluster) : undefined;
    if (target?.resource.type !== Kind.SERVICE) {
      return [];
    }
    const pods = cluster.selectedBy(target.resource);
    const [whole = rule.spec] = policies;
    const common = { node: graph.nodeOf(target.resource) };
    const subsets = rule.spec.get('subsets').items.map(subset => ({
      ...common,
      name: `subset "${subset.get('name').text}"`,
      members: pods.filter(each => hasLabels(each.labels, subset.get('labels').strings)),
      setting: (name: string) =>
        subset.get('trafficPolicy', name).exists ? subset.get('trafficPolicy', name) : whole.get(name),
    }));
    return subsets.length > 0
      ? subsets
      : [{ ...common, name: target.name, members: pods, setting: (name: string) => whole.get(name) }];
  });
}

export function replicasIn(workloads: readonly Workload[], cluster: Cluster): number {
  return workloads.reduce((sum, each) => sum + replicasOf(each, cluster), 0);
}
