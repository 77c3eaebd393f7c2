import { type Cluster, type Field, Kind } from '../../../manifests';
import { problem, type Problem } from '../check';
import { isRelative } from './envoy-filter-operations';

export function* relative(cluster: Cluster, byVersion: boolean, message: string): Iterable<Problem> {
  const versioned = new Set<string>();
  for (const filter of cluster.all(Kind.ENVOY_FILTER)) {
    for (const patch of filter.spec.get('configPatches').items) {
      const name = nameOf(patch);
      if (isRelative(patch) && (filter.spec.get('priority').number ?? 0) === 0 && versioned.has(name) === byVersion) {
        yield problem(patch.get('patch', 'operation'), message, 'Set `priority`, or use INSERT_FIRST.');
      }
      if (patch.get('match', 'proxy', 'proxyVersion').text !== '') {
        versioned.add(name);
      }
    }
  }
}

/** The filter that a patch adds, or the one that it matches. */
function nameOf(patch: Field): string {
  const value = patch.get('patch', 'value');
  return value.exists
    ? value.get('name').text || patch.get('match', 'listener', 'filterChain', 'filter', 'name').text
    : '';
}
