import { duplicate } from './duplicate';
import type { EdgeRule } from './edge-rule';
import { areDisjoint, textOfMatch } from './request-match';
import { rulePrecedes } from './route-precedence';
import { ValidationError } from './validation-error';

/**
 * Rejects a rule of an edge if requests of its operation can match another one with as many conditions.
 * @param rivals the other rules of the operation
 */
export function rejectRivals(rule: EdgeRule, rivals: readonly EdgeRule[]): void {
  for (const rival of rivals) {
    const [own, other] = [rule, rival].map(each => `"${each.toString()}"`);
    if (textOfMatch(rule.match) === textOfMatch(rival.match)) {
      throw duplicate(
        rule.edge.path,
        `${own} has a route already${own === other ? '' : `, ${other}`}.`,
        'Keep one of the two.',
      );
    }
    if (!rulePrecedes(rule, rival) && !rulePrecedes(rival, rule) && !areDisjoint(rule.match, rival.match)) {
      throw new ValidationError({
        code: 'AmbiguousRoutes',
        path: rule.path,
        summary: `A request can meet the conditions of both ${own} and ${other}, and neither has more of them.`,
        fix: 'Give one of the two more conditions on headers, or different exact values of one header to each.',
      });
    }
  }
}
