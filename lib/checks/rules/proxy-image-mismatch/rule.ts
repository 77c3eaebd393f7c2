import {
  type Cluster,
  embedded,
  hasLabels,
  injectorOf,
  injectorValues,
  Kind,
  type Resource,
  Workload,
} from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'ProxyImageMismatch',
  severity: Severity.WARNING,
  covers: ['IST0158'],
  summary: 'Pods have a different proxy image than their injector uses',
  explanation:
    'They were created before an upgrade of the control plane and run the old proxy until they are '
    + 'recreated. A variant of the image (`-distroless`) counts as the same if the mesh, a ProxyConfig or '
    + 'the pod sets it.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE)) {
      const image = expectedImage(cluster, namespace);
      const outdated =
        image === undefined
          ? []
          : cluster
              .all(Kind.POD)
              .filter(each => each.namespace === namespace.name)
              .flatMap(each => Workload.of(each) ?? [])
              .filter(each => isOutdated(each, image, cluster));
      if (outdated.length > 0) {
        yield problem(
          namespace.metadata.get('name'),
          `${outdated.map(each => each.name).join(', ')} ${outdated.length > 1 ? 'run' : 'runs'} a different `
            + `proxy than ${image}, which the injector uses.`,
          'Recreate the pods.',
        );
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
  return image.includes('/') ? image : `${settings.get('hub').text}/${image}:${settings.get('tag').text}`;
}

function isOutdated(workload: Workload, image: string, cluster: Cluster): boolean {
  const { annotations, containers } = workload;
  const images = containers.filter(each => each.get('name').text === 'istio-proxy').map(each => each.get('image').text);
  return (
    !annotations['sidecar.istio.io/proxyImage']
    && images.length > 0
    && images.some(each => ![image, `${image}-${variantFor(workload, cluster)}`].includes(each))
  );
}

/** The image variant of a pod: from its annotation, else the ProxyConfigs that apply to it, else the mesh. */
function variantFor({ annotations, labels, namespace, template }: Workload, cluster: Cluster): string {
  const configs = cluster.all(Kind.PROXY_CONFIG);
  const own = configs.filter(each => each.namespace === namespace && each.namespace !== cluster.mesh.rootNamespace);
  const asked =
    [
      annotations['proxy.istio.io/config'] === undefined
        ? ''
        : embedded(template.get('metadata', 'annotations', 'proxy.istio.io/config')).get('image', 'imageType').text,
      ...own
        .filter(
          each =>
            each.spec.get('selector').exists && hasLabels(labels, each.spec.get('selector', 'matchLabels').strings),
        )
        .map(typeOf),
      ...own.filter(each => !each.spec.get('selector').exists).map(typeOf),
      ...configs.filter(each => each.namespace === cluster.mesh.rootNamespace).map(typeOf),
      cluster.mesh.get('defaultConfig', 'image', 'imageType')?.text ?? '',
    ].find(each => each !== '') ?? '';
  return asked === 'default' ? '' : asked;
}

function typeOf(config: Resource): string {
  return config.spec.get('image', 'imageType').text;
}
