import { type Cluster, type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';
import { isRelative } from './envoy-filter-operations';

export const envoyFilterOrder: Check = {
  id: 'EnvoyFilterOrder',
  severity: Severity.WARNING,
  covers: ['IST0151'],
  summary: 'An EnvoyFilter patch is positioned relative to another one without a priority',
  explanation: 'EnvoyFilters without a priority are applied in the order of their creation: if the filter that the patch refers to is added later, the patch is ignored.',
  find: cluster => relative(cluster, false, 'Without a priority the patch is ignored if the filter that it refers to is added later.'),
};

export const envoyFilterOrderByVersion: Check = {
  id: 'EnvoyFilterOrderByVersion',
  severity: Severity.WARNING,
  covers: ['IST0155'],
  summary: 'An EnvoyFilter patch is positioned relative to one for a single proxy version',
  explanation: 'During an upgrade proxies of two versions run: those of the other version do not have the filter that the patch refers to, so the patch is ignored.',
  find: cluster => relative(cluster, true, 'The patch refers to a filter that another patch adds for one proxy version only, so it is ignored for other versions during an upgrade.'),
};

function* relative(cluster: Cluster, byVersion: boolean, message: string): Iterable<Problem> {
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
  return value.exists ? value.get('name').text || patch.get('match', 'listener', 'filterChain', 'filter', 'name').text : '';
}
