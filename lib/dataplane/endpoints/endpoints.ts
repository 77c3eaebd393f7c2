import {
  type Cluster,
  type Field,
  hasLabels,
  type Host,
  Kind,
  type Labels,
  namesOfPort,
  type PeerPort,
  type Resource,
  targetPortOf,
  type Workload,
} from '../../manifests';
import { policiesFor } from './policy-target';
import { Unsimulated } from '../messages/unsimulated';

/**
 * A machine outside of Kubernetes whose proxy has an identity of the mesh: a WorkloadEntry with a ServiceAccount, or with
 * the label `security.istio.io/tlsMode: istio`.
 */
export interface Machine {
  readonly entry: Resource;
  readonly namespace: string;
  readonly labels: Labels;
  /** The port of the Service or ServiceEntry that leads to it. */
  readonly port: Field;
}

/** An endpoint of a host: a workload, or an address outside. */
export interface Endpoint {
  readonly workload?: Workload;
  /** The outside endpoint: an address, or the host itself if it is resolved by DNS. */
  readonly outside?: string;
  /** The machine at the address outside, if it has a proxy. */
  readonly machine?: Machine;
  readonly port: PeerPort;
  /** The number of replicas, which determines its share of the requests. */
  readonly weight: number;
}

/** The endpoints of a port of a host or subset: Pods with replicas, endpoints of ServiceEntries. */
export function endpointsOf(host: Host, port: Field, labels: Labels, cluster: Cluster): Endpoint[] {
  const { resource } = host;
  if (resource.type === Kind.SERVICE) {
    const pods = cluster
      .selectedBy(resource)
      .filter(each => hasLabels(each.labels, labels))
      .flatMap(workload => podsAt(workload, targetPortOf(port, workload), port));
    return [...pods, ...entriesAt(resource, resource.spec.get('selector').strings, port, labels, cluster)];
  }
  const selector = resource.spec.get('workloadSelector', 'labels').strings;
  if (Object.keys(selector).length > 0) {
    const pods = cluster.workloads
      .select(selector, resource.namespace)
      .filter(each => hasLabels(each.labels, labels))
      .flatMap(workload => podsAt(workload, targetOf(port), port));
    return [...pods, ...entriesAt(resource, selector, port, labels, cluster)];
  }
  return outsideOf(host, port, labels);
}

/**
 * The WorkloadEntries of the namespace that a Service or a ServiceEntry selects. Throws if policies select one without a
 * ServiceAccount, since whether a proxy there enforces them is unknown.
 * @see https://istio.io/latest/docs/reference/config/networking/workload-entry/
 */
function entriesAt(resource: Resource, selector: Labels, port: Field, labels: Labels, cluster: Cluster): Endpoint[] {
  const labelsOf = (entry: Resource): Labels => ({ ...entry.labels, ...entry.spec.get('labels').strings });
  const selected = cluster
    .all(Kind.WORKLOAD_ENTRY)
    .filter(
      each =>
        each.namespace === resource.namespace
        && Object.keys(selector).length > 0
        && hasLabels(labelsOf(each), { ...selector, ...labels }),
    );
  return selected.map(entry => {
    const guarded = { namespace: entry.namespace, labels: labelsOf(entry) };
    const [policy] = [Kind.AUTHORIZATION_POLICY, Kind.PEER_AUTHENTICATION, Kind.REQUEST_AUTHENTICATION].flatMap(type =>
      policiesFor(guarded, type, cluster),
    );
    const tlsMode = guarded.labels['security.istio.io/tlsMode'];
    const hasProxy = tlsMode === undefined ? entry.spec.get('serviceAccount').text !== '' : tlsMode === 'istio';
    if (policy && !hasProxy) {
      throw new Unsimulated(
        `The ${policy.kind} ${policy.key} selects the WorkloadEntry ${entry.key}, whose workload is not in `
          + 'the manifests.',
        'Remove the policy from the test: whether a proxy there enforces it is unknown.',
      );
    }
    const [name, target] = [
      port.get('name').text,
      port.get('targetPort').number ?? port.get('port').number ?? port.get('number').number ?? 0,
    ];
    return {
      outside: entry.spec.get('address').text,
      machine: hasProxy ? { entry, ...guarded, port } : undefined,
      port: { number: entry.spec.get('ports', name).number ?? target, names: [name], protocol: 'TCP' },
      weight: entry.spec.get('weight').number ?? 1,
    };
  });
}

/** The Pods of a workload, reached on a port. */
export function podsAt(workload: Workload, number: number | undefined, port: Field): Endpoint[] {
  const weight = workload.replicas;
  return number === undefined || weight === 0
    ? []
    : [
        {
          workload,
          port: {
            number,
            names: namesOfPort(number, workload),
            protocol: port.get('protocol').text === 'UDP' ? 'UDP' : 'TCP',
          },
          weight,
        },
      ];
}

function targetOf(port: Field): number | undefined {
  return port.get('targetPort').number ?? port.get('number').number;
}

function outsideOf({ name, resource }: Host, port: Field, labels: Labels): Endpoint[] {
  const declared = resource.spec.get('endpoints').items.filter(each => hasLabels(each.get('labels').strings, labels));
  const names = [port.get('name').text];
  if (resource.spec.get('endpoints').items.length > 0) {
    return declared.map(each => ({
      outside: each.get('address').text,
      port: { number: each.get('ports', port.get('name').text).number ?? targetOf(port) ?? 0, names, protocol: 'TCP' },
      weight: each.get('weight').number ?? 1,
    }));
  }
  return Object.keys(labels).length > 0 || resource.spec.get('resolution').text === 'STATIC'
    ? []
    : [{ outside: name, port: { number: targetOf(port) ?? 0, names, protocol: 'TCP' }, weight: 1 }];
}

/** The Services that map to a port of a workload, with the Service port. */
export function portsLeadingTo(
  workload: Workload,
  number: number,
  cluster: Cluster,
): { service: Resource; port: Field }[] {
  return cluster.servicesOf(workload).flatMap(service =>
    service.spec
      .get('ports')
      .items.filter(port => targetPortOf(port, workload) === number)
      .map(port => ({ service, port })),
  );
}
