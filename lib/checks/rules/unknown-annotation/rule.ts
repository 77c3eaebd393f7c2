import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { uses } from '../../manifests/workloads/annotations';
import { knownAnnotation } from '../../manifests/workloads/known-annotations';

export const rule: Check = {
  id: 'UnknownAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0108'],
  summary: 'An annotation looks like an Istio annotation but is not one',
  explanation: 'Istio ignores it: usually it is misspelled, or was removed in an earlier version.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(each => !knownAnnotation(each.name))) {
      yield problem(at, `Istio has no annotation "${name}".`, 'Correct its spelling, or remove it.');
    }
  },
};
