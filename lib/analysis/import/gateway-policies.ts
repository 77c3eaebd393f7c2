import { Gateways } from '../../dataplane';
import { type Cluster, hasLabels, Kind, type Resource, targetRefsOf } from '../../manifests';

/** Objects that apply to pods by labels, or to whole namespaces. */
const BY_LABELS = new Set<string>([
  Kind.AUTHORIZATION_POLICY,
  Kind.REQUEST_AUTHENTICATION,
  Kind.PEER_AUTHENTICATION,
  Kind.TELEMETRY,
  Kind.SIDECAR,
  'EnvoyFilter.networking.istio.io',
  'WasmPlugin.extensions.istio.io',
  Kind.TRAFFIC_EXTENSION,
  'ProxyConfig.networking.istio.io',
]);

/** Those that change what a proxy does with requests, and that no comparison of traffic has. */
const CHANGING = new Set<string>([
  Kind.REQUEST_AUTHENTICATION,
  'EnvoyFilter.networking.istio.io',
  'WasmPlugin.extensions.istio.io',
  Kind.TRAFFIC_EXTENSION,
]);

/**
 * An object that applies to a gateway or its routes, and that would not apply to the pods of an edge in its place, or
 * the reverse.
 */
export function bypassedBy(
  gateway: Resource,
  routes: readonly Resource[],
  namespace: string,
  cluster: Cluster,
): Resource | undefined {
  const pods = gateway.type === Kind.ISTIO_GATEWAY ? Gateways.of(cluster).selectedBy(gateway) : [];
  const targets = [gateway, ...routes];
  const { rootNamespace } = cluster.mesh;
  return cluster.resources.find(resource => {
    const { type, spec, namespace: own, kind } = resource;
    const references = targetRefsOf(resource);
    const isTarget = references.some(reference =>
      targets.some(
        each =>
          each.kind === reference.get('kind').text
          && each.name === reference.get('name').text
          && each.namespace === (reference.get('namespace').text || own),
      ),
    );
    const selector = kind === 'Sidecar' || kind === 'EnvoyFilter' ? spec.get('workloadSelector') : spec.get('selector');
    const labels = (selector.get('matchLabels').exists ? selector.get('matchLabels') : selector.get('labels')).strings;
    const isForAll = Object.keys(labels).length === 0;
    const isOfPods = pods.some(
      each => (own === each.namespace || own === rootNamespace) && !isForAll && hasLabels(each.labels, labels),
    );
    const isOfOldPods = pods.some(each => each.namespace === own) && own !== namespace;
    const isOfNewPods = own === namespace && pods.some(each => each.namespace !== own) && CHANGING.has(type);
    const isOfNamespace = isForAll && references.length === 0 && own !== rootNamespace && (isOfOldPods || isOfNewPods);
    return isTarget || (BY_LABELS.has(type) && (isOfPods || isOfNamespace));
  });
}
