import { Network, type Pod } from '../support/network-policies';

const pod = (app: string, namespace = 'shop'): Pod => ({ namespace, labels: { app } });
const namespaces = ['shop', 'other'].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
const policy = (spec: object, namespace = 'shop') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'policy', namespace },
  spec,
});
const allows = (spec: object, from: Pod, port = 80) =>
  new Network([...namespaces, policy(spec)]).allows(from, pod('cart'), port);

test.each<[string, object, Pod, number, boolean]>([
  [
    'no policy for the pod',
    { podSelector: { matchLabels: { app: 'x' } }, policyTypes: ['Ingress'] },
    pod('web'),
    80,
    true,
  ],
  [
    'no policy for the direction',
    { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Egress'] },
    pod('web'),
    80,
    true,
  ],
  ['no rule', { podSelector: {}, policyTypes: ['Ingress'], ingress: [] }, pod('web'), 80, false],
  ['an empty rule', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] }, pod('web', 'other'), 80, true],
  [
    'a rule for the port',
    { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80 }] }] },
    pod('web'),
    80,
    true,
  ],
  [
    'a rule for another port',
    { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 81 }] }] },
    pod('web'),
    80,
    false,
  ],
  [
    'a pod selector alone, from its namespace',
    { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    pod('web'),
    80,
    true,
  ],
  [
    'a pod selector alone, from another',
    { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    pod('web', 'other'),
    80,
    false,
  ],
  [
    'a rule for a range of ports, at its end',
    { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80, endPort: 90 }] }] },
    pod('web'),
    90,
    true,
  ],
  [
    'a rule for a range of ports, beyond it',
    { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80, endPort: 90 }] }] },
    pod('web'),
    91,
    false,
  ],
  [
    'a rule for UDP',
    { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80, protocol: 'UDP' }] }] },
    pod('web'),
    80,
    false,
  ],
  ['a policy that names no type', { podSelector: {}, ingress: [] }, pod('web'), 80, false],
  [
    'expressions that take the pod',
    {
      podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['cart'] }] },
      policyTypes: ['Ingress'],
      ingress: [],
    },
    pod('web'),
    80,
    false,
  ],
  [
    'expressions that do not',
    {
      podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['cart'] }] },
      policyTypes: ['Ingress'],
      ingress: [],
    },
    pod('web'),
    80,
    true,
  ],
  [
    'a namespace by its own name',
    {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } }] }],
    },
    pod('web', 'other'),
    80,
    true,
  ],
])('%s is read as Kubernetes reads it', (_name, spec, from, port, expected) => {
  expect(allows(spec, from, port)).toBe(expected);
});

test('addresses are matched by blocks, but for the exceptions', () => {
  const network = new Network([
    policy({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }], ports: [{ port: 443 }] }],
    }),
  ]);

  expect([
    network.allowsEgress(pod('web'), '93.184.216.34', 443),
    network.allowsEgress(pod('web'), '10.1.2.3', 443),
    network.allowsEgress(pod('web'), '93.184.216.34', 80),
  ]).toEqual([true, false, false]);
});
