import {
  type Cluster,
  hasLabels,
  isElsewhere,
  Kind,
  type Labels,
  labelTexts,
  missingPods,
  PODS_ELSEWHERE,
} from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

const KINDS = [
  { type: Kind.SIDECAR, path: ['workloadSelector', 'labels'] },
  { type: Kind.TELEMETRY, path: ['selector', 'matchLabels'] },
] as const;

export const rule: Check = {
  id: 'SelectorWithoutPods',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA0004'],
  summary: 'A Sidecar or a Telemetry selects no pods',
  explanation:
    'It has no effect; the intended pods keep the settings of their namespace. Selectors match the '
    + 'labels of pods, not of Deployments, in the namespace of the object only. A Telemetry may select the '
    + 'pods of a gateway that Istio makes or installs, also if no manifest contains them; both select the proxies of '
    + 'machines, which WorkloadEntries and WorkloadGroups declare. The annotation '
    + '`cardinal.cdk8s.io/elsewhere: pods` states that other manifests declare the pods.',
  *find(cluster) {
    for (const { type, path } of KINDS) {
      for (const each of cluster.all(type).filter(one => !isElsewhere(one, PODS_ELSEWHERE))) {
        const selector = each.spec.get(...path);
        const labels = selector.strings;
        if (
          Object.keys(labels).length > 0
          && cluster.workloads.select(labels, each.namespace).length === 0
          && !hasMachines(labels, each.namespace, cluster)
          && (type === Kind.SIDECAR || Gateways.of(cluster).select(labels, each.namespace).length === 0)
        ) {
          yield absent(
            missingPods(each.namespace),
            problem(
              selector,
              `No pod in namespace ${each.namespace} has the labels ${labelTexts(labels).join(', ')}.`,
              'Correct the labels or the namespace.',
            ),
          );
        }
      }
    }
  },
};

/** Whether machines outside of Kubernetes have the labels. */
function hasMachines(labels: Labels, namespace: string, cluster: Cluster): boolean {
  const declared = [
    ...cluster
      .all(Kind.WORKLOAD_ENTRY)
      .map(each => [each, { ...each.labels, ...each.spec.get('labels').strings }] as const),
    ...cluster.all(Kind.WORKLOAD_GROUP).map(each => [each, each.spec.get('metadata', 'labels').strings] as const),
  ];
  return declared.some(([each, own]) => each.namespace === namespace && hasLabels(own, labels));
}
