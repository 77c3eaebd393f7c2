import { type Cluster, type Field, Kind } from '../../../manifests';
import { problem, type Problem, unless } from '../check';
import { isRelative } from './envoy-filter-operations';

/**
 * Patches with a position relative to another filter: a note where no EnvoyFilter here adds that one, so that it is one
 * of Istio's own or of other manifests.
 */
export function* relative(cluster: Cluster, byVersion: boolean, message: string): Iterable<Problem> {
  const versioned = new Set<string>();
  const added = new Set(
    cluster
      .all(Kind.ENVOY_FILTER)
      .flatMap(each => each.spec.get('configPatches').items)
      .filter(each => ADDING.test(each.get('patch', 'operation').text))
      .map(each => each.get('patch', 'value', 'name').text),
  );
  for (const filter of cluster.all(Kind.ENVOY_FILTER)) {
    for (const patch of filter.spec.get('configPatches').items) {
      const name = nameOf(patch);
      if (isRelative(patch) && (filter.spec.get('priority').number ?? 0) === 0 && versioned.has(name) === byVersion) {
        const found = problem(patch.get('patch', 'operation'), message, 'Set `priority`, or use INSERT_FIRST.');
        yield added.has(referredTo(patch)) ? found : unless('the filter is one of Istio itself', found);
      }
      if (patch.get('match', 'proxy', 'proxyVersion').text !== '') {
        versioned.add(name);
      }
    }
  }
}

const ADDING = /^(ADD|INSERT_\w+)$/;

/** The filter beside which a patch is, or which it replaces. */
function referredTo(patch: Field): string {
  const filter = patch.get('match', 'listener', 'filterChain', 'filter');
  return filter.get('subFilter', 'name').text || filter.get('name').text;
}

/** The filter that a patch adds, or the one that it matches. */
function nameOf(patch: Field): string {
  const value = patch.get('patch', 'value');
  return value.exists
    ? value.get('name').text || patch.get('match', 'listener', 'filterChain', 'filter', 'name').text
    : '';
}
