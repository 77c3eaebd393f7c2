import { addTo, fullHost, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { fewOf, listed } from '../names';

export const duplicateRules: Check = {
  id: 'DuplicateDestinationRules',
  severity: Severity.WARNING,
  covers: ['KIA0201'],
  summary: 'Two DestinationRules of a namespace are for one host and subset',
  explanation: 'Istio merges them as well as it can: of the traffic policies and of subsets of one name, the older counts. Rules that are for a whole domain and turn on mutual TLS are no rivals, '
    + 'nor are those for different workloads.',
  *find(cluster) {
    const groups = new Map<string, Resource[]>();
    for (const rule of cluster.all(Kind.DESTINATION_RULE).filter(each => !isBlanketTls(each))) {
      const scope = JSON.stringify([rule.spec.get('exportTo').texts, rule.spec.get('workloadSelector', 'matchLabels').strings]);
      const key = `${rule.namespace} ${fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain)} ${scope}`;
      addTo(groups, key, rule);
    }
    for (const rules of groups.values()) {
      const bySubset = new Map<string, Resource[]>();
      rules.forEach(rule => subsetsOf(rule).forEach(subset => addTo(bySubset, subset, rule)));
      for (const rule of rules) {
        const rivals = fewOf(rivalsOf(rule, rules, bySubset));
        if (rivals.length > 0) {
          yield problem(rule.spec.get('host'), `${listed(rivals)} ${rivals.length > 1 ? 'are' : 'is'} for this host and subset too, and only one of them counts.`,
            'Put them into one DestinationRule.');
        }
      }
    }
  },
};

function isBlanketTls(rule: Resource): boolean {
  return rule.spec.get('host').text.startsWith('*') && rule.spec.get('trafficPolicy', 'tls', 'mode').text === 'ISTIO_MUTUAL';
}

/** The subsets that a rule is for: one without is for all of the host. */
function subsetsOf(rule: Resource): string[] {
  const subsets = rule.spec.get('subsets').items.map(each => each.get('name').text);
  return subsets.length === 0 ? [ALL] : [...new Set(subsets)];
}

const ALL = '*';

function* rivalsOf(rule: Resource, rules: readonly Resource[], bySubset: ReadonlyMap<string, readonly Resource[]>): Iterable<string> {
  const subsets = subsetsOf(rule);
  for (const candidates of subsets.includes(ALL) ? [rules] : [ALL, ...subsets].map(subset => bySubset.get(subset) ?? [])) {
    for (const other of candidates) {
      if (other !== rule) {
        yield other.key;
      }
    }
  }
}
