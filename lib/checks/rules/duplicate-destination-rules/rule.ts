import { addTo, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { fewOf, listed } from '../../manifests/names';
import { meetSomewhere } from '../../manifests/routing/destinations';
import { ALL, grouped, hostOf, rulesOf, subsetsOf } from '../../manifests/routing/duplicate-rules';

export const rule: Check = {
  id: 'DuplicateDestinationRules',
  severity: Severity.WARNING,
  covers: ['KIA0201'],
  summary: 'Two DestinationRules of a namespace have the same host and subset',
  explanation:
    'Istio merges them only partly: of traffic policies, and of subsets with the same name, the older '
    + 'applies. Wildcard rules that enable mutual TLS do not conflict, '
    + 'nor do rules with different workloadSelectors, or exported to different namespaces.',
  *find(cluster) {
    for (const rules of grouped(
      rulesOf(cluster),
      each =>
        `${each.namespace} ${hostOf(each, cluster)} `
        + `${JSON.stringify(each.spec.get('workloadSelector', 'matchLabels').strings)}`,
    ).values()) {
      const bySubset = new Map<string, Resource[]>();
      rules.forEach(rule => subsetsOf(rule).forEach(subset => addTo(bySubset, subset, rule)));
      for (const rule of rules) {
        const rivals = fewOf(rivalsOf(rule, rules, bySubset));
        if (rivals.length > 0) {
          yield problem(
            rule.spec.get('host'),
            `${listed(rivals)} also ${rivals.length > 1 ? 'have' : 'has'} this host and subset, and only one `
              + 'of them applies.',
            'Merge them into one DestinationRule.',
          );
        }
      }
    }
  },
};

function* rivalsOf(
  rule: Resource,
  rules: readonly Resource[],
  bySubset: ReadonlyMap<string, readonly Resource[]>,
): Iterable<string> {
  const subsets = subsetsOf(rule);
  for (const candidates of subsets.includes(ALL)
    ? [rules]
    : [ALL, ...subsets].map(subset => bySubset.get(subset) ?? [])) {
    for (const other of candidates) {
      if (other !== rule && meetSomewhere(rule, other)) {
        yield other.key;
      }
    }
  }
}
