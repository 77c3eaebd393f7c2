import type { TopologyChart } from '../kubernetes';
import type { Edge } from '../topology';
import { ClientTrafficPolicy } from './resources';

/** How clients connect to an edge with TLS: with version 1.2 or newer, and with a certificate if the edge has an authority of clients. */
export function renderClientPolicy(chart: TopologyChart, edge: Edge): void {
  if (!edge.tlsSecret) {
    return;
  }
  const asksForCertificate = edge.clientCa !== undefined && !edge.managed;
  new ClientTrafficPolicy(chart.scopeOf(edge), 'client-policy', {
    metadata: { name: edge.name, namespace: edge.namespace },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: edge.name, sectionName: 'https' }],
      tls: {
        minVersion: '1.2',
        clientValidation: asksForCertificate ? { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: edge.clientCa }] } : undefined,
      },
    },
  });
}
