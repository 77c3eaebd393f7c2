import {
  GATEWAY,
  GRPC_ROUTE,
  HTTP_ROUTE,
  NETWORK_POLICY,
  LISTENER_SET,
  REFERENCE_GRANT,
  SERVICE,
  TCP_ROUTE,
  TLS_ROUTE,
} from '../../../lib/dataplane/unread/fields';
import {
  BACKEND_TRAFFIC_POLICY,
  CLIENT_TRAFFIC_POLICY,
  ENVOY_EXTENSION_POLICY,
  ENVOY_PROXY,
  SECURITY_POLICY,
} from '../../../lib/dataplane/unread/envoy-gateway';
import {
  AUTHORIZATION_POLICY,
  DESTINATION_RULE,
  ISTIO_GATEWAY,
  PEER_AUTHENTICATION,
  PROXY_CONFIG,
  REQUEST_AUTHENTICATION,
  SERVICE_ENTRY,
  SIDECAR,
  VIRTUAL_SERVICE,
  WORKLOAD_ENTRY,
  WORKLOAD_GROUP,
} from '../../../lib/dataplane/unread/istio';
import type { Reading } from '../../../lib/dataplane/unread/read';
import { SpecFields } from '../../support/spec-fields';

const EG = '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1';
const ISTIO = '@kubernetes-models/istio/networking.istio.io/v1';
const SECURITY = '@kubernetes-models/istio/security.istio.io/v1';
const GATEWAY_API = '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';

const TABLE: readonly (readonly [name: string, module: string, reading: Reading])[] = [
  ['IVirtualService', ISTIO, VIRTUAL_SERVICE],
  ['IDestinationRule', ISTIO, DESTINATION_RULE],
  ['ISidecar', ISTIO, SIDECAR],
  ['IGateway', ISTIO, ISTIO_GATEWAY],
  ['IGateway', GATEWAY_API, GATEWAY],
  ['IHTTPRoute', GATEWAY_API, HTTP_ROUTE],
  ['IGRPCRoute', GATEWAY_API, GRPC_ROUTE],
  ['IServiceEntry', ISTIO, SERVICE_ENTRY],
  ['IWorkloadEntry', ISTIO, WORKLOAD_ENTRY],
  ['IWorkloadGroup', ISTIO, WORKLOAD_GROUP],
  ['IProxyConfig', '@kubernetes-models/istio/networking.istio.io/v1beta1', PROXY_CONFIG],
  ['IAuthorizationPolicy', SECURITY, AUTHORIZATION_POLICY],
  ['IRequestAuthentication', SECURITY, REQUEST_AUTHENTICATION],
  ['IPeerAuthentication', SECURITY, PEER_AUTHENTICATION],
  ['ITLSRoute', GATEWAY_API, TLS_ROUTE],
  ['ITCPRoute', '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1alpha2', TCP_ROUTE],
  ['IReferenceGrant', GATEWAY_API, REFERENCE_GRANT],
  ['IListenerSet', GATEWAY_API, LISTENER_SET],
  ['INetworkPolicy', 'kubernetes-models/networking.k8s.io/v1', NETWORK_POLICY],
  ['IService', 'kubernetes-models/v1', SERVICE],
  ['ISecurityPolicy', EG, SECURITY_POLICY],
  ['IBackendTrafficPolicy', EG, BACKEND_TRAFFIC_POLICY],
  ['IClientTrafficPolicy', EG, CLIENT_TRAFFIC_POLICY],
  ['IEnvoyExtensionPolicy', EG, ENVOY_EXTENSION_POLICY],
  ['IEnvoyProxy', EG, ENVOY_PROXY],
];
const fields = SpecFields.of(TABLE.map(([name, module]) => ({ name, module })));

describe.each(TABLE.map(([name, , reading], index) => [name, reading, fields[index]] as const))(
  'of the fields of an %s',
  (_name, reading, spec) => {
    const known = [...reading.read, ...Object.keys(reading.harmless), ...Object.keys(reading.unsimulated)];

    test('each is read, harmless, or listed as not simulated', () => {
      expect(spec?.below.size).toBeGreaterThan(1);
      expect(spec && undecided(spec, '', known)).toEqual([]);
    });

    test('none is two of these', () => {
      expect(known.filter((each, index) => known.indexOf(each) !== index)).toEqual([]);
    });
  },
);

/** The fields of which the table says nothing. */
function undecided(field: SpecFields, path: string, known: readonly string[]): string[] {
  if (known.includes(path)) {
    return [];
  }
  const isDivided = path === '' || known.some(each => each.startsWith(`${path}.`) || each.startsWith(`${path}[]`));
  return isDivided
    ? [...field.below].flatMap(([name, each]) =>
        undecided(each, path === '' ? name : name === '[]' ? `${path}[]` : `${path}.${name}`, known),
      )
    : [path];
}
