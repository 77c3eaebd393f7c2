import { requireDnsSubdomain, requireHostName } from './names';

/** The TLS of connections from a gateway to a service that terminates TLS itself. */
export interface BackendTls {
  /** The name that the certificate of the service must have. It is also the server name (SNI). */
  readonly hostname: string;
  /**
   * The ConfigMap, in the namespace of the service, whose `ca.crt` holds the authority of its certificate.
   * @default - the public authorities that the gateway trusts
   */
  readonly caConfigMap?: string;
}

/** Rejects names that are invalid. */
export function validateBackendTls(path: string, tls: BackendTls | undefined): void {
  if (tls) {
    requireHostName(path, tls.hostname);
    requireDnsSubdomain(path, 'a ConfigMap', tls.caConfigMap ?? 'none');
  }
}
