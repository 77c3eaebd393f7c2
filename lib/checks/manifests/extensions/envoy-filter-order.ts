import { type Cluster, type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';
import { isRelative } from './envoy-filter-operations';

export const envoyFilterOrder: Check = {
  id: 'EnvoyFilterOrder',
  severity: Severity.WARNING,
  covers: ['IST0151'],
  summary: 'A patch of an EnvoyFilter is placed relative to another, without a priority',
  explanation: 'EnvoyFilters without a priority are applied in the order in which they were created: if what the patch refers to comes later, the patch is lost.',
  find: cluster => relative(cluster, false, 'Without a priority the patch is lost if what it refers to is not there yet.'),
};

export const envoyFilterOrderByVersion: Check = {
  id: 'EnvoyFilterOrderByVersion',
  severity: Severity.WARNING,
  covers: ['IST0155'],
  summary: 'A patch of an EnvoyFilter is placed relative to one that is for a proxy version only',
  explanation: 'During an upgrade proxies of two versions run: for those of the other version what the patch refers to is not there, and the patch is lost.',
  find: cluster => relative(cluster, true, 'The patch refers to what another patch makes for one proxy version only, and is lost for the others during an upgrade.'),
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

/** The filter that a patch makes, or else the one that it is about. */
function nameOf(patch: Field): string {
  const value = patch.get('patch', 'value');
  return value.exists ? value.get('name').text || patch.get('match', 'listener', 'filterChain', 'filter', 'name').text : '';
}
