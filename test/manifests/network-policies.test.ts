import { Cluster, type KubernetesObject, NetworkPolicies, resourcesOf } from '../../lib/manifests';
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
    'a policy that names no type, with an empty list for egress',
    { podSelector: {}, ingress: [{}], egress: [] },
    pod('web'),
    80,
    true,
  ],
  [
    'a policy that names no type, with a rule for egress',
    { podSelector: {}, ingress: [{}], egress: [{ ports: [{ port: 81 }] }] },
    pod('web'),
    80,
    false,
  ],
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

const fromBlock = (cidr: string, ...except: string[]) => ({
  podSelector: {},
  policyTypes: ['Ingress'],
  ingress: [{ from: [{ ipBlock: { cidr, except } }] }],
});
const verdict = (spec: object, from: Pod) => {
  const objects = [...namespaces, policy(spec)] as KubernetesObject[];
  const port = { number: 80, names: [], protocol: 'TCP' };
  const { blocking, undecided } = NetworkPolicies.of(new Cluster(resourcesOf(objects))).verdict(
    from,
    pod('cart'),
    port,
  );
  return undecided ? 'depends on the network' : blocking.length === 0 ? 'allowed' : 'denied';
};

test.each<[string, object, Pod, string]>([
  ['private addresses', fromBlock('10.0.0.0/8'), pod('web'), 'depends on the network'],
  ['a part of them', fromBlock('10.1.0.0/16'), pod('web'), 'depends on the network'],
  ['all addresses', fromBlock('0.0.0.0/0'), pod('web'), 'depends on the network'],
  ['all addresses but some private ones', fromBlock('0.0.0.0/0', '10.0.0.0/8'), pod('web'), 'depends on the network'],
  [
    'all addresses but the private ones',
    fromBlock('0.0.0.0/0', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'),
    pod('web'),
    'denied',
  ],
  [
    'private addresses but a part of them',
    fromBlock('10.0.0.0/8', '10.1.0.0/16'),
    pod('web'),
    'depends on the network',
  ],
  ['private addresses but all of them', fromBlock('10.1.0.0/16', '10.0.0.0/8'), pod('web'), 'denied'],
  ['public addresses', fromBlock('203.0.113.0/24'), pod('web'), 'denied'],
  ['one address', fromBlock('10.1.2.3/32'), pod('web'), 'denied'],
  ['private addresses of version 6', fromBlock('fd00::/8'), pod('web'), 'depends on the network'],
  ['one address of version 6', fromBlock('fd00::1/128'), pod('web'), 'denied'],
  [
    'the address that a test gives to the Pod',
    fromBlock('10.0.0.0/8'),
    { ...pod('web'), address: '10.2.3.4' },
    'allowed',
  ],
  [
    'other addresses than a test gives to the Pod',
    fromBlock('10.0.0.0/8'),
    { ...pod('web'), address: '192.168.1.1' },
    'denied',
  ],
  [
    'private addresses, and the Pod by another rule',
    { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }, { from: [{ podSelector: {} }] }] },
    pod('web'),
    'allowed',
  ],
  [
    'private addresses for another port',
    { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 81 }] }] },
    pod('web'),
    'denied',
  ],
])('whether a Pod connects where a policy allows %s', (_name, spec, from, expected) => {
  expect(verdict(spec, from)).toBe(expected);
});

test('a connection that one end denies is denied, independent of a block of the other end', () => {
  const spec = {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
    egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }],
  };
  expect(verdict(spec, pod('web'))).toBe('denied');
  expect(verdict({ ...spec, policyTypes: ['Egress'] }, pod('web'))).toBe('depends on the network');
});
