import { GATEWAY, GRPC_ROUTE, HTTP_ROUTE, SERVICE } from '../../../../lib/testing/traffic/unread/fields';
import {
  BACKEND_TRAFFIC_POLICY, CLIENT_TRAFFIC_POLICY, ENVOY_EXTENSION_POLICY, ENVOY_PROXY, SECURITY_POLICY,
} from '../../../../lib/testing/traffic/unread/envoy-gateway';
import { DESTINATION_RULE, ISTIO_GATEWAY, SIDECAR, VIRTUAL_SERVICE } from '../../../../lib/testing/traffic/unread/istio';
import type { Reading } from '../../../../lib/testing/traffic/unread/read';
import { SpecFields } from '../../../support/spec-fields';

const EG = '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1';
const ISTIO = '@kubernetes-models/istio/networking.istio.io/v1';
const GATEWAY_API = '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';

const TABLE: readonly (readonly [name: string, module: string, reading: Reading])[] = [
  ['IVirtualService', ISTIO, VIRTUAL_SERVICE],
  ['IDestinationRule', ISTIO, DESTINATION_RULE],
  ['ISidecar', ISTIO, SIDECAR],
  ['IGateway', ISTIO, ISTIO_GATEWAY],
  ['IGateway', GATEWAY_API, GATEWAY],
  ['IHTTPRoute', GATEWAY_API, HTTP_ROUTE],
  ['IGRPCRoute', GATEWAY_API, GRPC_ROUTE],
  ['IService', 'kubernetes-models/v1', SERVICE],
  ['ISecurityPolicy', EG, SECURITY_POLICY],
  ['IBackendTrafficPolicy', EG, BACKEND_TRAFFIC_POLICY],
  ['IClientTrafficPolicy', EG, CLIENT_TRAFFIC_POLICY],
  ['IEnvoyExtensionPolicy', EG, ENVOY_EXTENSION_POLICY],
  ['IEnvoyProxy', EG, ENVOY_PROXY],
];
const fields = SpecFields.of(TABLE.map(([name, module]) => ({ name, module })));

describe.each(TABLE.map(([name, , reading], index) => [name, reading, fields[index]] as const))('of the fields of an %s', (_name, reading, spec) => {
  const known = [...reading.read, ...Object.keys(reading.harmless), ...Object.keys(reading.unsimulated)];

  test('each is read, harmless, or known not to be simulated', () => {
    expect(spec?.below.size).toBeGreaterThan(1);
    expect(spec && undecided(spec, '', known)).toEqual([]);
  });

  test('none is two of these', () => {
    expect(known.filter((each, index) => known.indexOf(each) !== index)).toEqual([]);
  });
});

/** The fields of which the table says nothing. */
function undecided(field: SpecFields, path: string, known: readonly string[]): string[] {
  if (known.includes(path)) {
    return [];
  }
  const isDivided = path === '' || known.some(each => each.startsWith(`${path}.`) || each.startsWith(`${path}[]`));
  return isDivided ? [...field.below].flatMap(([name, each]) => undecided(each, path === '' ? name : name === '[]' ? `${path}[]` : `${path}.${name}`, known)) : [path];
}
