import { hasProxy, isInjectedNamespace } from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway } from '../../manifests/ambient/enrolment';
import { MODE } from '../../manifests/ambient/workloads';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'SidecarAndAmbient',
  severity: Severity.WARNING,
  covers: ['KIA1311', 'KIA1314', 'KIA1315', 'KIA1316'],
  summary: 'A workload is enrolled in the mesh both with a sidecar and in ambient mode',
  explanation:
    'The sidecar takes precedence: the pod is excluded from ambient mode and bypasses the waypoints of '
    + 'its callees. `istio-injection` or a revision on the namespace, a label of the '
    + 'pods, or a proxy container in the pod template requests a sidecar; `istio.io/dataplane-mode: '
    + 'ambient` requests ambient mode.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => !isGateway(each))) {
      const namespace = cluster.namespaceLabels(workload.namespace);
      const asksAmbient =
        (workload.labels[MODE] ?? namespace[MODE]) === 'ambient'
        || workload.annotations['ambient.istio.io/redirection'] === 'enabled';
      const asksSidecar =
        hasProxy(workload)
        || (workload.labels['sidecar.istio.io/inject'] ?? String(isInjectedNamespace(namespace))) === 'true';
      if (asksAmbient && asksSidecar) {
        yield problem(
          workload.resource.metadata.get('name'),
          `${workload.name} gets a sidecar although it is labelled for ambient mode.`,
          `Remove the sidecar, or label the pods ${MODE}: none.`,
        );
      }
    }
  },
};
