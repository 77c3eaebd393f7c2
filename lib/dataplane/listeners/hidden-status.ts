import { type Cluster, hasLabels, isMap, Kind } from '../../manifests';
import type { PolicyTarget } from '../endpoints/policy-target';

/**
 * The status of a request that no route matches and a policy denies: 403, unless an EnvoyFilter of the gateway maps
 * such local replies.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
 */
export function hiddenStatus({ namespace, labels, gateway }: PolicyTarget, cluster: Cluster): number {
  const filters = cluster
    .all(Kind.ENVOY_FILTER)
    .filter(
      each =>
        each.namespace === namespace
        && (each.spec.get('targetRefs').exists
          ? gateway !== undefined
            && each.spec.get('targetRefs').items.some(ref => ref.get('name').text === gateway.name)
          : hasLabels(labels, each.spec.get('workloadSelector', 'labels').strings)),
    );
  const mappers = filters
    .flatMap(each => each.spec.get('configPatches').items)
    .flatMap(each => mappersIn(each.get('patch', 'value').value));
  const mapper = mappers.find(
    each => typeof each.status_code === 'number' && JSON.stringify(each.filter).includes('rbac_access_denied'),
  );
  return typeof mapper?.status_code === 'number' ? mapper.status_code : 403;
}

/** The local reply mappers anywhere in the filter's configuration. */
function mappersIn(value: unknown): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) {
    return value.flatMap(mappersIn);
  }
  if (!isMap(value)) {
    return [];
  }
  const own =
    isMap(value.local_reply_config) && Array.isArray(value.local_reply_config.mappers)
      ? value.local_reply_config.mappers.filter(isMap)
      : [];
  return [...own, ...Object.values(value).flatMap(mappersIn)];
}
