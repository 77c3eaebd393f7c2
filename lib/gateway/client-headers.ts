import type { ClientKey, Edge } from '../topology';

/** Headers by which the limiter knows a client; the gateway sets them from what it verified, over whatever a client sends. */
const PREFIX = 'x-cardinal-client';

/** The header with the name under which an API key is known. */
export const CLIENT_OF_KEY = `${PREFIX}-key`;
const ISSUER = `${PREFIX}-issuer`;

/** The headers in which the claims go to the limiter that tell clients apart. */
export function claimHeadersOf(edge: Edge): { claim: string; header: string }[] | undefined {
  const claims = new Set(edge.managed ? [] : edge.clientLimits.flatMap(({ client: { kind, name } }) => kind === 'claim' ? [name] : []));
  return claims.size > 0
    ? [{ claim: 'iss', header: ISSUER }, ...[...claims].map(claim => ({ claim, header: headerOfClaim(claim) }))]
    : undefined;
}

/** The headers that tell one client from another. A claim is told apart by its issuer as well. */
export function headersOfClient({ kind, name }: ClientKey): string[] {
  return kind === 'claim' ? [ISSUER, headerOfClaim(name)] : [kind === 'header' ? name : CLIENT_OF_KEY];
}

function headerOfClaim(claim: string): string {
  return `${PREFIX}-${claim.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}
