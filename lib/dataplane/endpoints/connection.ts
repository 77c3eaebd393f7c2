import type { Field, Labels, PeerPort } from '../../manifests';
import type { Unsimulated } from '../messages/unsimulated';
import type { LinkerdIdentity } from './caller';

/** A connection, from the view of the server. */
export interface Connection {
  /** The client: the namespace and labels of a Pod; empty outside the cluster. */
  readonly namespace: string;
  readonly labels: Labels;
  /** Known for clients outside, or if a test sets it. */
  readonly address?: string;
  /** The address of the client that a gateway determines. */
  readonly clientAddress?: string;
  /** The identity that mutual TLS proves, without `spiffe://`. */
  readonly identity?: string;
  /** The SNI of the client. */
  readonly serverName?: string;
  /** Whether TLS ends at the application, so that its proxy sees bytes. */
  readonly isEncrypted?: boolean;
  /** Whether TLS ends at a server of a gateway, whose proxy accepts no mutual TLS by itself. */
  readonly isAtServers?: boolean;
  /** For Pods with a proxy of Linkerd: the identity of the client, if it has one of Linkerd, too. */
  readonly linkerd?: { readonly identity?: LinkerdIdentity };
  /** Whether ztunnel accepts it, for a Pod in ambient mode. */
  readonly isAtZtunnel?: boolean;
  /** Whether a waypoint accepts it in a tunnel: the address of the client is then that of the proxy inside. */
  readonly isAtWaypoint?: boolean;
  readonly port: PeerPort;
}

/** An established connection, or the reason for its failure. */
export interface Attempt {
  readonly connection?: Connection;
  readonly refusal?: { readonly by?: Field; readonly reason: string };
  /** What is done on the way, in words. */
  readonly step?: string;
  /** Why it is not known whether the connection fails. */
  readonly doubt?: Unsimulated;
}
