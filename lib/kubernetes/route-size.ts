import { type Operation, ValidationError } from '../topology';

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

/** The longest path in the CRDs of routes. @see https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch */
export const LONGEST_PATH = 1024;

/**
 * Throws if the match of an operation's path is longer than that of a route can be.
 * @param where the path of the construct with the operation
 */
export function requirePathLength(
  where: string,
  operation: Operation,
  { value = '' }: { readonly value?: string },
): void {
  if (value.length > LONGEST_PATH) {
    throw new ValidationError({
      code: 'OutOfRange',
      path: where,
      summary:
        `The path of "${operation.toString()}" has ${value.length} characters in the HTTPRoute, with the expressions of `
        + `its parameters, and an HTTPRoute can have ${LONGEST_PATH}.`,
      fix: 'Shorten the path, use fewer parameters, or declare a prefix of it, e.g. "GET /orders/*".',
    });
  }
}
