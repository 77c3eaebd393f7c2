import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Edge } from '../topology';
import { certificatesOf } from './edge-certificates';

/** The Certificates of an edge, from which cert-manager fills its Secrets; nothing if the edge has no issuer. */
export function renderCertificate(scope: Construct, edge: Edge): void {
  const { name, namespace, certificateIssuer } = edge;
  if (!certificateIssuer) {
    return;
  }
  certificatesOf(edge).forEach(({ secret, hosts }, index) => {
    new ApiObject(scope, index === 0 ? 'certificate' : `certificate-${secret}`, {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: index === 0 ? name : `${name}-${secret}`, namespace },
      spec: {
        secretName: secret,
        dnsNames: [...hosts],
        issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: certificateIssuer },
      },
    });
  });
}
