import { Severity } from '../../finding';
import { ejects, groupsOf, percentOf, replicasIn } from '../../manifests/calls/capacity';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'EjectsAll',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Outlier detection may eject all replicas of a service',
  explanation:
    'Envoy ejects replicas up to `maxEjectionPercent` of all (default 10): with one or two replicas and '
    + '100 %, none is left, and every caller gets 503 for the '
    + 'duration of the ejection. `minHealthPercent` disables ejection below that share of healthy '
    + 'replicas. Each subset is counted by itself.',
  *find(cluster) {
    for (const { name, members, setting } of groupsOf(cluster)) {
      const detection = setting('outlierDetection');
      const replicas = ejects(detection) ? replicasIn(members, cluster) : 0;
      if (
        (replicas === 1 || replicas === 2)
        && percentOf(detection) >= 100
        && (detection.get('minHealthPercent').number ?? 0) === 0
      ) {
        yield problem(
          detection,
          replicas === 1
            ? `${name} has 1 replica, which may be ejected.`
            : `${name} has 2 replicas, all of which may be ejected at once.`,
          replicas === 1
            ? 'Add replicas, or set minHealthPercent.'
            : 'Lower maxEjectionPercent to 50, or set minHealthPercent.',
        );
      }
    }
  },
};
