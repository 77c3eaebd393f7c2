import { addTo, fullHost, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

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
      for (const rule of rules) {
        const rivals = rules.filter(other => other !== rule && meet(subsetsOf(rule), subsetsOf(other)));
        if (rivals.length > 0) {
          yield problem(rule.spec.get('host'), `${rivals.map(each => each.key).join(' and ')} ${rivals.length > 1 ? 'are' : 'is'} for this host and subset too, and only one of them counts.`,
            'Put them into one DestinationRule.');
        }
      }
    }
  },
};

function isBlanketTls(rule: Resource): boolean {
  return rule.spec.get('host').text.startsWith('*') && rule.spec.get('trafficPolicy', 'tls', 'mode').text === 'ISTIO_MUTUAL';
}

function subsetsOf(rule: Resource): string[] {
  return rule.spec.get('subsets').items.map(each => each.get('name').text);
}

/** A rule without subsets is for all of the host. */
function meet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 || other.length === 0 || one.some(each => other.includes(each));
}
