import type { Edge } from '../topology';

/** A certificate of an edge, and its hosts. */
export interface EdgeCertificate {
  readonly secret: string;
  readonly hosts: readonly string[];
}

/** The certificates of an edge: `tlsSecret` first, then those of single hosts. */
export function certificatesOf({ hosts, tlsSecret, tlsSecrets }: Edge): EdgeCertificate[] {
  if (tlsSecret === undefined) {
    return [];
  }
  return [
    { secret: tlsSecret, hosts: hosts.filter(host => tlsSecrets[host] === undefined) },
    ...Object.entries(tlsSecrets).map(([host, secret]) => ({ secret, hosts: [host] })),
  ];
}
