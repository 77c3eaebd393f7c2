import { Severity } from '../../finding';
import { ejects, groupsOf, percentOf } from '../../manifests/calls/capacity';
import { mostReplicasOf } from '../../manifests/calls/replicas';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'EjectsNone',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Outlier detection can never eject a replica',
  explanation:
    'Envoy ejects replicas only up to `maxEjectionPercent` of all, the first one included. The default '
    + 'of 10 % allows no ejection with fewer than ten replicas: two need 50 %, a single one 100 %. '
    + 'Failing replicas continue to receive requests. Each subset is counted by itself, with the maximum '
    + 'of replicas of its workloads.',
  *find(cluster) {
    for (const { name, members, setting } of groupsOf(cluster)) {
      const detection = setting('outlierDetection');
      const replicas = ejects(detection) ? members.reduce((sum, each) => sum + mostReplicasOf(each, cluster), 0) : 0;
      if (replicas > 0 && replicas * percentOf(detection) < 100) {
        yield problem(
          detection,
          `${name} has ${replicas} replica${replicas > 1 ? 's' : ''}, and ${percentOf(detection)} % of them `
            + 'is less than one, so none is ever ejected.',
          `Set maxEjectionPercent to at least ${Math.ceil(100 / replicas)}.`,
        );
      }
    }
  },
};
