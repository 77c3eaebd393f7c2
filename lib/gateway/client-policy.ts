import { requestListeners, type TopologyChart } from '../kubernetes';
import type { Edge } from '../topology';
import { internalHeadersOf } from './client-headers';
import { ClientTrafficPolicy } from './resources';

/**
 * Connections of clients to an edge with TLS: version 1.2 or newer, and with a client certificate if the edge has a
 * client CA. Headers that the gateway sets itself are removed from requests on every listener, before authentication
 * and rate limits.
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
      targetRefs: (remove.length > 0 ? [undefined] : requestListeners(edge)).map(sectionName => ({
        group: 'gateway.networking.k8s.io',
        kind: 'Gateway',
        name: edge.name,
        sectionName,
      })),
      headers: remove.length > 0 ? { earlyRequestHeaders: { remove } } : undefined,
      tls: edge.tlsSecret
        ? {
            minVersion: '1.2',
            clientValidation: asksForCertificate
              ? { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: edge.clientCa }] }
              : undefined,
          }
        : undefined,
    },
  });
}
