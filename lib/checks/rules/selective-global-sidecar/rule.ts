import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'SelectiveGlobalSidecar',
  severity: Severity.WARNING,
  covers: ['KIA1006'],
  summary: 'A Sidecar in the root namespace has a workloadSelector',
  explanation:
    'In the root namespace a Sidecar without a selector is the default of the mesh; one with a selector '
    + 'applies to pods of that namespace only.',
  *find(cluster) {
    for (const sidecar of cluster
      .all(Kind.SIDECAR)
      .filter(
        each =>
          each.namespace === cluster.mesh.rootNamespace
          && each.spec.get('workloadSelector', 'labels').entries.length > 0,
      )) {
      yield problem(
        sidecar.spec.get('workloadSelector'),
        'With a selector the Sidecar is not the mesh default, but applies to pods of the root namespace only.',
        'Remove the selector, or move it to the namespace of the workloads.',
      );
    }
  },
};
