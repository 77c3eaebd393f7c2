import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Edge } from '../topology';

/** The Certificate of an edge, from which cert-manager fills its Secret; nothing if the edge has no issuer. */
export function renderCertificate(
  scope: Construct,
  { name, namespace, host, tlsSecret, certificateIssuer }: Edge,
): void {
  if (!certificateIssuer) {
    return;
  }
  new ApiObject(scope, 'certificate', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace },
    spec: {
      secretName: tlsSecret,
      dnsNames: [host],
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: certificateIssuer },
    },
  });
}
