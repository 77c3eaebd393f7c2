import { hasProxy, Kind, Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { IGNORED } from '../../manifests/workloads/injection';

export const rule: Check = {
  id: 'PodMissingProxy',
  severity: Severity.WARNING,
  covers: ['IST0103'],
  summary: 'A Pod of an injected namespace has no proxy',
  explanation:
    'A Pod gets its proxy on creation: one that is older than the label of the namespace has none until '
    + 'it is recreated. A Pod that is not yet created gets it then.',
  *find(cluster) {
    for (const resource of cluster.all(Kind.POD)) {
      const pod = Workload.of(resource);
      const labels = cluster.find(Kind.NAMESPACE, resource.namespace)?.labels ?? {};
      const isInjected =
        labels['istio-injection'] === 'enabled'
        && labels['istio.io/dataplane-mode'] !== 'ambient'
        && !IGNORED.has(resource.namespace);
      const wish = (
        resource.labels['sidecar.istio.io/inject']
        ?? resource.annotations['sidecar.istio.io/inject']
        ?? ''
      ).toLowerCase();
      const hasEnded = ['Succeeded', 'Failed'].includes(resource.root.get('status', 'phase').text);
      if (pod && !hasEnded && isInjected && wish !== 'false' && !pod.pod.get('hostNetwork').isTrue && !hasProxy(pod)) {
        yield problem(
          resource.metadata.get('name'),
          `The Pod has no container istio-proxy, although namespace ${resource.namespace} has injection enabled.`,
          'Recreate it, or label it `sidecar.istio.io/inject: "false"`.',
        );
      }
    }
  },
};
