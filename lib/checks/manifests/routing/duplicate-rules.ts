import { addTo, type Cluster, fullHost, Kind, type Resource, wildcardsOver } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { fewOf, listed } from '../names';
import { meetSomewhere } from './destinations';

export const duplicateRules: Check = {
  id: 'DuplicateDestinationRules',
  severity: Severity.WARNING,
  covers: ['KIA0201'],
  summary: 'Two DestinationRules of a namespace are for one host and subset',
  explanation: 'Istio merges them as well as it can: of the traffic policies and of subsets of one name, the older counts. Rules that are for a whole domain and turn on mutual TLS are no rivals, '
    + 'nor are those for different workloads, or exported to different namespaces.',
  *find(cluster) {
    for (const rules of grouped(rulesOf(cluster), each => `${each.namespace} ${hostOf(each, cluster)} ${JSON.stringify(each.spec.get('workloadSelector', 'matchLabels').strings)}`).values()) {
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

export const overlappingRules: Check = {
  id: 'OverlappingDestinationRules',
  severity: Severity.INFO,
  covers: ['KIA0201'],
  summary: 'A DestinationRule is for a host of a wider one, or of one of another namespace',
  explanation: 'One rule counts for a caller: the one of its own namespace, else of the host\'s, else of the root namespace, and in each the most specific. Nothing of the other is added to it, '
    + 'not even what the first does not say. That is often meant; where it is not, a timeout or a limit is lost.',
  *find(cluster) {
    const byHost = grouped(rulesOf(cluster), each => hostOf(each, cluster));
    for (const [host, rules] of byHost) {
      const wider = wildcardsOver(host).flatMap(each => byHost.get(each) ?? []);
      for (const rule of rules) {
        const other = wider.find(each => areRivals(rule, each)) ?? rules.find(each => each.namespace !== rule.namespace && areRivals(rule, each));
        if (other) {
          yield problem(rule.spec.get('host'), `${other.key} is for ${other.spec.get('host').text}, and one of the two counts for ${host}, not both.`, 'Repeat in each what is to hold for this host, or keep one.');
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

/** The subsets that a rule is for: one without is for all of the host. */
function subsetsOf(rule: Resource): string[] {
  const subsets = rule.spec.get('subsets').items.map(each => each.get('name').text);
  return subsets.length === 0 ? [ALL] : [...new Set(subsets)];
}

const ALL = '*';

/** Whether some proxy has to choose between two rules. */
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
