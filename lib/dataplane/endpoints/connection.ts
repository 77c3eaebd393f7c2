import type { Labels, PeerPort } from '../../manifests';

/** A connection, from the view of the server. */
export interface Connection {
  /** The client: the namespace and labels of a Pod; empty outside the cluster. */
  readonly namespace: string;
  readonly labels: Labels;
  /** Known for clients outside, or if a test sets it. */
  readonly address?: string;
  /** The identity that mutual TLS proves, without `spiffe://`. */
  readonly identity?: string;
  /** The SNI of the client. */
  readonly serverName?: string;
  /** Whether TLS ends at the application, so that its proxy sees bytes. */
  readonly isEncrypted?: boolean;
  readonly port: PeerPort;
}
