import { ValidationError } from '../topology';

/**
 * The CRDs of routes allow 16 rules and 128 matches in all.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec
 */
export const RULES_IN_A_ROUTE = 16;

/**
 * Throws if the routing by header of a callee takes more rules than a route can have.
 * @param callee the path of its construct
 * @param route the kind of route in the message, with its article
 */
export function rejectTooManyRules(callee: string, rules: readonly unknown[], route: string): void {
  if (rules.length > RULES_IN_A_ROUTE) {
    throw new ValidationError({
      code: 'OutOfRange',
      path: callee,
      summary: `Its routing by header takes ${rules.length} rules, and ${route} has at most ${RULES_IN_A_ROUTE}.`,
      fix: 'Declare fewer, or use Mesh.istio().',
    });
  }
}
