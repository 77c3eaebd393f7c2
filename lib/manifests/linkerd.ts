import type { Cluster } from './cluster';
import { Kind } from './kinds';
import { memo } from './memo';
import type { Resource } from './resource';
import type { Workload } from './workload';

/** The annotation of Services, Pods and EgressNetworks with their opaque ports. */
export const OPAQUE_PORTS = 'config.linkerd.io/opaque-ports';

/**
 * The ports that are opaque without this annotation, by the default of Linkerd's charts.
 * @see https://github.com/linkerd/linkerd2/blob/version-2.20/charts/linkerd-control-plane/values.yaml
 */
export const DEFAULT_OPAQUE_PORTS: readonly number[] = [25, 587, 3306, 4444, 5432, 6379, 9300, 11211];

const INJECT = 'linkerd.io/inject';
const ENABLED: readonly string[] = ['enabled', 'ingress'];

/**
 * Whether Linkerd injects its proxy into the Pods of a workload, by their annotation and that of their namespace;
 * undefined if the namespace decides and is not declared.
 * @see https://github.com/linkerd/linkerd2/blob/main/pkg/inject/report.go
 */
export const isInLinkerd = memo((workload: Workload, cluster: Cluster): boolean | undefined => {
  if (!hasLinkerd(cluster) || workload.pod.get('hostNetwork').isTrue) {
    return false;
  }
  const containers = workload.containers.map(each => each.get('name').text);
  if (containers.includes('linkerd-proxy')) {
    return true;
  }
  if (containers.includes('istio-proxy')) {
    return false;
  }
  const own = workload.annotations[INJECT] ?? '';
  const namespace = cluster.find(Kind.NAMESPACE, workload.namespace);
  const ofNamespace = namespace?.annotations[INJECT] ?? '';
  if ([own, ofNamespace].some(each => each !== '' && each !== 'disabled' && !ENABLED.includes(each))) {
    return false;
  }
  return ENABLED.includes(own) || (own === 'disabled' ? false : namespace ? ENABLED.includes(ofNamespace) : undefined);
});

/** Whether manifests have anything of Linkerd: an object of it, or an annotation by which Pods are in its mesh. */
export const hasLinkerd = memo(
  (cluster: Cluster) =>
    cluster.resources.some(each => each.type.endsWith('.linkerd.io') || isEnabled(each))
    || cluster.workloads.all.some(each => ENABLED.includes(each.annotations[INJECT] ?? '')),
);

function isEnabled({ type, annotations, spec }: Resource): boolean {
  const annotation =
    type === Kind.GATEWAY ? spec.get('infrastructure', 'annotations').strings[INJECT] : annotations[INJECT];
  return ENABLED.includes(annotation ?? '');
}

/** Whether the Pods that a controller creates for a Gateway join the mesh of Linkerd. */
export function isGatewayInLinkerd({ spec }: Resource): boolean {
  return ENABLED.includes(spec.get('infrastructure', 'annotations').strings[INJECT] ?? '');
}

/** A setting of the proxy of Linkerd: an annotation of the Pods, else of their namespace. */
export function linkerdSetting(workload: Workload, name: string, cluster: Cluster): string | undefined {
  const key = `config.linkerd.io/${name}`;
  return workload.annotations[key] ?? cluster.find(Kind.NAMESPACE, workload.namespace)?.annotations[key];
}
