import { isAmbientNamespace, Kind, Membership, membershipOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'IneffectiveSidecar',
  severity: Severity.WARNING,
  covers: ['IST0167'],
  summary: 'A Sidecar applies to workloads in ambient mode',
  explanation: 'Ambient workloads have no sidecar that would apply it: waypoints and ztunnels have all hosts.',
  *find(cluster) {
    for (const sidecar of cluster.all(Kind.SIDECAR)) {
      const selector = sidecar.spec.get('workloadSelector', 'labels');
      const isWide = selector.entries.length === 0;
      const isIdle = isWide
        ? isAmbientNamespace(cluster.namespaceLabels(sidecar.namespace))
        : cluster.workloads
            .select(selector.strings, sidecar.namespace)
            .some(each => membershipOf(each, cluster) === Membership.AMBIENT);
      if (isIdle) {
        yield problem(
          isWide ? sidecar.spec : selector,
          `${isWide ? 'The namespace is' : 'Workloads that it selects are'} in ambient mode, so the Sidecar `
            + 'is ignored.',
          'Remove it.',
        );
      }
    }
  },
};
