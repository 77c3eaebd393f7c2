import fc, { type Arbitrary } from 'fast-check';
import { anyOf, of, record, some } from './vocabulary';

/** An address of the host that no Pod has: a client outside the cluster. */
export const STRANGER = '10.99.0.201';

/** The namespaces of the testbed for NetworkPolicies, and their labels. */
export const SIDES = { east: { side: 'east', tier: 'front' }, west: { side: 'west' } } as const;

/** A Pod of that testbed, with the port that is named `tcp-main` there. */
export interface Dweller {
  readonly namespace: keyof typeof SIDES;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly main: number;
}

export const DWELLERS: readonly Dweller[] = [
  { namespace: 'east', name: 'one', labels: { role: 'web', zone: 'a' }, main: 8080 },
  { namespace: 'east', name: 'two', labels: { role: 'web' }, main: 8080 },
  { namespace: 'east', name: 'three', labels: { role: 'db', zone: 'b' }, main: 8081 },
  { namespace: 'west', name: 'four', labels: { role: 'web' }, main: 8080 },
  { namespace: 'west', name: 'five', labels: { role: 'db', zone: 'a' }, main: 8081 },
];

/** The ports of every Pod. */
export const PORTS = [8080, 8081, 8090] as const;

/** A generated NetworkPolicy, without a name. */
export interface GeneratedPolicy {
  readonly metadata: { readonly namespace: string };
  readonly spec: object;
}

const expression = anyOf<object>(
  record({ key: of('role', 'zone'), operator: of('In', 'NotIn'), values: of(['web'], ['db', 'a'], ['a', 'b']) }),
  record({ key: of('role', 'zone'), operator: of('Exists', 'DoesNotExist') }),
);

const pods = anyOf<object>(
  of({}),
  of({ matchLabels: { role: 'web' } }, { matchLabels: { zone: 'a' } }, { matchLabels: { app: 'two' } }),
  fc.array(expression, { minLength: 1, maxLength: 2 }).map(matchExpressions => ({ matchExpressions })),
  expression.map(each => ({ matchLabels: { role: 'web' }, matchExpressions: [each] })),
);

const namespaces = of<object>(
  {},
  { matchLabels: { side: 'west' } },
  { matchLabels: { 'kubernetes.io/metadata.name': 'east' } },
  { matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
  { matchExpressions: [{ key: 'side', operator: 'NotIn', values: ['east'] }] },
);

const peer = anyOf<object>(
  record({ podSelector: pods }),
  record({ namespaceSelector: namespaces }),
  record({ namespaceSelector: namespaces, podSelector: pods }),
);

const block = of(
  { cidr: `${STRANGER}/32` },
  { cidr: '10.99.0.0/24' },
  { cidr: '10.99.0.0/16', except: [`${STRANGER}/32`] },
  { cidr: '0.0.0.0/0' },
  { cidr: '0.0.0.0/0', except: ['10.99.0.0/24'] },
  { cidr: '192.0.2.0/24' },
).map(ipBlock => ({ ipBlock }));

/** kube-router makes one set of all blocks of a rule, in which an exception of one is one of all: a rule has one. */
const peers = fc
  .tuple(fc.array(peer, { maxLength: 2 }), some(block))
  .map(([some, one]) => [...some, ...(one ? [one] : [])]);

const numbered = anyOf<object>(
  record({ protocol: some(of('TCP')), port: of<number>(...PORTS) }),
  of({ port: 8080, endPort: 8085 }, { port: 8081, endPort: 9000 }, { port: 1, endPort: 65535 }),
  of({ protocol: 'UDP', port: 8080 }, { protocol: 'TCP' }, { port: 9 }),
);
const named = of<object>({ port: 'tcp-main' }, { protocol: 'TCP', port: 'tcp-main' });

/**
 * Of names in egress, kube-router finds ports of Pods that peers select only, and a rule whose ports are all names that
 * no Pod has allows every port there.
 */
function rule(field: 'from' | 'to'): Arbitrary<object> {
  const ports = (isNamed: boolean) =>
    some(fc.array(isNamed ? anyOf(numbered, named) : numbered, { minLength: 1, maxLength: 2 }));
  return some(peers).chain(chosen =>
    record({
      [field]: fc.constant(chosen),
      ports: ports(field === 'from'),
    }),
  );
}

/**
 * A policy for one Pod has rules for both directions, others for one: kube-router takes the rules of a policy that
 * selects both ends of a connection for either direction.
 */
export const networkPolicy: Arbitrary<GeneratedPolicy> = fc
  .tuple(of('east', 'west'), of(true, false, false))
  .chain(([namespace, isForBoth]) => {
    const rules = (field: 'from' | 'to') => fc.array(rule(field), { maxLength: 2 });
    const names = DWELLERS.filter(each => each.namespace === namespace).map(each => each.name);
    const spec: Arbitrary<object> = isForBoth
      ? record({
          podSelector: of(...names).map(app => ({ matchLabels: { app } })),
          policyTypes: some(of(['Ingress', 'Egress'], ['Egress', 'Ingress'])),
          ingress: some(rules('from')),
          egress: some(rules('to')),
        })
      : anyOf<object>(
          record({ podSelector: pods, policyTypes: some(of(['Ingress'])), ingress: some(rules('from')) }),
          record({ podSelector: pods, policyTypes: of(['Egress']), egress: some(rules('to')) }),
          // A type that is not in the list makes its rules ineffective.
          record({ podSelector: pods, policyTypes: of(['Ingress']), ingress: rules('from'), egress: rules('to') }),
        );
    return spec.map(each => ({ metadata: { namespace }, spec: each }));
  });
