import { addTo, type Cluster, type Labels, type Resource, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
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
      const byWorkload = new Map<Workload, Resource[]>();
      for (const each of cluster.all(type)) {
        for (const workload of selected(each.spec.get(...path).strings, each.namespace, cluster)) {
          addTo(byWorkload, workload, each);
        }
      }
      for (const [{ resource }, rivals] of byWorkload) {
        for (const each of rivals.length > 1 ? rivals : []) {
          yield problem(
            each.metadata.get('name'),
            `${othersOf(each, rivals, nameOf)} also ${rivals.length > 2 ? 'select' : 'selects'} `
              + `${resource.kind} ${resource.key}, `
              + 'and only one of them takes effect.',
            'Merge them, or make the selectors disjoint.',
            selecting,
          );
        }
      }
    }
  },
};

function selected(selector: Labels, namespace: string, cluster: Cluster): readonly Workload[] {
  return Object.keys(selector).length === 0 ? [] : cluster.workloads.select(selector, namespace);
}
