import { addTo, Membership, membershipOf, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownMembership',
  severity: Severity.INFO,
  covers: [],
  summary: 'The manifests do not tell whether the pods of a namespace are in the mesh',
  explanation:
    'Labels of the Namespace decide it, and the Namespace is not among the manifests; labels of the pods '
    + 'come first. Findings that depend on it are left out: missing policies and default retries of pods that '
    + 'are in the mesh, plain text of pods that are not. Reported once for a namespace, if the manifests have '
    + 'anything of Istio.',
  *find(cluster) {
    const unknown = new Map<string, Workload[]>();
    for (const workload of cluster.workloads.all) {
      if (membershipOf(workload, cluster) === Membership.UNKNOWN) {
        addTo(unknown, workload.namespace, workload);
      }
    }
    for (const [namespace, [first, ...others]] of unknown) {
      const metadata = first?.resource.metadata;
      if (metadata) {
        yield problem(
          metadata.get(metadata.get('namespace').exists ? 'namespace' : 'name'),
          `It is unknown whether the pods of ${first.name}${others.length > 0 ? ` and ${others.length} more` : ''} are `
            + `in the mesh: the namespace ${namespace} is not among the manifests.`,
          `Add the Namespace, or set its labels in cardinal.yaml: \`namespaceLabels: { ${namespace}: `
            + '{ istio-injection: enabled } }`, or `{}` for none.',
        );
      }
    }
  },
};
