import { gatewayApi, pods, traffic } from '../support';

const route = gatewayApi('HTTPRoute', 'it', {
  parentRefs: [{ name: 'door' }],
  rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
});
const gateway = (gatewayClassName: string) =>
  gatewayApi('Gateway', 'door', {
    gatewayClassName,
    infrastructure: { parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'it' } },
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
const LABELS = {
  istio: { 'gateway.networking.k8s.io/gateway-name': 'door' },
  eg: {
    'gateway.envoyproxy.io/owning-gateway-name': 'door',
    'gateway.envoyproxy.io/owning-gateway-namespace': 'shop',
  },
};
const policy = (of: keyof typeof LABELS, ...ingress: object[]) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'door', namespace: of === 'eg' ? 'envoy-gateway-system' : 'shop' },
  spec: { podSelector: { matchLabels: LABELS[of] }, policyTypes: ['Ingress'], ingress },
});
const listensLikeItsService = {
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyProxy',
  metadata: { name: 'it', namespace: 'shop' },
  spec: { provider: { type: 'Kubernetes', kubernetes: { useListenerPortAsContainerPort: true } } },
};
const from = (cidr: string, port: number) => ({ from: [{ ipBlock: { cidr } }], ports: [{ protocol: 'TCP', port }] });
const send = (objects: object[], address?: string) =>
  traffic([pods('web'), route, ...objects]).fromInternet('GET http://a.example/', { address });
const ASSUMED =
  'assumption: the client connects from an address that the NetworkPolicies of the gateway shop/door allow';

describe.each([
  ['istio', 80, []],
  ['eg', 10_080, []],
  ['eg', 80, [listensLikeItsService]],
] as const)('a NetworkPolicy for the Pods of a gateway of the class %s that listen on %s', (of, port, more) => {
  test('allows clients of its addresses only', () => {
    const objects = [gateway(of), policy(of, from('10.0.8.0/24', port)), ...more];

    send(objects, '10.0.8.7').expectRoutedTo('web');
    const refused = send(objects, '198.51.100.9');
    refused.expectDenied(0);
    expect(refused.explain()).toMatch(/NetworkPolicy \S+door does not allow connections from 198\.51\.100\.9 to port/);
  });

  test('has rules for a port each', () => {
    const objects = [gateway(of), policy(of, from('10.0.8.0/24', 15_021)), ...more];

    send(objects, '10.0.8.7').expectDenied(0);
  });

  test('makes it an assumption that the client has one of these addresses, if that is unknown', () => {
    expect(send([gateway(of), policy(of, from('10.0.8.0/24', port)), ...more]).explain()).toContain(ASSUMED);
    expect(send([gateway(of), policy(of, from('0.0.0.0/0', port)), ...more]).explain()).not.toContain('assumption');
    expect(send([gateway(of), policy(of, { ports: [{ port }] }), ...more]).explain()).not.toContain('assumption');
    expect(send([gateway(of), ...more]).explain()).not.toContain('assumption');
  });
});

test('a block of all addresses with exceptions is not for all clients', () => {
  const except = { ipBlock: { cidr: '0.0.0.0/0', except: ['198.51.100.0/24'] } };

  expect(send([gateway('istio'), policy('istio', { from: [except] })]).explain()).toContain(ASSUMED);
});
