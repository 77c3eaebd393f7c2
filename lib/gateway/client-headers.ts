import { type ClientKey, type Edge, Mistake } from '../topology';

/** Headers by which the limiter knows a client; the gateway sets them from what it verified, and removes what a client sends under these names. */
const PREFIX = 'x-cardinal-client';

/** The header with the name under which an API key is known. */
export const CLIENT_OF_KEY = `${PREFIX}-key`;
const ISSUER = `${PREFIX}-issuer`;

/** The headers in which the claims go to the limiter that tell clients apart. */
export function claimHeadersOf(edge: Edge): { claim: string; header: string }[] | undefined {
  const claims = limitingClaims(edge);
  return claims.length > 0
    ? [{ claim: 'iss', header: ISSUER }, ...claims.map(claim => ({ claim, header: headerOfClaim(claim) }))]
    : undefined;
}

/** The headers that tell one client from another. A claim is told apart by its issuer as well. */
export function headersOfClient({ kind, name }: ClientKey): string[] {
  return kind === 'claim' ? [ISSUER, headerOfClaim(name)] : [kind === 'header' ? name : CLIENT_OF_KEY];
}

/**
 * All headers that the gateway sets by itself. The token and key checks overwrite them on their own routes alone: on the other
 * routes of the edge the client's value would be counted, and reach the service.
 */
export function internalHeadersOf(edge: Edge): string[] {
  const hasKeys = !edge.managed && edge.routes.some(({ auth }) => auth.key);
  return [...claimHeadersOf(edge)?.map(({ header }) => header) ?? [], ...(hasKeys ? [CLIENT_OF_KEY] : [])];
}

/** Refuses claims and headers that would share a header with another: one client would be counted as the other. */
export function refuseSharedHeaders(edge: Edge): void {
  const names = [ISSUER, CLIENT_OF_KEY, ...limitingClaims(edge).map(headerOfClaim)];
  const shared = names.find((name, index) => names.indexOf(name) !== index);
  const given = [
    ...edge.clientLimits.flatMap(({ client: { kind, name } }) => kind === 'header' ? [name] : []),
    ...edge.routes.flatMap(({ auth: { key } }) => key?.header ?? []),
  ].find(name => name.startsWith(PREFIX));
  if (!edge.managed && (shared ?? given) !== undefined) {
    throw new Mistake({
      code: 'SharedHeader',
      where: edge.path,
      problem: shared === undefined
        ? `Envoy Gateway removes the header "${given}" from requests: names that begin with "${PREFIX}" are its own.`
        : `Two limits tell clients apart by values that Envoy Gateway would carry in one header, "${shared}".`,
      remedy: shared === undefined ? 'Choose another header.' : 'Use a claim of another name: letters (whatever their case) and digits distinguish them.',
    });
  }
}

function limitingClaims(edge: Edge): string[] {
  return [...new Set(edge.managed ? [] : edge.clientLimits.flatMap(({ client: { kind, name } }) => kind === 'claim' ? [name] : []))];
}

function headerOfClaim(claim: string): string {
  return `${PREFIX}-${claim.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}
