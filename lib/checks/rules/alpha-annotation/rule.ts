import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { uses } from '../../manifests/workloads/annotations';
import { knownAnnotation } from '../../manifests/workloads/known-annotations';

export const rule: Check = {
  id: 'AlphaAnnotation',
  severity: Severity.INFO,
  covers: ['IST0136'],
  summary: 'An Istio annotation is alpha',
  explanation: 'It may change or disappear without notice. `istioctl analyze` has this check too, disabled by default.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(each => knownAnnotation(each.name)?.isAlpha)) {
      yield problem(
        at,
        `"${name}" is alpha, so it may change with any version of Istio.`,
        'Check the release notes before an upgrade.',
      );
    }
  },
};
