import type { Callee } from './callee';
import { type Declaring, requireDeclaring } from './declaring';
import { duplicate } from './duplicate';
import type { Operation } from './operation';
import type { Peer } from './peer';
import type { Port } from './port';
import { ValidationError } from './validation-error';

/** What a {@link Peer} may call. */
export interface AllowFromProps {
  /**
   * The number of the service's port.
   * @default - its first
   */
  readonly port?: number;
  /**
   * The only operations that it may use. Any other is denied with 403.
   * @default - all
   */
  readonly allowedOperations?: Operation[];
  /**
   * Whether the port also accepts connections without mutual TLS, as callers without a proxy open them. In the cluster:
   * `PERMISSIVE` for this port in a PeerAuthentication; other ports stay `STRICT`, and callers with an identity are
   * still allowed by it only. Which callers without one can connect is limited by the NetworkPolicy.
   * @default false
   * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/#PeerAuthentication-MutualTLS-Mode
   */
  readonly plaintext?: boolean;
}

/** A caller outside the topology that a service allows, and what it may call. */
export class AllowedPeer {
  /** The port of the service. */
  readonly port: Port;
  /** The operations that it may use; undefined for all. */
  readonly allowedOperations?: readonly Operation[];
  /** Whether the port accepts its connections without mutual TLS. */
  readonly plaintext: boolean;

  constructor(
    declaring: Declaring,
    callee: Callee,
    /** The caller. */
    readonly peer: Peer,
    props: AllowFromProps,
    others: readonly AllowedPeer[],
  ) {
    requireDeclaring(declaring, 'AllowedPeer', 'service.allowFrom(…)');
    const path = `${peer.name} → ${callee.path}`;
    this.port = props.port === undefined ? callee.firstPort(path) : callee.port(props.port, path);
    this.allowedOperations = props.allowedOperations;
    this.plaintext = props.plaintext ?? false;
    validate(path, this);
    rejectRepeatedPeer(path, this, others);
  }
}

/** Rejects a second declaration that the first one makes ineffective. */
function rejectRepeatedPeer(path: string, added: AllowedPeer, others: readonly AllowedPeer[]): void {
  const key = keyOf(added);
  const other = others.find(each => keyOf(each) === key);
  if (other && !(other.allowedOperations && added.allowedOperations)) {
    throw duplicate(
      path,
      `${added.peer.name} is allowed to call port ${added.port.number} already.`,
      'Keep one of the two, or limit both by `allowedOperations`.',
    );
  }
}

function keyOf({ peer: { namespace, serviceAccount, podLabels, addresses }, port }: AllowedPeer): string {
  const labels = Object.entries(podLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, serviceAccount, labels, addresses, port.number]);
}

function validate(path: string, { peer, port, allowedOperations, plaintext }: AllowedPeer): void {
  if (allowedOperations?.length === 0) {
    throw new ValidationError({
      code: 'EmptyCall',
      path,
      summary: 'It allows no operation.',
      fix: 'List operations in `allowedOperations`, or leave it out to allow all.',
    });
  }
  if (allowedOperations && !port.carriesRequests) {
    throw new ValidationError({
      code: 'NoRequests',
      path,
      summary: `Port ${port.number} uses ${port.protocol}, which has no requests to apply allowedOperations to.`,
      fix: 'Leave it out, or declare the port as http, http2 or grpc if that is its protocol.',
    });
  }
  if (plaintext && peer.hasIdentity) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'A ServiceAccount is proved by mutual TLS, which a connection in plaintext does not have.',
      fix: 'Leave `plaintext` out, or give Peer.pods or Peer.cidrs for a caller without a proxy.',
    });
  }
}
