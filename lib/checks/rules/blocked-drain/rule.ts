import { type Cluster, type Field, Kind, type Resource, selects, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { replicasOf } from '../../manifests/calls/replicas';
import { type Check, problem } from '../../manifests/check';
import { listed } from '../../manifests/names';

export const rule: Check = {
  id: 'BlockedDrain',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A PodDisruptionBudget allows no evictions',
  explanation:
    'Draining a node never completes, since no pod of the budget can be evicted. Percentages are rounded '
    + 'up, as in Kubernetes.',
  *find(cluster) {
    const selections = new Map<string, Selection>();
    const selectedBy = ({ namespace, spec }: Resource): Selection => {
      const key = `${namespace} ${JSON.stringify(spec.get('selector').value)}`;
      const found = selections.get(key) ?? selectionOf(spec.get('selector'), namespace, cluster);
      selections.set(key, found);
      return found;
    };
    for (const budget of cluster.all(Kind.POD_DISRUPTION_BUDGET)) {
      const { pods, replicas } = selectedBy(budget);
      const [least, most] = [budget.spec.get('minAvailable'), budget.spec.get('maxUnavailable')];
      const allowed = least.exists
        ? replicas - amount(least.text, replicas)
        : amount(most.exists ? most.text : '1', replicas);
      if (replicas > 0 && allowed <= 0) {
        yield problem(
          least.exists ? least : most,
          `The budget allows no eviction of the ${replicas} replica${replicas > 1 ? 's' : ''} of `
            + `${listed(pods.map(each => each.name))}, so their nodes cannot be drained.`,
          'Use maxUnavailable: 1, with at least two replicas.',
        );
      }
    }
  },
};

interface Selection {
  readonly pods: readonly Workload[];
  readonly replicas: number;
}

function selectionOf(selector: Field, namespace: string, cluster: Cluster): Selection {
  const pods = selector.exists
    ? cluster.workloads
        .select(selector.get('matchLabels').strings, namespace)
        .filter(each => selects(selector, each.labels))
    : [];
  return { pods, replicas: pods.reduce((sum, each) => sum + replicasOf(each, cluster), 0) };
}

function amount(text: string, of: number): number {
  return text.endsWith('%') ? Math.ceil((of * Number(text.slice(0, -1))) / 100) : Number(text);
}
