import { httpMatch, matchesPath, type PathMatch, unlessUnsimulated } from '../../../dataplane';
import { type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../../manifests/check';
import { type Match, type Rule, rulesOf, titleOf } from '../../manifests/routing/rules';

export const rule: Check = {
  id: 'IneffectiveMatch',
  severity: Severity.INFO,
  covers: ['IST0131'],
  summary: 'A match of a VirtualService is covered by an earlier one',
  explanation:
    'A match that an earlier one already covers never matches a request: an identical one, or one with a '
    + 'shorter path prefix, or with an expression for its exact path, under the same conditions.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const protocol of ['http', 'tls', 'tcp']) {
        const rules = rulesOf(virtualService, protocol, cluster);
        yield* repeated(rules);
        yield* overlapping(rules);
      }
    }
  },
};

/** Matches before the first catch-all rule: rules after it are unreachable altogether. */
function reachable(rules: readonly Rule[]): Rule[] {
  const last = rules.findIndex(each => each.matches.length === 0);
  return last < 0 ? [...rules] : rules.slice(0, last);
}

function* repeated(rules: readonly Rule[]): Iterable<Problem> {
  const seen = new Map<string, Rule>();
  for (const rule of reachable(rules)) {
    for (const match of rule.matches) {
      const before = seen.get(match.meaning);
      if (before) {
        yield problem(
          placeOf(rule, match),
          `The rule ${titleOf(before)} already has this match, so it never matches a request here.`,
          'Remove one of the two.',
        );
      } else {
        seen.set(match.meaning, rule);
      }
    }
  }
}

/** A match with a path, which is read once, since each is compared with all before it. */
interface Candidate {
  readonly rule: Rule;
  readonly match: Match;
  readonly path: PathMatch | undefined;
  readonly prefix: Field;
  readonly exact: Field;
}

function* overlapping(rules: readonly Rule[]): Iterable<Problem> {
  const seen = new Set<string>();
  const candidates: Candidate[] = [];
  for (const { rule, match } of reachable(rules).flatMap(each => each.matches.map(match => ({ rule: each, match })))) {
    const uri = match.at.get('uri');
    if (uri.exists && !seen.has(match.meaning)) {
      const [prefix, exact] = [uri.get('prefix'), uri.get('exact')];
      const later = { rule, match, path: httpMatch(match.at).path, prefix, exact };
      const earlier = candidates.find(each => isOther(each, later) && coversMatch(each, later));
      if (earlier) {
        yield problem(placeOf(rule, match), ...textsOf(earlier, later));
      }
      candidates.push(later);
    }
    seen.add(match.meaning);
  }
}

/** Istio reports no match of the same prefix under more conditions. */
function isOther(earlier: Candidate, later: Candidate): boolean {
  return earlier.prefix.text === '' || earlier.prefix.text !== later.prefix.text;
}

function textsOf(
  earlier: Candidate,
  { prefix, exact }: Candidate,
): [message: string, fix: string, covers?: readonly string[]] {
  return exact.text === ''
    ? [
        `The prefix ${earlier.prefix.text} of ${titleOf(earlier.rule)} already matches everything that begins with `
          + `${prefix.text}, so this match is never reached.`,
        'Put the longer prefix first.',
      ]
    : [
        `The rule ${titleOf(earlier.rule)} already matches the path ${exact.text}, so this match is never reached.`,
        'Put the exact path first.',
        // Istio compares prefixes alone.
        [],
      ];
}

/** The match, or the delegating rule: the matches of a delegate are merged with those of that rule. */
function placeOf({ at, applied }: Rule, match: Match): Field {
  return at.resource === applied.resource && !at.get('delegate').exists ? match.at : at;
}

/** Whether an earlier match with a path covers a later one: each of its conditions follows from the later's. */
function coversMatch(before: Candidate, after: Candidate): boolean {
  const [earlier, later] = [before.match.at, after.match.at];
  return (
    coversPath(before, after)
    && (!later.get('ignoreUriCase').isTrue || earlier.get('ignoreUriCase').isTrue)
    && ['method', 'authority', 'scheme'].every(name => coversText(earlier.get(name), later.get(name)))
    && ['headers', 'queryParams'].every(name =>
      earlier.get(name).entries.every(([key, value]) => coversText(value, later.get(name, key))),
    )
    && ['port', 'sourceNamespace'].every(
      name => !earlier.get(name).exists || isEqual(earlier.get(name), later.get(name)),
    )
    && ['withoutHeaders', 'sourceLabels'].every(name =>
      earlier.get(name).entries.every(([key, value]) => isEqual(value, later.get(name, key))),
    )
    && coversGateways(earlier.get('gateways').texts, later.get('gateways').texts)
  );
}

function coversPath({ path, prefix, match }: Candidate, later: Candidate): boolean {
  const isExact = later.prefix.text === '';
  const text = isExact ? later.exact.text : later.prefix.text;
  return (
    text !== ''
    && (isExact || prefix.exists)
    && (!path || unlessUnsimulated(() => matchesPath(path, text)) === true)
    // Expressions distinguish upper and lower case.
    && !(isExact && later.match.at.get('ignoreUriCase').isTrue && match.at.get('uri', 'regex').exists)
  );
}

/** Whether every text that a later StringMatch accepts is accepted by an earlier one; a missing one accepts all. */
function coversText(earlier: Field, later: Field): boolean {
  const [prefix, exact] = ['prefix', 'exact'].map(name => later.get(name).text);
  const begin = earlier.get('prefix').text;
  return (
    !earlier.exists
    || isEqual(earlier, later)
    || (begin !== '' && [prefix, exact].some(each => each?.startsWith(begin)))
  );
}

function isEqual(earlier: Field, later: Field): boolean {
  return later.exists && JSON.stringify(earlier.value) === JSON.stringify(later.value);
}

function coversGateways(earlier: readonly string[], later: readonly string[]): boolean {
  return earlier.length === 0 || (later.length > 0 && later.every(each => earlier.includes(each)));
}
