import { type Resource, wildcardsOver } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { meetSomewhere } from '../../manifests/routing/destinations';
import { ALL, grouped, hostOf, rulesOf, subsetsOf } from '../../manifests/routing/duplicate-rules';

export const rule: Check = {
  id: 'OverlappingDestinationRules',
  severity: Severity.INFO,
  covers: ['KIA0201'],
  summary: 'A DestinationRule overlaps a wildcard rule, or a rule of another namespace',
  explanation:
    'One rule applies to a caller: from its own namespace, else from that of the host, else from the '
    + 'root namespace, and in each the most specific. The rules are not merged, '
    + 'not even for unset fields. That is often intended; where it is not, a timeout or a limit is lost.',
  *find(cluster) {
    const byHost = grouped(rulesOf(cluster), each => hostOf(each, cluster));
    for (const [host, rules] of byHost) {
      const wider = wildcardsOver(host).flatMap(each => byHost.get(each) ?? []);
      for (const rule of rules) {
        const other =
          wider.find(each => areRivals(rule, each))
          ?? rules.find(each => each.namespace !== rule.namespace && areRivals(rule, each));
        if (other) {
          yield problem(
            rule.spec.get('host'),
            `${other.key} applies to ${other.spec.get('host').text}, and only one of the two rules applies to ${host}.`,
            'Repeat the settings for this host in both, or keep one.',
          );
        }
      }
    }
  },
};

/** Whether two rules conflict for some proxy. */
function areRivals(one: Resource, other: Resource): boolean {
  const [subsets, others] = [subsetsOf(one), subsetsOf(other)];
  return (
    meetSomewhere(one, other) && ([...subsets, ...others].includes(ALL) || subsets.some(each => others.includes(each)))
  );
}
