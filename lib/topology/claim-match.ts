import { duplicate } from './duplicate';
import type { Operation } from './operation';
import { HeaderMatch } from './traffic';
import type { RequestMatch } from './request-match';
import { ValidationError } from './validation-error';

/** A rule of an edge, as far as claims depend on it. */
interface Rule {
  readonly path: string;
  readonly operation: Operation;
  readonly match?: RequestMatch;
  readonly auth: { readonly token?: { readonly issuer: string } };
  toString(): string;
}

/** The header in which a gateway keeps a claim for its routes. It removes such headers of clients. */
export function headerOfClaim(claim: string): string {
  return `x-jwt-claim-${claim.toLowerCase()}`;
}

/** The conditions of a rule, with those on claims as conditions on their headers. */
export function withClaimsAsHeaders(match: RequestMatch | undefined): RequestMatch | undefined {
  return (
    (match?.claims && {
      ...match,
      headers: [
        ...(match.headers ?? []),
        ...Object.entries(match.claims).map(([claim, value]) => HeaderMatch.exact(headerOfClaim(claim), value)),
      ],
    })
    ?? match
  );
}

/** The claims by which the rules of a gateway are matched. Throws for two that would have one header. */
export function claimsOfMatches(rules: readonly Rule[]): string[] {
  const claims = [...new Set(rules.flatMap(({ match }) => Object.keys(match?.claims ?? {})))].sort();
  const [other, claim] = claims.filter(one => claims.some(each => each !== one && sameHeader(each, one)));
  if (other !== undefined && claim !== undefined) {
    throw duplicate(
      rules.find(({ match }) => Object.hasOwn(match?.claims ?? {}, claim))?.path ?? claim,
      `The claims ${other} and ${claim} would both be in the header ${headerOfClaim(claim)} at the gateway.`,
      'Use one of the two.',
    );
  }
  return claims;
}

function sameHeader(one: string, other: string): boolean {
  return headerOfClaim(one) === headerOfClaim(other);
}

/** Rejects claims that have no header, and those of requests without a token. */
export function validateClaims(path: string, { claims = {} }: RequestMatch, hasToken: boolean): void {
  const names = Object.keys(claims);
  const wrong = names.find(each => !/^[A-Za-z0-9_-]+$/.test(each));
  if (wrong !== undefined) {
    throw new ValidationError({
      code: 'InvalidText',
      path,
      summary: `The claim "${wrong}" has no header by its name.`,
      fix: 'Use a claim of the token itself whose name has letters, digits, "-" and "_".',
    });
  }
  if (names.length > 0 && !hasToken) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `The rule matches the claim ${names.join(', ')}, and its requests need no token.`,
      fix: 'Give the rule `auth: Auth.jwt({ … })`, or leave `claims` out.',
    });
  }
}

/**
 * Rejects two rules for the same requests if one matches claims and they differ in the tokens that they accept: a
 * gateway selects the route anew once it has verified a token, and keeps its first choice, by the client's own headers,
 * for a request that needs none.
 */
export function rejectOtherTokens(added: Rule, others: readonly Rule[]): void {
  const other = others.find(
    each =>
      (each.match?.claims ?? added.match?.claims)
      && each.operation.overlaps(added.operation)
      && each.auth.token?.issuer !== added.auth.token?.issuer,
  );
  if (other) {
    throw new ValidationError({
      code: 'AmbiguousRoutes',
      path: added.path,
      summary:
        `"${added.toString()}" and "${other.toString()}" are distinguished by claims, and accept tokens of different `
        + 'issuers, or one of them needs none.',
      fix: 'Give both tokens of one issuer, or use different paths.',
    });
  }
}
