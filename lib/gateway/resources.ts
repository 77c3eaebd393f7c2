import type {
  IBackendTrafficPolicy,
  IClientTrafficPolicy,
  IEnvoyPatchPolicy,
  IEnvoyProxy,
  ISecurityPolicy,
} from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with { 'resolution-mode': 'import' };
import { resource } from '../kubernetes';

const VERSION = 'gateway.envoyproxy.io/v1alpha1';

/** Settings of the proxies of a Gateway. @see https://gateway.envoyproxy.io/docs/api/extension_types/#envoyproxy */
export class EnvoyProxy extends resource<IEnvoyProxy>(VERSION, 'EnvoyProxy') {}

/**
 * Authentication and authorization of requests.
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicy
 */
export class SecurityPolicy extends resource<ISecurityPolicy>(VERSION, 'SecurityPolicy') {}

/**
 * Rate limits and other settings of traffic to backends.
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#backendtrafficpolicy
 */
export class BackendTrafficPolicy extends resource<IBackendTrafficPolicy>(VERSION, 'BackendTrafficPolicy') {}

/**
 * Settings of connections from clients.
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#clienttrafficpolicy
 */
export class ClientTrafficPolicy extends resource<IClientTrafficPolicy>(VERSION, 'ClientTrafficPolicy') {}

/**
 * A patch of the Envoy configuration; it must be enabled in the configuration of Envoy Gateway.
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#envoypatchpolicy
 */
export class EnvoyPatchPolicy extends resource<IEnvoyPatchPolicy>(VERSION, 'EnvoyPatchPolicy') {}
