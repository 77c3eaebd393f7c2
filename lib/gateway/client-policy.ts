import type { TopologyChart } from '../kubernetes';
import type { Edge } from '../topology';
import { internalHeadersOf } from './client-headers';
import { ClientTrafficPolicy } from './resources';

/**
 * Connections of clients to an edge with TLS: version 1.2 or newer, and with a client certificate if the edge, or the
 * front before it, has a client CA. Headers that the gateway sets itself are removed from requests on every listener, before authentication
 * and rate limits.
 */
export function renderClientPolicy(chart: TopologyChart, edge: Edge): void {
  const remove = internalHeadersOf(edge);
  if (!edge.tlsSecret && remove.length === 0) {
    return;
  }
  new ClientTrafficPolicy(chart.scopeOf(edge), 'client-policy', {
    metadata: { name: edge.name, namespace: edge.namespace },
    spec: {
      targetRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: edge.name,
          sectionName: remove.length > 0 ? undefined : 'https',
        },
      ],
      headers: remove.length > 0 ? { earlyRequestHeaders: { remove } } : undefined,
      tls: edge.tlsSecret
        ? {
            minVersion: '1.2',
            clientValidation:
              edge.gatewayClientCa === undefined
                ? undefined
                : { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: edge.gatewayClientCa }] },
          }
        : undefined,
    },
  });
}
