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
    + 'shorter path prefix under the same conditions.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const protocol of ['http', 'tls', 'tcp']) {
        const rules = rulesOf(virtualService.spec, protocol);
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
          match.at,
          `The rule ${titleOf(before)} already has this match, so it never matches a request here.`,
          'Remove one of the two.',
        );
      } else {
        seen.set(match.meaning, rule);
      }
    }
  }
}

function* overlapping(rules: readonly Rule[]): Iterable<Problem> {
  const seen = new Set<string>();
  const matches: Match[] = [];
  for (const match of reachable(rules).flatMap(each => each.matches)) {
    if (prefixOf(match) !== '' && !seen.has(match.meaning)) {
      matches.push(match);
    }
    seen.add(match.meaning);
  }
  for (const [index, later] of matches.entries()) {
    const earlier = matches
      .slice(0, index)
      .find(each => prefixOf(each) !== prefixOf(later) && coversMatch(each, later));
    if (earlier) {
      yield problem(
        later.at,
        `The prefix ${prefixOf(earlier)} of ${titleOf(earlier)} already matches everything that begins with `
          + `${prefixOf(later)}, so this match is never reached.`,
        'Put the longer prefix first.',
      );
    }
  }
}

function prefixOf(match: Match): string {
  return match.at.get('uri', 'prefix').text;
}

/** Whether an earlier match covers a later one: its prefix is shorter, and its other conditions are no stricter. */
function coversMatch(earlier: Match, later: Match): boolean {
  return (
    prefixOf(later).startsWith(prefixOf(earlier))
    && earlier.at.get('port').text === later.at.get('port').text
    && isWithin(textOf(earlier.at.get('method'), 'exact GET'), textOf(later.at.get('method'), 'exact GET'))
    && isWithin(textOf(earlier.at.get('authority')), textOf(later.at.get('authority')))
    && ['headers', 'queryParams', 'withoutHeaders'].every(name =>
      entriesWithin(earlier.at.get(name), later.at.get(name)),
    )
  );
}

function isWithin(earlier: string, later: string): boolean {
  return earlier.startsWith(later);
}

function entriesWithin(earlier: Field, later: Field): boolean {
  return (
    earlier.entries.length === later.entries.length
    && earlier.entries.every(
      ([name, value]) => later.get(name).exists && isWithin(textOf(value), textOf(later.get(name))),
    )
  );
}

function textOf(match: Field, otherwise = ''): string {
  const exact = match.get('exact').text;
  const prefix = match.get('prefix').text;
  return exact !== '' ? `exact ${exact}` : prefix !== '' ? `prefix ${prefix}` : otherwise;
}
