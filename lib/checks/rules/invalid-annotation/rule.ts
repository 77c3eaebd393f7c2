import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { annotationProblem } from './annotation-values';
import { isPlaced, uses } from '../../manifests/workloads/annotations';

export const rule: Check = {
  id: 'InvalidAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0125'],
  summary: 'An Istio annotation has an invalid value',
  explanation: 'The injector rejects the pod, or ignores the annotation.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(isPlaced)) {
      const wrong = annotationProblem(name, at.text);
      if (wrong) {
        yield problem(at, `"${name}" is ${JSON.stringify(at.text)}, and must be ${wrong}.`, 'Correct the value.');
      }
    }
  },
};
