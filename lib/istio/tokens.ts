import type { IRequestAuthentication } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { SpecOf } from '../kubernetes';
import { type AcceptedTokens, type Edge, type EdgeRule, headerOfClaim, ValidationError } from '../topology';

type JwtRule = NonNullable<SpecOf<IRequestAuthentication>['jwtRules']>[number] & { issuer: string };

/** The tokens that the routes and redirects of an edge accept. */
export function tokensOf(edge: Edge): AcceptedTokens[] {
  return edge.rules.flatMap(({ auth: { token } }) => (token ? [token] : []));
}

/** Throws for rules with one issuer and different keys: a gateway verifies all tokens of an issuer with the same. */
export function requireOneKeySet(edges: readonly Edge[]): void {
  const byIssuer = new Map<string, EdgeRule>();
  for (const rule of edges.flatMap(({ rules }) => rules)) {
    const { token } = rule.auth;
    const earlier = token && byIssuer.get(token.issuer);
    if (earlier && keysOf(earlier) !== keysOf(rule)) {
      throw new ValidationError({
        code: 'Contradiction',
        path: rule.path,
        summary:
          `${earlier.path} and ${rule.path} accept tokens of ${token.issuer} with different keys, and Istio's gateway `
          + 'would accept those of either on both.',
        fix: 'Declare the same `jwks` and `jwksUri` for an issuer, or a gateway of its own for one of them.',
      });
    }
    if (token && !earlier) {
      byIssuer.set(token.issuer, rule);
    }
  }
}

function keysOf({ auth: { token } }: EdgeRule): string {
  return JSON.stringify([token?.jwks, token?.jwksUri]);
}

/**
 * One rule per issuer, which accepts the audiences of all its routes, or any audience where tokens may have none; the
 * AuthorizationPolicy checks the audience of each route.
 * @param claims those by which routes are matched
 */
export function jwtRules(
  tokens: readonly AcceptedTokens[],
  claims: readonly string[] = [],
): (JwtRule & { readonly issuer: string })[] {
  return [...new Set(tokens.map(token => token.issuer))].map(issuer => {
    const ofIssuer = tokens.filter(token => token.issuer === issuer);
    return {
      issuer,
      audiences: ofIssuer.some(token => token.clientIdAsAudience || token.anyAudience)
        ? undefined
        : [...new Set(ofIssuer.flatMap(token => token.audiences))],
      jwksUri: ofIssuer.find(token => token.jwksUri)?.jwksUri,
      jwks: ofIssuer.find(token => token.jwks)?.jwks,
      // By default Envoy also accepts the query parameter `access_token`.
      fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }],
      forwardOriginalToken: true,
      ...(claims.length > 0
        ? { outputClaimToHeaders: claims.map(claim => ({ header: headerOfClaim(claim), claim })) }
        : {}),
    };
  });
}
