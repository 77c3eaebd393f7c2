import type {
  IBackendTrafficPolicy, IClientTrafficPolicy, IEnvoyPatchPolicy, IEnvoyProxy, ISecurityPolicy,
} from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with { 'resolution-mode': 'import' };
import { resource } from '../kubernetes';

const VERSION = 'gateway.envoyproxy.io/v1alpha1';

/** How the proxies of a Gateway run. @see https://gateway.envoyproxy.io/docs/api/extension_types/#envoyproxy */
export class EnvoyProxy extends resource<IEnvoyProxy>(VERSION, 'EnvoyProxy') {}

/** What requests must prove. @see https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicy */
export class SecurityPolicy extends resource<ISecurityPolicy>(VERSION, 'SecurityPolicy') {}

/** Limits of what is passed on. @see https://gateway.envoyproxy.io/docs/api/extension_types/#backendtrafficpolicy */
export class BackendTrafficPolicy extends resource<IBackendTrafficPolicy>(VERSION, 'BackendTrafficPolicy') {}

/** How clients connect. @see https://gateway.envoyproxy.io/docs/api/extension_types/#clienttrafficpolicy */
export class ClientTrafficPolicy extends resource<IClientTrafficPolicy>(VERSION, 'ClientTrafficPolicy') {}

/** A change of the Envoy configuration itself; Envoy Gateway must be told to take them. @see https://gateway.envoyproxy.io/docs/api/extension_types/#envoypatchpolicy */
export class EnvoyPatchPolicy extends resource<IEnvoyPatchPolicy>(VERSION, 'EnvoyPatchPolicy') {}
