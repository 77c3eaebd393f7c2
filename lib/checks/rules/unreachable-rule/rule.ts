import { isCatchAll } from '../../../dataplane';
import { type Cluster, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../../manifests/check';
import { type Rule, rulesOf, titleOf } from '../../manifests/routing/rules';

export const rule: Check = {
  id: 'UnreachableRule',
  severity: Severity.WARNING,
  covers: ['IST0130'],
  summary: 'A rule of a VirtualService never applies',
  explanation:
    'The first matching rule applies. A rule that matches all requests is a catch-all, such as one without matches or '
    + 'with the prefix / and no other condition, so no rule after it is reached; nor is a rule whose matches all occur '
    + 'in earlier rules. A rule with a delegate stands for the rules of the delegate, with the matches of both.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const protocol of ['http', 'tls', 'tcp']) {
        yield* unreachable(rulesOf(virtualService, protocol, cluster), cluster);
      }
    }
  },
};

function* unreachable(rules: readonly Rule[], cluster: Cluster): Iterable<Problem> {
  const seen = new Set<string>();
  const reached = new Set<string>();
  const problems: Problem[] = [];
  let catchAll: Rule | undefined;
  for (const rule of rules) {
    if (catchAll) {
      problems.push(
        problem(
          rule.at,
          `The earlier rule ${titleOf(catchAll)} matches everything, so this one never applies.`,
          'Put the rule that matches everything last.',
        ),
      );
    } else if (rule.matches.length > 0 && rule.matches.every(each => seen.has(each.meaning))) {
      problems.push(
        problem(
          rule.at,
          'Earlier rules have all of its matches, so it never applies.',
          'Remove it, or change its matches.',
        ),
      );
    } else {
      reached.add(String(rule.at));
    }
    rule.matches.forEach(each => seen.add(each.meaning));
    catchAll ??= matchesEverything(rule, cluster) ? rule : undefined;
  }
  // One of the rules of a delegate that applies is enough.
  yield* problems.filter(each => !reached.has(String(each.at)));
}

function matchesEverything({ at, matches }: Rule, cluster: Cluster): boolean {
  const isHttp = at.path.includes('http');
  return matches.length === 0 || (isHttp && matches.some(each => isCatchAll(each.at, at.resource, cluster)));
}
