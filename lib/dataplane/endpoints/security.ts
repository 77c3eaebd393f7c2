import type { BackendTls } from './backend-tls';

/** The client TLS of a connection: from a DestinationRule, automatic if undefined; none without a proxy. */
export interface Security {
  readonly tlsMode?: string;
  /** The SNI of TLS that the proxy originates. */
  readonly serverName?: string;
  /** The TLS of a BackendTLSPolicy. */
  readonly backendTls?: BackendTls;
  /** Whether the host is declared as outside the mesh, independent of its endpoints. */
  readonly isExternal?: boolean;
  /** Whether the proxy passes the connection through to an unknown destination. */
  readonly isPassedThrough?: boolean;
  /** Whether the client's own TLS ends at the application. */
  readonly isEncrypted?: boolean;
}
