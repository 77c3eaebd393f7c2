import { addTo, type Cluster, type Resource, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, type Problem, problem } from '../../manifests/check';
import { othersOf } from '../../manifests/names';
import { isFirst, KINDS, nameOf } from '../../manifests/security/rival-policies';

export const rule: Check = {
  id: 'RivalSelectors',
  severity: Severity.ERROR,
  covers: KINDS.flatMap(each => each.selecting).filter(isFirst),
  summary: 'Two Sidecars, Telemetries or PeerAuthentications select one workload',
  explanation: 'Only one of them applies, usually the oldest, which files do not show.',
  *find(cluster) {
    for (const { type, path, selecting } of KINDS) {
      const groups = groupsOf(cluster.all(type), path, cluster);
      const byWorkload = new Map<Workload, Group[]>();
      groups.forEach(group => group.workloads.forEach(each => addTo(byWorkload, each, group)));
      const isShared = (workload: Workload) => {
        const [first, ...others] = byWorkload.get(workload) ?? [];
        return others.length > 0 || (first?.resources.length ?? 0) > 1;
      };
      for (const { resources, workloads } of groups) {
        const [first, ...more] = workloads.filter(isShared);
        const rivals = first ? (byWorkload.get(first) ?? []).flatMap(each => each.resources) : [];
        for (const each of first ? resources : []) {
          yield rivalry(each, rivals, first ? nameOf(first.resource) : '', more.length, selecting);
        }
      }
    }
  },
};

/** Objects with one selector in one namespace, and the workloads that it matches. */
interface Group {
  readonly resources: Resource[];
  readonly workloads: readonly Workload[];
}

function groupsOf(resources: readonly Resource[], path: readonly string[], cluster: Cluster): Group[] {
  const groups = new Map<string, Group>();
  for (const each of resources) {
    const selector = each.spec.get(...path).strings;
    const labels = Object.entries(selector).sort(([a], [b]) => (a < b ? -1 : 1));
    if (labels.length > 0) {
      const key = JSON.stringify([each.namespace, labels]);
      const group = groups.get(key) ?? {
        resources: [],
        workloads: cluster.workloads.selectWhole(selector, each.namespace),
      };
      groups.set(key, group);
      group.resources.push(each);
    }
  }
  return [...groups.values()];
}

/** One finding for an object, however many workloads it shares with others. */
function rivalry(
  each: Resource,
  rivals: readonly Resource[],
  workload: string,
  more: number,
  codes: readonly string[],
): Problem {
  const others = `${othersOf(each, rivals, nameOf)} also ${rivals.length > 2 ? 'select' : 'selects'} ${workload}`;
  return problem(
    each.metadata.get('name'),
    `${others}${more === 0 ? '' : ` and ${more} more`}, and only one of them takes effect.`,
    'Merge them, or make the selectors disjoint.',
    codes,
  );
}
