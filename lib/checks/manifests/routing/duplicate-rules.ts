import { addTo, type Cluster, fullHost, Kind, type Resource, wildcardsOver } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { fewOf, listed } from '../names';
import { meetSomewhere } from './destinations';

export const duplicateRules: Check = {
  id: 'DuplicateDestinationRules',
  severity: Severity.WARNING,
  covers: ['KIA0201'],
  summary: 'Two DestinationRules of a namespace have the same host and subset',
  explanation: 'Istio merges them only partly: of traffic policies, and of subsets with the same name, the older applies. Wildcard rules that enable mutual TLS do not conflict, '
    + 'nor do rules with different workloadSelectors, or exported to different namespaces.',
  *find(cluster) {
    for (const rules of grouped(rulesOf(cluster), each => `${each.namespace} ${hostOf(each, cluster)} ${JSON.stringify(each.spec.get('workloadSelector', 'matchLabels').strings)}`).values()) {
      const bySubset = new Map<string, Resource[]>();
      rules.forEach(rule => subsetsOf(rule).forEach(subset => addTo(bySubset, subset, rule)));
      for (const rule of rules) {
        const rivals = fewOf(rivalsOf(rule, rules, bySubset));
        if (rivals.length > 0) {
          yield problem(rule.spec.get('host'), `${listed(rivals)} also ${rivals.length > 1 ? 'have' : 'has'} this host and subset, and only one of them applies.`,
            'Merge them into one DestinationRule.');
        }
      }
    }
  },
};

export const overlappingRules: Check = {
  id: 'OverlappingDestinationRules',
  severity: Severity.INFO,
  covers: ['KIA0201'],
  summary: 'A DestinationRule overlaps a wildcard rule, or a rule of another namespace',
  explanation: 'One rule applies to a caller: from its own namespace, else from that of the host, else from the root namespace, and in each the most specific. The rules are not merged, '
    + 'not even for unset fields. That is often intended; where it is not, a timeout or a limit is lost.',
  *find(cluster) {
    const byHost = grouped(rulesOf(cluster), each => hostOf(each, cluster));
    for (const [host, rules] of byHost) {
      const wider = wildcardsOver(host).flatMap(each => byHost.get(each) ?? []);
      for (const rule of rules) {
        const other = wider.find(each => areRivals(rule, each)) ?? rules.find(each => each.namespace !== rule.namespace && areRivals(rule, each));
        if (other) {
          yield problem(rule.spec.get('host'), `${other.key} applies to ${other.spec.get('host').text}, and only one of the two rules applies to ${host}.`, 'Repeat the settings for this host in both, or keep one.');
        }
      }
    }
  },
};

function rulesOf(cluster: Cluster): Resource[] {
  return cluster.all(Kind.DESTINATION_RULE).filter(each => !isBlanketTls(each));
}

function isBlanketTls(rule: Resource): boolean {
  return rule.spec.get('host').text.startsWith('*') && rule.spec.get('trafficPolicy', 'tls', 'mode').text === 'ISTIO_MUTUAL';
}

function hostOf(rule: Resource, cluster: Cluster): string {
  return fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain);
}

function grouped(rules: readonly Resource[], key: (rule: Resource) => string): Map<string, Resource[]> {
  const groups = new Map<string, Resource[]>();
  rules.forEach(rule => addTo(groups, key(rule), rule));
  return groups;
}

/** The subsets that a rule declares; a rule without subsets applies to the whole host. */
function subsetsOf(rule: Resource): string[] {
  const subsets = rule.spec.get('subsets').items.map(each => each.get('name').text);
  return subsets.length === 0 ? [ALL] : [...new Set(subsets)];
}

const ALL = '*';

/** Whether two rules conflict for some proxy. */
function areRivals(one: Resource, other: Resource): boolean {
  const [subsets, others] = [subsetsOf(one), subsetsOf(other)];
  return meetSomewhere(one, other) && ([...subsets, ...others].includes(ALL) || subsets.some(each => others.includes(each)));
}

function* rivalsOf(rule: Resource, rules: readonly Resource[], bySubset: ReadonlyMap<string, readonly Resource[]>): Iterable<string> {
  const subsets = subsetsOf(rule);
  for (const candidates of subsets.includes(ALL) ? [rules] : [ALL, ...subsets].map(subset => bySubset.get(subset) ?? [])) {
    for (const other of candidates) {
      if (other !== rule && meetSomewhere(rule, other)) {
        yield other.key;
      }
    }
  }
}
