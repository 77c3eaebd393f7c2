import { Capability, type ClientKey, type Edge, type PerClientRateLimit, ValidationError } from '../topology';

/**
 * Headers that identify a client for rate limits; the gateway sets them from verified credentials, and removes them
 * from requests.
 */
const PREFIX = 'x-cardinal-client';

/** The header with the client ID of an API key. */
export const CLIENT_OF_KEY = `${PREFIX}-key`;
const ISSUER = `${PREFIX}-issuer`;

/** The headers with the claims that identify clients for rate limits. */
export function claimHeadersOf(edge: Edge): { claim: string; header: string }[] | undefined {
  const claims = limitingClaims(edge);
  return claims.length > 0
    ? [{ claim: 'iss', header: ISSUER }, ...claims.map(claim => ({ claim, header: headerOfClaim(claim) }))]
    : undefined;
}

/** The headers that identify a client. A claim is counted with its issuer. */
export function headersOfClient({ kind, name }: ClientKey): string[] {
  return kind === 'claim' ? [ISSUER, headerOfClaim(name)] : [kind === 'header' ? name : CLIENT_OF_KEY];
}

/**
 * All headers that the gateway sets itself. Token and API key authentication overwrite them on their own routes only:
 * on the other routes of the edge the client's value would be counted, and forwarded to the service.
 */
export function internalHeadersOf(edge: Edge): string[] {
  const hasKeys = !edge.isLeftToFront(Capability.API_KEYS) && edge.rules.some(({ auth }) => auth.key);
  return [...(claimHeadersOf(edge)?.map(({ header }) => header) ?? []), ...(hasKeys ? [CLIENT_OF_KEY] : [])];
}

/** Throws if claims or headers would share a header: different clients would be counted as one. */
export function rejectSharedHeaders(edge: Edge): void {
  const names = [ISSUER, CLIENT_OF_KEY, ...limitingClaims(edge).map(headerOfClaim)];
  const shared = names.find((name, index) => names.indexOf(name) !== index);
  const given = [
    ...limitsOf(edge).flatMap(({ client: { kind, name } }) => (kind === 'header' ? [name] : [])),
    ...(edge.isLeftToFront(Capability.API_KEYS) ? [] : edge.rules.flatMap(({ auth: { key } }) => key?.header ?? [])),
  ].find(name => name.startsWith(PREFIX));
  if ((shared ?? given) !== undefined) {
    throw new ValidationError({
      code: 'SharedHeader',
      path: edge.path,
      summary:
        shared === undefined
          ? `Envoy Gateway removes the header "${given}" from requests: names that start with "${PREFIX}" are reserved.`
          : `Two limits identify clients by values that Envoy Gateway would put into one header, "${shared}".`,
      fix:
        shared === undefined
          ? 'Use another header.'
          : 'Use another claim: names must differ in letters or digits, regardless of case.',
    });
  }
}

function limitingClaims(edge: Edge): string[] {
  return [...new Set(limitsOf(edge).flatMap(({ client: { kind, name } }) => (kind === 'claim' ? [name] : [])))];
}

/** The limits of clients that the gateway enforces. */
export function limitsOf(edge: Edge): readonly PerClientRateLimit[] {
  return edge.isLeftToFront(Capability.PER_CLIENT_RATE_LIMITS) ? [] : edge.perClientRateLimits;
}

function headerOfClaim(claim: string): string {
  return `${PREFIX}-${claim.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}
