import type { TopologyChart } from '../kubernetes';
import type { Edge } from '../topology';
import { internalHeadersOf } from './client-headers';
import { ClientTrafficPolicy } from './resources';

/**
 * How clients connect to an edge with TLS: with version 1.2 or newer, and with a certificate if the edge has an authority of clients. Headers that the gateway
 * sets by itself are removed from their requests on every listener, before tokens, keys and limits are looked at.
 */
export function renderClientPolicy(chart: TopologyChart, edge: Edge): void {
  const remove = internalHeadersOf(edge);
  if (!edge.tlsSecret && remove.length === 0) {
    return;
  }
  const asksForCertificate = edge.clientCa !== undefined && !edge.managed;
  new ClientTrafficPolicy(chart.scopeOf(edge), 'client-policy', {
    metadata: { name: edge.name, namespace: edge.namespace },
    spec: {
      targetRefs: [{
        group: 'gateway.networking.k8s.io', kind: 'Gateway', name: edge.name, sectionName: remove.length > 0 ? undefined : 'https',
      }],
      headers: remove.length > 0 ? { earlyRequestHeaders: { remove } } : undefined,
      tls: edge.tlsSecret ? {
        minVersion: '1.2',
        clientValidation: asksForCertificate ? { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: edge.clientCa }] } : undefined,
      } : undefined,
    },
  });
}
