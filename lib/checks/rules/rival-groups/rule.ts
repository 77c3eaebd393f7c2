import { addTo, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { othersOf } from '../../manifests/names';

export const rule: Check = {
  id: 'RivalGroups',
  severity: Severity.WARNING,
  covers: ['KIA1702'],
  summary: 'Two WorkloadGroups of a namespace have the same labels',
  explanation: 'Services and policies cannot distinguish their machines.',
  *find(cluster) {
    const byLabels = new Map<string, Resource[]>();
    for (const group of cluster.all(Kind.WORKLOAD_GROUP).filter(each => each.spec.get('metadata').exists)) {
      addTo(
        byLabels,
        `${group.namespace} ${JSON.stringify(Object.entries(group.spec.get('metadata', 'labels').strings).sort())}`,
        group,
      );
    }
    for (const groups of byLabels.values()) {
      for (const group of groups.length > 1 ? groups : []) {
        yield problem(
          group.spec.get('metadata', 'labels'),
          `${othersOf(group, groups, each => each.key)} ${groups.length > 2 ? 'have' : 'has'} the same labels.`,
          'Add a distinguishing label.',
        );
      }
    }
  },
};
