import { Network, type Pod } from './network-policies';

const pod = (app: string, namespace = 'shop'): Pod => ({ namespace, labels: { app } });
const namespaces = ['shop', 'other'].map(name => ({ kind: 'Namespace', metadata: { name } }));
const policy = (spec: object, namespace = 'shop') => ({ kind: 'NetworkPolicy', metadata: { name: 'policy', namespace }, spec });
const lets = (spec: object, from: Pod, port = 80) => new Network([...namespaces, policy(spec)]).lets(from, pod('cart'), port);

test.each<[string, object, Pod, number, boolean]>([
  ['no policy for the pod', { podSelector: { matchLabels: { app: 'x' } }, policyTypes: ['Ingress'] }, pod('web'), 80, true],
  ['no policy for the direction', { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Egress'] }, pod('web'), 80, true],
  ['no rule', { podSelector: {}, policyTypes: ['Ingress'], ingress: [] }, pod('web'), 80, false],
  ['an empty rule', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] }, pod('web', 'other'), 80, true],
  ['a rule for the port', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80 }] }] }, pod('web'), 80, true],
  ['a rule for another port', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 81 }] }] }, pod('web'), 80, false],
  ['a pod selector alone, from its namespace', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] }, pod('web'), 80, true],
  ['a pod selector alone, from another', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] }, pod('web', 'other'), 80, false],
  ['a namespace by its own name', {
    podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } }] }],
  }, pod('web', 'other'), 80, true],
])('%s is read as Kubernetes reads it', (_name, spec, from, port, expected) => {
  expect(lets(spec, from, port)).toBe(expected);
});

test('addresses are matched by blocks, but for the exceptions', () => {
  const network = new Network([policy({
    podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }], ports: [{ port: 443 }] }],
  })]);

  expect([network.letsOut(pod('web'), '93.184.216.34', 443), network.letsOut(pod('web'), '10.1.2.3', 443), network.letsOut(pod('web'), '93.184.216.34', 80)])
    .toEqual([true, false, false]);
});
