import { Testing } from 'cdk8s';
import fc from 'fast-check';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from '../../lib';
import { one, plain, type Rendered, render } from '../istio/support';

interface Rule {
  readonly to?: Peer[];
  readonly from?: Peer[];
  readonly ports: { readonly port: number }[];
}

interface Peer {
  readonly namespaceSelector?: { readonly matchLabels: Record<string, string> };
  readonly podSelector?: { readonly matchLabels: Record<string, string> };
}

/** Whether the policies of a namespace let a connection out of, or into, the pods of a service. */
function allows(
  objects: Rendered[],
  direction: 'ingress' | 'egress',
  service: { name: string; namespace: string },
  peer: { name: string; namespace: string },
  port: number,
): boolean {
  const { spec } = one(objects, 'NetworkPolicy', service.name, service.namespace);
  return ((spec[direction] ?? []) as Rule[]).some(
    rule =>
      rule.ports.some(each => each.port === port)
      && (rule.from ?? rule.to ?? []).some(
        each =>
          each.podSelector?.matchLabels.app === peer.name
          && each.namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] === peer.namespace,
      ),
  );
}

test('a declared call is allowed by egress and ingress rules, and no other is', () => {
  const calls = fc.uniqueArray(
    fc.tuple(fc.nat(4), fc.nat(4)).filter(([a, b]) => a !== b),
    { selector: ([a, b]) => `${a} ${b}` },
  );
  fc.assert(
    fc.property(calls, declared => {
      const shop = new Topology('shop');
      const services = Array.from({ length: 5 }, (_, index) =>
        plain(shop, `s${index}`, {
          namespace: index % 2 ? 'odd' : undefined,
          port: Port.http(80, { target: 8080 + index }),
        }),
      );
      declared.forEach(([from, to]) => services[from]?.calls(services[to] ?? never()));
      const objects = Testing.synth(
        new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.none() }),
      ) as Rendered[];

      services.forEach((from, a) =>
        services.forEach((to, b) => {
          const expected = declared.some(([x, y]) => x === a && y === b);
          expect([
            a,
            b,
            allows(objects, 'egress', from, to, 8080 + b),
            allows(objects, 'ingress', to, from, 8080 + b),
          ]).toEqual([a, b, expected, expected]);
        }),
      );
    }),
    { numRuns: 25 },
  );
});

test('every namespace of the topology denies what no policy allows, except name resolution', () => {
  const shop = new Topology('shop');
  shop.addNamespace('money');
  plain(shop, 'web');
  plain(shop, 'ledger', { namespace: 'money' });
  const objects = Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology: shop })) as Rendered[];

  for (const namespace of ['shop', 'money']) {
    const { podSelector, policyTypes, ingress, egress } = one(objects, 'NetworkPolicy', 'default-deny', namespace).spec;
    expect([podSelector, policyTypes, ingress]).toEqual([{}, ['Ingress', 'Egress'], undefined]);
    expect(egress).toHaveLength(1);
    expect(egress[0].ports).toEqual([
      { protocol: 'UDP', port: 53 },
      { protocol: 'TCP', port: 53 },
    ]);
  }
});

test('a call to the outside is allowed on its port, except to the addresses where clouds serve credentials', () => {
  const shop = new Topology('shop');
  plain(shop, 'web').calls(shop.addExternalService('bank', { host: 'api.bank.example', port: Port.tls(443) }));

  expect(one(render(shop), 'NetworkPolicy', 'web').spec.egress).toEqual([
    {
      to: [
        { ipBlock: { cidr: '0.0.0.0/0', except: expect.arrayContaining(['169.254.0.0/16']) as unknown } },
        { ipBlock: { cidr: '::/0', except: expect.arrayContaining(['fe80::/10', 'fd00:ec2::254/128']) as unknown } },
      ],
      ports: [{ protocol: 'TCP', port: 443 }],
    },
  ]);
});

function never(): never {
  throw new Error('there are five services');
}
