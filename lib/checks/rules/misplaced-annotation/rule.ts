import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { isPlaced, uses } from '../../manifests/workloads/annotations';
import { knownAnnotation } from '../../manifests/workloads/known-annotations';

export const rule: Check = {
  id: 'MisplacedAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0107'],
  summary: 'An Istio annotation is on a kind of object on which it is ignored',
  explanation:
    'It has no effect there. Annotations for pods belong in the pod template of a Deployment '
    + '(`spec.template.metadata`), not in its own metadata.',
  *find(cluster) {
    for (const use of uses(cluster).filter(each => !isPlaced(each))) {
      const kinds = knownAnnotation(use.name)?.kinds ?? [];
      yield problem(
        use.at,
        `"${use.name}" is read on ${kinds.join(', ')}, not on ${use.kind}.`,
        kinds.includes('Pod') && use.kind === 'Deployment'
          ? 'Move it to spec.template.metadata.annotations.'
          : 'Move it to such an object.',
      );
    }
  },
};
