import { servicesWithoutPods } from '../../../dataplane';
import { isElsewhere, labelTexts, PODS_ELSEWHERE, missingPods } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem, unless } from '../../manifests/check';

export const rule: Check = {
  id: 'ServiceWithoutPods',
  severity: Severity.ERROR,
  covers: [],
  summary: 'The selector of a Service matches no pods',
  explanation:
    'Requests to the Service fail with 503. Selectors match the labels of pods, not of Deployments, in the namespace '
    + 'of the Service. Not checked are namespaces without any workloads among the manifests, and those with objects '
    + 'of other kinds, which may create pods: custom resources, WorkloadEntries, releases.',
  *find(cluster) {
    for (const service of servicesWithoutPods(cluster).filter(each => !isElsewhere(each, PODS_ELSEWHERE))) {
      const selector = service.spec.get('selector');
      const found = absent(
        missingPods(service.namespace),
        problem(
          selector,
          `No pod in namespace ${service.namespace} has the labels ${labelTexts(selector.strings).join(', ')}, `
            + `so requests to ${service.name} fail with 503.`,
          'Correct the selector, or the labels of the pods (`spec.template.metadata.labels` of the Deployment).',
        ),
      );
      const others = Object.entries(selector.strings).filter(([name]) => !OF_PROGRAMS.test(name));
      const pods = cluster.workloads.select(Object.fromEntries(others), service.namespace);
      const isAdded = others.length > 0 && pods.length > 0;
      yield isAdded ? unless('their program adds a label to one of the pods that have the others', found) : found;
    }
  },
};

/** Labels that Vault and OpenBao add to their own Pods. */
const OF_PROGRAMS = /^(vault|openbao)-(active|initialized|perf-standby|sealed|version)$/;
