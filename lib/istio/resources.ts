import type { IWasmPlugin } from '@kubernetes-models/istio/extensions.istio.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import type {
  IDestinationRule,
  IGateway as IIstioGateway,
  IServiceEntry,
  ISidecar,
  IVirtualService,
  IWorkloadEntry,
  IWorkloadGroup,
} from '@kubernetes-models/istio/networking.istio.io/v1' with { 'resolution-mode': 'import' };
import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3' with {
  'resolution-mode': 'import',
};
import type { IProxyConfig } from '@kubernetes-models/istio/networking.istio.io/v1beta1' with {
  'resolution-mode': 'import',
};
import type {
  IAuthorizationPolicy,
  IPeerAuthentication,
  IRequestAuthentication,
} from '@kubernetes-models/istio/security.istio.io/v1' with { 'resolution-mode': 'import' };
import type { ITelemetry } from '@kubernetes-models/istio/telemetry.istio.io/v1' with { 'resolution-mode': 'import' };
import { resource, type SpecOf } from '../kubernetes';

/** How requests to a host are routed. @see https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
export class VirtualService extends resource<IVirtualService>('networking.istio.io/v1', 'VirtualService') {}

/**
 * Settings of connections to a host, and its subsets.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export class DestinationRule extends resource<IDestinationRule>('networking.istio.io/v1', 'DestinationRule') {}

/**
 * The servers of a gateway workload. This is Istio's own kind; that of the Gateway API is `Gateway`.
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export class IstioGateway extends resource<IIstioGateway>('networking.istio.io/v1', 'Gateway') {}

/**
 * An external host in the service registry of the mesh.
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export class ServiceEntry extends resource<IServiceEntry>('networking.istio.io/v1', 'ServiceEntry') {}

/**
 * A machine outside the cluster, or one endpoint of a ServiceEntry: Services and ServiceEntries select it by its
 * labels.
 * @see https://istio.io/latest/docs/reference/config/networking/workload-entry/
 */
export class WorkloadEntry extends resource<IWorkloadEntry>('networking.istio.io/v1', 'WorkloadEntry') {}

/**
 * The labels, ServiceAccount and probe of machines that register themselves as WorkloadEntries.
 * @see https://istio.io/latest/docs/reference/config/networking/workload-group/
 */
export class WorkloadGroup extends resource<IWorkloadGroup>('networking.istio.io/v1', 'WorkloadGroup') {}

/** The hosts in the configuration of a proxy. @see https://istio.io/latest/docs/reference/config/networking/sidecar/ */
export class Sidecar extends resource<ISidecar>('networking.istio.io/v1', 'Sidecar') {}

/**
 * The mutual TLS mode of workloads.
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export class PeerAuthentication extends resource<IPeerAuthentication>('security.istio.io/v1', 'PeerAuthentication') {}

/**
 * The tokens that are valid. It does not require a token; an AuthorizationPolicy does.
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export class RequestAuthentication extends resource<IRequestAuthentication>(
  'security.istio.io/v1',
  'RequestAuthentication',
) {}

/**
 * The requests and connections that are allowed or denied.
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
export class AuthorizationPolicy extends resource<IAuthorizationPolicy>(
  'security.istio.io/v1',
  'AuthorizationPolicy',
) {}

/** The spec of a {@link Telemetry}. */
export type TelemetrySpec = SpecOf<ITelemetry>;

/** Access logs, traces and metrics. @see https://istio.io/latest/docs/reference/config/telemetry/ */
export class Telemetry extends resource<ITelemetry>('telemetry.istio.io/v1', 'Telemetry') {}

/** A patch of the Envoy configuration. @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/ */
export class EnvoyFilter extends resource<IEnvoyFilter>('networking.istio.io/v1alpha3', 'EnvoyFilter') {}

/**
 * Options of a proxy that take effect when its pod starts.
 * @see https://istio.io/latest/docs/reference/config/networking/proxy-config/
 */
export class ProxyConfig extends resource<IProxyConfig>('networking.istio.io/v1beta1', 'ProxyConfig') {}

/** A WebAssembly filter. @see https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/ */
export class WasmPlugin extends resource<IWasmPlugin>('extensions.istio.io/v1alpha1', 'WasmPlugin') {}
