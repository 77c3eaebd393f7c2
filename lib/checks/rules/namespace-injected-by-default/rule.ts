import { injectsByDefault, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { saysNothing } from '../../manifests/workloads/injection';

export const rule: Check = {
  id: 'NamespaceInjectedByDefault',
  severity: Severity.INFO,
  covers: ['IST0148'],
  summary: 'A namespace has no injection label, and the control plane injects by default',
  explanation:
    'Its pods get a proxy because the injector has `enableNamespacesByDefault`, which the namespace '
    + 'itself does not show.',
  *find(cluster) {
    for (const namespace of cluster
      .all(Kind.NAMESPACE)
      .filter(saysNothing)
      .filter(each => injectsByDefault(cluster, each.labels))) {
      yield problem(
        namespace.metadata.get('name'),
        `Pods in ${namespace.name} get a proxy, since the injector includes every namespace without a label.`,
        'Set the label explicitly: `istio-injection: enabled` or `disabled`.',
      );
    }
  },
};
