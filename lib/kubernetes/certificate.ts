import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Edge } from '../topology';

/** The certificate of an edge, kept in its Secret by cert-manager; nothing where somebody else keeps it. */
export function renderCertificate(scope: Construct, { name, namespace, host, tlsSecret, certificateIssuer }: Edge): void {
  if (!certificateIssuer) {
    return;
  }
  new ApiObject(scope, 'certificate', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace },
    spec: { secretName: tlsSecret, dnsNames: [host], issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: certificateIssuer } },
  });
}
