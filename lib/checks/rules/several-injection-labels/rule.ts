import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { IGNORED } from '../../manifests/workloads/injection';

const LABELS = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode'];

export const rule: Check = {
  id: 'SeveralInjectionLabels',
  severity: Severity.WARNING,
  covers: ['IST0123'],
  summary: 'A namespace has more than one of the labels that add its pods to the mesh',
  explanation:
    '`istio-injection: enabled` takes precedence over the revision and ambient mode, so the control '
    + 'plane or proxy of the pods is not that of the other label.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE).filter(each => !IGNORED.has(each.name))) {
      const { labels } = namespace;
      const [injection, ...rest] = LABELS;
      const present = rest.filter(each => each in labels && (labels[injection ?? ''] ?? 'enabled') === 'enabled');
      const all = [...(injection && injection in labels ? [injection] : []), ...present];
      if (all.length > 1) {
        yield problem(
          namespace.metadata.get('labels', all[1] ?? ''),
          `The namespace has ${all.map(each => `${each}=${labels[each] ?? ''}`).join(' and ')}, of which `
            + 'only one applies.',
          'Keep one of them.',
        );
      }
    }
  },
};
