import type { Construct } from 'constructs';
import { edgesBeside, requestListeners } from '../kubernetes';
import { ClientCertificates, type Edge, ValidationError } from '../topology';
import { internalHeadersOf } from './client-headers';
import { ClientTrafficPolicy } from './resources';

/**
 * Connections of clients to an edge with TLS: version 1.2 or newer, and with a client certificate if the edge, or the
 * front before it, has a client CA. Headers that the gateway sets itself are removed from requests on every listener, before authentication
 * and rate limits.
 */
export function renderClientPolicy(scope: Construct, edge: Edge): void {
  const edges = edgesBeside(edge);
  const remove = [...new Set(edges.flatMap(internalHeadersOf))];
  if (!edge.tlsSecret && remove.length === 0 && !edge.trustedProxies) {
    return;
  }
  const authority = edge.gatewayClientCa;
  new ClientTrafficPolicy(scope, 'client-policy', {
    metadata: { name: edge.gatewayName, namespace: edge.namespace },
    spec: {
      targetRefs: (remove.length > 0 || edge.trustedProxies ? [undefined] : tlsListeners(edges)).map(sectionName => ({
        group: 'gateway.networking.k8s.io',
        kind: 'Gateway',
        name: edge.gatewayName,
        sectionName,
      })),
      clientIPDetection: clientIPDetection(edge),
      headers:
        remove.length > 0 || authority !== undefined
          ? {
              earlyRequestHeaders: remove.length > 0 ? { remove } : undefined,
              // As Istio's gateway does. By default the header would be removed.
              xForwardedClientCert:
                authority !== undefined
                  ? { mode: 'SanitizeSet', certDetailsToAdd: ['Subject', 'Cert', 'DNS', 'URI'] }
                  : undefined,
            }
          : undefined,
      tls: edge.tlsSecret
        ? {
            minVersion: edge.minTlsVersion,
            clientValidation:
              authority !== undefined
                ? {
                    // One that is presented is verified.
                    optional: edge.clientCertificates === ClientCertificates.OPTIONAL ? true : undefined,
                    caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: authority }],
                  }
                : undefined,
          }
        : undefined,
    },
  });
}

function tlsListeners(edges: readonly Edge[]): string[] {
  return [...new Set(edges.filter(({ tlsSecret }) => tlsSecret !== undefined).flatMap(requestListeners))];
}

/** The address of a client is read from `x-forwarded-for` on connections of trusted proxies only. */
function clientIPDetection({ path, trustedProxies }: Edge): object | undefined {
  if (!trustedProxies) {
    return undefined;
  }
  if ((trustedProxies.count ?? 1) > 1) {
    throw new ValidationError({
      code: 'TooManyProxies',
      path,
      summary: 'Envoy Gateway trusts proxies by their addresses, and cannot count them as well.',
      fix: 'Leave `count` out, and list the addresses of all proxies in `cidrs`.',
    });
  }
  return { xForwardedFor: { trustedCIDRs: [...trustedProxies.cidrs] } };
}
