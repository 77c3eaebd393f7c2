import type {
  IBackendTLSPolicy,
  IGateway,
  IGRPCRoute,
  IHTTPRoute,
  IReferenceGrant,
} from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with { 'resolution-mode': 'import' };
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
