import type {
  IBackendTLSPolicy,
  IGateway,
  IGRPCRoute,
  IHTTPRoute,
  IListenerSet,
  IReferenceGrant,
  ITLSRoute,
} from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with { 'resolution-mode': 'import' };
import type { ITCPRoute, IUDPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1alpha2' with {
  'resolution-mode': 'import',
};
import { resource } from './resource';

/**
 * A gateway, for which a controller creates workload and Service.
 * @see https://gateway-api.sigs.k8s.io/api-types/gateway/
 */
export class Gateway extends resource<IGateway>('gateway.networking.k8s.io/v1', 'Gateway') {}

/** How HTTP requests to a Gateway or a Service are routed. @see https://gateway-api.sigs.k8s.io/api-types/httproute/ */
export class HttpRoute extends resource<IHTTPRoute>('gateway.networking.k8s.io/v1', 'HTTPRoute') {}

/** How gRPC requests to a Gateway or a Service are routed. @see https://gateway-api.sigs.k8s.io/api-types/grpcroute/ */
export class GrpcRoute extends resource<IGRPCRoute>('gateway.networking.k8s.io/v1', 'GRPCRoute') {}

/**
 * Allows objects of one namespace to refer to objects of another.
 * @see https://gateway-api.sigs.k8s.io/api-types/referencegrant/
 */
export class ReferenceGrant extends resource<IReferenceGrant>('gateway.networking.k8s.io/v1', 'ReferenceGrant') {}

/**
 * The TLS settings of connections from a Gateway to a Service.
 * @see https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/
 */
export class BackendTlsPolicy extends resource<IBackendTLSPolicy>('gateway.networking.k8s.io/v1', 'BackendTLSPolicy') {}

/**
 * Further listeners of a Gateway, such as those of another team. Needs Gateway API 1.5.
 * @see https://gateway-api.sigs.k8s.io/geps/gep-1713/
 */
export class ListenerSet extends resource<IListenerSet>('gateway.networking.k8s.io/v1', 'ListenerSet') {}

/**
 * How TLS connections to a Gateway are routed by SNI. Needs Gateway API 1.5.
 * @see https://gateway-api.sigs.k8s.io/api-types/tlsroute/
 */
export class TlsRoute extends resource<ITLSRoute>('gateway.networking.k8s.io/v1', 'TLSRoute') {}

/**
 * How TCP connections to a Gateway are routed. Needs Gateway API 1.6, which serves no earlier version in its standard
 * channel.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#tcproute
 */
export class TcpRoute extends resource<ITCPRoute>('gateway.networking.k8s.io/v1', 'TCPRoute') {}

/**
 * How UDP datagrams to a Gateway are routed. Needs Gateway API 1.6; Istio's gateway does not support it.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#udproute
 */
export class UdpRoute extends resource<IUDPRoute>('gateway.networking.k8s.io/v1', 'UDPRoute') {}
