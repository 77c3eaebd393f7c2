import type { EdgeGateway } from '../kubernetes';
import { ValidationError } from '../topology';
import type { Waypoints } from './waypoints';

/** The identities that policies refer to: of workloads, and of the gateways of edges. */
export interface Identities {
  readonly gateway: EdgeGateway;
  /** The waypoints that enforce what needs requests; undefined where the proxy of each pod does. */
  readonly waypoints?: Waypoints;
  principal(namespace: string, serviceAccount: string): string;
}

/**
 * The trust domain is a part of principals in policies, where "*" would match other identities.
 * @see https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md#21-trust-domain
 */
export function validTrustDomain(path: string, trustDomain = 'cluster.local'): string {
  if (!/^[a-z0-9._-]{1,255}$/.test(trustDomain)) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `${JSON.stringify(trustDomain)} is not a valid trust domain.`,
      fix: 'Use the trust domain of the installation: lower-case letters, digits, ".", "-" and "_".',
    });
  }
  return trustDomain;
}
