import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { Construct } from 'constructs';
import { edgesBeside, type Labels, type SpecOf } from '../kubernetes';
import { ClientCertificates, DRAIN, type Edge, TlsVersion } from '../topology';
import { AuthorizationPolicy } from './resources';

type Source = NonNullable<
  NonNullable<NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number]['from']>[number]['source']
>;

/**
 * The options of the listeners with TLS: with optional certificates, one that is presented is verified. (The Gateway
 * API's `AllowInsecureFallback` would accept invalid ones as well.)
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#mutual-tls
 */
export function tlsOptionsOf({ clientCa, clientCertificates, front }: Edge): Labels | undefined {
  return clientCa !== undefined && !front && clientCertificates === ClientCertificates.OPTIONAL
    ? { 'gateway.istio.io/tls-terminate-mode': 'OPTIONAL_MUTUAL' }
    : undefined;
}

/**
 * The settings of the gateway's proxies: the number of entries of `x-forwarded-for` that trusted proxies append, and
 * the time in which connections are closed, for pods that a load balancer of its own connects to.
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
 */
export function proxyConfigOf({ trustedProxies }: Edge, hasPodTargets: boolean): Labels | undefined {
  const config = {
    ...(trustedProxies ? { gatewayTopology: { numTrustedProxies: trustedProxies.count ?? 1 } } : {}),
    ...(hasPodTargets ? { terminationDrainDuration: `${DRAIN.closing}s` } : {}),
  };
  return Object.keys(config).length > 0 ? { 'proxy.istio.io/config': JSON.stringify(config) } : undefined;
}

/** The part of the spec of the Service that preserves the addresses of clients. */
export function addressesOf(edge: Edge, service: string): { externalTrafficPolicy?: string } {
  return service === 'LoadBalancer' && edgesBeside(edge).some(hasConditions) ? { externalTrafficPolicy: 'Local' } : {};
}

/**
 * Denies requests by the address of the client, and connections that bypass the trusted proxies: clients could forge
 * `x-forwarded-for` on them. `ipBlocks` is the address of the connection, `remoteIpBlocks` that of the client.
 */
export function renderAddressPolicy(scope: Construct, edge: Edge): void {
  const { name, namespace, allowedCidrs, deniedCidrs, trustedProxies } = edge;
  if (!hasConditions(edge)) {
    return;
  }
  const denied: Source[] = [
    ...(trustedProxies ? [{ notIpBlocks: [...trustedProxies.cidrs] }] : []),
    ...(allowedCidrs ? [{ notRemoteIpBlocks: [...allowedCidrs] }] : []),
    ...(deniedCidrs ? [{ remoteIpBlocks: [...deniedCidrs] }] : []),
  ];
  new AuthorizationPolicy(scope, 'authorization-policy-addresses', {
    metadata: { name: `${name}-addresses`, namespace },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }],
      action: 'DENY',
      rules: denied.map(source => ({ from: [{ source }] })),
    },
  });
}

/**
 * The lowest version of TLS, for which a listener of the Gateway API has no field.
 * @returns the filter chains' transport socket to merge; undefined for TLS 1.2, the default of Envoy
 */
export function minTlsVersion({ tlsSecret, minTlsVersion: version }: Edge): object | undefined {
  return tlsSecret !== undefined && version === TlsVersion.V1_3
    ? {
        transport_socket: {
          name: 'envoy.transport_sockets.tls',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
            common_tls_context: { tls_params: { tls_minimum_protocol_version: 'TLSv1_3' } },
          },
        },
      }
    : undefined;
}

function hasConditions({ allowedCidrs, deniedCidrs, trustedProxies }: Edge): boolean {
  return (allowedCidrs ?? deniedCidrs ?? trustedProxies) !== undefined;
}
