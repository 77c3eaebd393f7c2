/** Whether a header match is on a claim: `@request.auth.claims.name`, or with the names in brackets. */
export function isRoutingClaim(name: string): boolean {
  return /^@request\.auth\.claims(\..+|\[.+\])$/is.test(name);
}
