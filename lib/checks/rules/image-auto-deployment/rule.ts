import { type Cluster, Kind, selects, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, unless } from '../../manifests/check';
import { autoImages } from '../../manifests/workloads/image-auto';

export const rule: Check = {
  id: 'ImageAutoDeployment',
  severity: Severity.WARNING,
  covers: ['IST0146'],
  summary: 'A Deployment has the proxy image `auto`, and no injector matches its pods',
  explanation:
    'The injector replaces it when a Pod is created; without one the Pods cannot pull the image. If the '
    + "manifests contain the injector's webhooks, those decide; otherwise the labels do.",
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => each.resource.type === Kind.DEPLOYMENT)) {
      const isUnknown =
        workload.labels['sidecar.istio.io/inject'] === undefined && !cluster.isDeclared(workload.namespace);
      for (const image of isInjected(workload, cluster) ? [] : autoImages(workload)) {
        const found = problem(
          image,
          'No injector matches these pods, so the image `auto`, which does not exist, is not replaced.',
          'Label the pods `sidecar.istio.io/inject: "true"`, or the namespace `istio-injection: enabled`.',
        );
        yield isUnknown ? unless(`the namespace ${workload.namespace} has a label of the injector`, found) : found;
      }
    }
  },
};

function isInjected(workload: Workload, cluster: Cluster): boolean {
  const webhooks = cluster
    .all(Kind.MUTATING_WEBHOOK)
    .flatMap(each => each.root.get('webhooks').items)
    .filter(each => each.get('name').text.endsWith('istio.io'));
  const labels = cluster.namespaceLabels(workload.namespace);
  const wish = workload.labels['sidecar.istio.io/inject'];
  return webhooks.length > 0
    ? webhooks.some(
        each => selects(each.get('namespaceSelector'), labels) && selects(each.get('objectSelector'), workload.labels),
      )
    : wish === undefined
      ? labels['istio-injection'] === 'enabled' || 'istio.io/rev' in labels
      : wish === 'true';
}
