import type { Labels, PeerPort } from '../../../manifests';

/** A connection as its server sees it. */
export interface Connection {
  /** Who connects: the namespace and labels of a Pod; empty for what is outside the cluster. */
  readonly namespace: string;
  readonly labels: Labels;
  /** Known from outside, or if a test says it. */
  readonly address?: string;
  /** The identity that mutual TLS proves, without `spiffe://`. */
  readonly identity?: string;
  /** The name that the client asked for in TLS. */
  readonly serverName?: string;
  readonly port: PeerPort;
}
