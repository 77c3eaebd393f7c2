import type { IWasmPlugin } from '@kubernetes-models/istio/extensions.istio.io/v1alpha1' with { 'resolution-mode': 'import' };
import type {
  IDestinationRule, IGateway as IIstioGateway, IServiceEntry, ISidecar, IVirtualService,
} from '@kubernetes-models/istio/networking.istio.io/v1' with { 'resolution-mode': 'import' };
import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3' with { 'resolution-mode': 'import' };
import type { IProxyConfig } from '@kubernetes-models/istio/networking.istio.io/v1beta1' with { 'resolution-mode': 'import' };
import type {
  IAuthorizationPolicy, IPeerAuthentication, IRequestAuthentication,
} from '@kubernetes-models/istio/security.istio.io/v1' with { 'resolution-mode': 'import' };
import type { ITelemetry } from '@kubernetes-models/istio/telemetry.istio.io/v1' with { 'resolution-mode': 'import' };
import type {
  IBackendTLSPolicy, IGateway, IGRPCRoute, IHTTPRoute, IReferenceGrant,
} from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with { 'resolution-mode': 'import' };
import { ApiObject, type ApiObjectMetadata, type GroupVersionKind } from 'cdk8s';
import type { Construct } from 'constructs';

/** The `spec` of a resource, as `@kubernetes-models` types it. */
export type SpecOf<Resource extends { spec?: unknown }> = NonNullable<Resource['spec']>;

/** Properties of a typed resource. */
export interface ResourceProps<Spec> {
  /**
   * Name, namespace, labels and annotations.
   * @default - the name is made from the construct's path, the namespace is the chart's
   */
  readonly metadata?: ApiObjectMetadata;
  readonly spec: Spec;
}

/** How requests to a host are routed. @see https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
export class VirtualService extends resource<IVirtualService>('networking.istio.io/v1', 'VirtualService') {}

/** How connections to a host are made, and its subsets. @see https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
export class DestinationRule extends resource<IDestinationRule>('networking.istio.io/v1', 'DestinationRule') {}

/** What a gateway workload listens to; Istio's own kind, see {@link Gateway} for the Gateway API's. @see https://istio.io/latest/docs/reference/config/networking/gateway/ */
export class IstioGateway extends resource<IIstioGateway>('networking.istio.io/v1', 'Gateway') {}

/** A host outside the cluster made known to the mesh. @see https://istio.io/latest/docs/reference/config/networking/service-entry/ */
export class ServiceEntry extends resource<IServiceEntry>('networking.istio.io/v1', 'ServiceEntry') {}

/** Which hosts a proxy knows. @see https://istio.io/latest/docs/reference/config/networking/sidecar/ */
export class Sidecar extends resource<ISidecar>('networking.istio.io/v1', 'Sidecar') {}

/** Whether mutual TLS is demanded. @see https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
export class PeerAuthentication extends resource<IPeerAuthentication>('security.istio.io/v1', 'PeerAuthentication') {}

/** Which tokens are valid. It demands none: an AuthorizationPolicy does. @see https://istio.io/latest/docs/reference/config/security/request_authentication/ */
export class RequestAuthentication extends resource<IRequestAuthentication>('security.istio.io/v1', 'RequestAuthentication') {}

/** Who may do what. @see https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
export class AuthorizationPolicy extends resource<IAuthorizationPolicy>('security.istio.io/v1', 'AuthorizationPolicy') {}

/** Access logs, traces and metrics. @see https://istio.io/latest/docs/reference/config/telemetry/ */
export class Telemetry extends resource<ITelemetry>('telemetry.istio.io/v1', 'Telemetry') {}

/** A change of the Envoy configuration itself. @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/ */
export class EnvoyFilter extends resource<IEnvoyFilter>('networking.istio.io/v1alpha3', 'EnvoyFilter') {}

/** Options of a proxy that take effect when its pod starts. @see https://istio.io/latest/docs/reference/config/networking/proxy-config/ */
export class ProxyConfig extends resource<IProxyConfig>('networking.istio.io/v1beta1', 'ProxyConfig') {}

/** A WebAssembly filter. @see https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/ */
export class WasmPlugin extends resource<IWasmPlugin>('extensions.istio.io/v1alpha1', 'WasmPlugin') {}

/** A way in, for which a controller makes workload and Service. @see https://gateway-api.sigs.k8s.io/api-types/gateway/ */
export class Gateway extends resource<IGateway>('gateway.networking.k8s.io/v1', 'Gateway') {}

/** How HTTP requests to a Gateway or a Service are routed. @see https://gateway-api.sigs.k8s.io/api-types/httproute/ */
export class HttpRoute extends resource<IHTTPRoute>('gateway.networking.k8s.io/v1', 'HTTPRoute') {}

/** How gRPC requests to a Gateway or a Service are routed. @see https://gateway-api.sigs.k8s.io/api-types/grpcroute/ */
export class GrpcRoute extends resource<IGRPCRoute>('gateway.networking.k8s.io/v1', 'GRPCRoute') {}

/** Lets objects of one namespace refer to objects of another. @see https://gateway-api.sigs.k8s.io/api-types/referencegrant/ */
export class ReferenceGrant extends resource<IReferenceGrant>('gateway.networking.k8s.io/v1', 'ReferenceGrant') {}

/** How a Gateway speaks TLS to a Service. @see https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/ */
export class BackendTlsPolicy extends resource<IBackendTLSPolicy>('gateway.networking.k8s.io/v1', 'BackendTLSPolicy') {}

interface ResourceClass<Resource extends { spec?: unknown }> {
  /** The API version and kind of the objects. */
  readonly GVK: GroupVersionKind;
  new (scope: Construct, id: string, props: ResourceProps<SpecOf<Resource>>): ApiObject;
}

function resource<Resource extends { spec?: unknown }>(apiVersion: string, kind: string): ResourceClass<Resource> {
  return class extends ApiObject {
    static readonly GVK = { apiVersion, kind };

    constructor(scope: Construct, id: string, props: ResourceProps<SpecOf<Resource>>) {
      super(scope, id, { ...props, apiVersion, kind });
    }
  };
}
