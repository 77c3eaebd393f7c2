import { exported, literal, make, name, type Statement } from '../program';
import { type ImportedService, targetOf } from './services';

/** The container ports of a Service that are for UDP. */
export function datagramPorts({ service, versions }: ImportedService): readonly number[] {
  const [first] = versions;
  const ports = service?.spec.get('ports').items.filter(each => each.get('protocol').text === 'UDP') ?? [];
  return [...new Set(ports.flatMap(each => (first ? (targetOf(each, first.workload) ?? []) : [])))];
}

/** NetworkPolicies by which the pods of the cluster can send datagrams to a port. */
export function datagramOpenings(
  { name: title, namespace }: ImportedService,
  labels: Readonly<Record<string, string>>,
  port: number,
): Statement[] {
  const ports = [{ port, protocol: 'UDP' }];
  const policy = (id: string, spec: object): Statement => ({
    code: make(
      exported('cdk8s', 'ApiObject'),
      name('chart'),
      literal(id),
      literal({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: id, namespace }, spec }),
    ),
  });
  const pods = { podSelector: { matchLabels: labels } };
  return [
    policy(`${title}-udp-${port}`, {
      ...pods,
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: {} }], ports }],
    }),
    policy(`${title}-udp-${port}-callers`, {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [pods], ports }],
    }),
  ];
}
