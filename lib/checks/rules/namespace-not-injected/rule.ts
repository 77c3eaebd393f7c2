import { injectsByDefault, Kind, hasIstio } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { saysNothing } from '../../manifests/workloads/injection';

export const rule: Check = {
  id: 'NamespaceNotInjected',
  severity: Severity.INFO,
  covers: ['IST0102'],
  summary: 'A namespace does not declare whether its pods are in the mesh',
  explanation:
    'Its pods get no proxy, unless their own labels request one. `istio-injection: disabled` declares '
    + 'that this is intended.',
  *find(cluster) {
    if (!hasIstio(cluster)) {
      return;
    }
    for (const namespace of cluster
      .all(Kind.NAMESPACE)
      .filter(saysNothing)
      .filter(each => !injectsByDefault(cluster, each.labels))) {
      yield problem(
        namespace.metadata.get('name'),
        `Pods in ${namespace.name} get no proxy, unless their own labels request one.`,
        'Label the namespace `istio-injection: enabled`, `istio.io/rev` or `istio.io/dataplane-mode: '
          + 'ambient`; `istio-injection: disabled` if that is intended.',
      );
    }
  },
};
