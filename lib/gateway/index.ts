export { EnvoyGateway, type EnvoyGatewayProps, EnvoyService } from './envoy-gateway';
export { BackendTrafficPolicy, ClientTrafficPolicy, EnvoyPatchPolicy, EnvoyProxy, SecurityPolicy } from './resources';
