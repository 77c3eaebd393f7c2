import { Kind, selects } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { replicasOf } from './replicas';

export const blockedDrain: Check = {
  id: 'BlockedDrain',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A PodDisruptionBudget lets no pod be moved',
  explanation: 'A node that is drained for an upgrade waits for ever, for no pod of the budget may go. Percentages are rounded up, as Kubernetes does.',
  *find(cluster) {
    for (const budget of cluster.all(Kind.POD_DISRUPTION_BUDGET)) {
      const selector = budget.spec.get('selector');
      const pods = selector.exists ? cluster.workloads.select(selector.get('matchLabels').strings, budget.namespace).filter(each => selects(selector, each.labels)) : [];
      const replicas = pods.reduce((sum, each) => sum + replicasOf(each, cluster), 0);
      const [least, most] = [budget.spec.get('minAvailable'), budget.spec.get('maxUnavailable')];
      const allowed = least.exists ? replicas - amount(least.text, replicas) : amount(most.exists ? most.text : '1', replicas);
      if (replicas > 0 && allowed <= 0) {
        yield problem(least.exists ? least : most, `Of ${replicas} replica${replicas > 1 ? 's' : ''} of ${pods.map(each => each.name).join(', ')} none may go, so no node of theirs can be drained.`, 'Use maxUnavailable: 1, with two replicas or more.');
      }
    }
  },
};

function amount(text: string, of: number): number {
  return text.endsWith('%') ? Math.ceil(of * Number(text.slice(0, -1)) / 100) : Number(text);
}
