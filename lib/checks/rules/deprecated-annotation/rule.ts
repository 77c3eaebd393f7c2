import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { uses } from '../../manifests/workloads/annotations';
import { knownAnnotation } from '../../manifests/workloads/known-annotations';

export const rule: Check = {
  id: 'DeprecatedAnnotation',
  severity: Severity.INFO,
  covers: ['IST0135'],
  summary: 'An Istio annotation is deprecated',
  explanation:
    'A future version may ignore it. `sidecar.istio.io/inject` is now a label; next to that label the '
    + 'annotation does no harm.',
  *find(cluster) {
    for (const { name, at, labels } of uses(cluster).filter(each => knownAnnotation(each.name)?.isDeprecated)) {
      if (name !== 'sidecar.istio.io/inject' || !(name in labels)) {
        yield problem(
          at,
          `"${name}" is deprecated.`,
          name === 'sidecar.istio.io/inject' ? 'Make it a label.' : 'Remove it.',
        );
      }
    }
  },
};
