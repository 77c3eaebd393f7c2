import { type Cluster, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { injectorOf, injectorValues } from './injector';

export const proxyImageMismatch: Check = {
  id: 'ProxyImageMismatch',
  severity: Severity.WARNING,
  covers: ['IST0158'],
  summary: 'Pods have another proxy image than their injector gives',
  explanation: 'They were created before an upgrade of the control plane and run the old proxy until they are created anew. Variants (`-distroless`) of the same image count as the same.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE)) {
      const image = expectedImage(cluster, namespace);
      const outdated = image === undefined ? [] : cluster.workloads.in(namespace.name).filter(({ resource, annotations, containers }) =>
        resource.type === Kind.POD && !annotations['sidecar.istio.io/proxyImage']
        && containers.some(each => each.get('name').text === 'istio-proxy' && each.get('image').text.replace(/-(distroless|debug)$/, '') !== image));
      if (outdated.length > 0) {
        yield problem(namespace.metadata.get('name'), `${outdated.map(each => each.name).join(', ')} ${outdated.length > 1 ? 'run' : 'runs'} another proxy than ${image}, which the injector gives.`, 'Create the pods anew.');
      }
    }
  },
};

function expectedImage(cluster: Cluster, { labels }: Resource): string | undefined {
  const isInjected = labels['istio-injection'] === 'enabled' || 'istio.io/rev' in labels;
  const injector = isInjected ? injectorOf(cluster, labels['istio.io/rev']) : undefined;
  if (!injector) {
    return undefined;
  }
  const settings = injectorValues(injector).get('global');
  const image = settings.get('proxy', 'image').text;
  const full = image.includes('/') ? image : `${settings.get('hub').text}/${image}:${settings.get('tag').text}`;
  return full.replace(/-(distroless|debug)$/, '');
}
