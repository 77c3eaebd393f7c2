import { areDisjoint, type Edge, type EdgeRule, Route, rulePrecedes, ValidationError } from '../topology';
import { PathOrder } from './route-order';

/**
 * Throws for two rules with conditions if the gateway would match the one that comes after the other, or if it would
 * count requests of one for a limit of the other.
 */
export function rejectUnorderable(edge: Edge, order: PathOrder): void {
  for (const rule of edge.rules) {
    for (const other of edge.rules.filter(each => each !== rule && meet(each, rule))) {
      if (rulePrecedes(rule, other) && !areDisjoint(rule.match, other.match) && isLate(rule, other, order)) {
        throw ambiguous(rule, `and the gateway would match "${other.toString()}" first, by its conditions`);
      }
      if (isLimited(other) && (other.match || !rulePrecedes(other, rule))) {
        throw ambiguous(rule, `and the limit of "${other.toString()}" would count its requests, too`);
      }
    }
    if (rule.match && isLimited(rule)) {
      throw ambiguous(rule, 'and its limit would count requests that do not meet its conditions');
    }
  }
}

/** Whether requests can match both by method and path, and conditions decide between them. */
function meet(one: EdgeRule, other: EdgeRule): boolean {
  return (one.match ?? other.match) !== undefined && one.operation.overlaps(other.operation);
}

/** Whether the other rule has at least as many headers, with those that its service is routed by. */
function isLate(rule: EdgeRule, other: EdgeRule, order: PathOrder): boolean {
  if (rule.operation.path.toRegex() !== other.operation.path.toRegex()) {
    return false;
  }
  const byService = other instanceof Route && other.service.headerRoutes.length > 0 ? 1 : 0;
  const [own, others] = [rule, other].map(({ match }) => match?.headers?.length ?? 0) as [number, number];
  return rule.operation.requests === other.operation.requests
    ? byService > 0 && own <= others + byService
    : // Envoy Gateway counts a method as a header.
      order === PathOrder.EXPRESSIONS_FIRST && own + 1 < others + byService;
}

function isLimited(rule: EdgeRule): boolean {
  return rule instanceof Route && (rule.rateLimit ?? rule.perClientRateLimit) !== undefined;
}

function ambiguous(rule: EdgeRule, reason: string): ValidationError {
  return new ValidationError({
    code: 'AmbiguousRoutes',
    path: rule.path,
    summary: `Requests are matched to "${rule.toString()}" by conditions, ${reason}.`,
    fix: 'Use different paths, or leave the conditions out.',
  });
}
