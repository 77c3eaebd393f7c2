import { type Cluster, type Field, hasLabels, type Host, Kind, type Labels, namesOfPort, type PeerPort, type Resource, targetPortOf, type Workload } from '../../../manifests';

/** One of those that stand behind a host: a workload, or an address outside. */
export interface Endpoint {
  readonly workload?: Workload;
  /** What is outside: an address, or the host itself where name resolution finds it. */
  readonly outside?: string;
  readonly port: PeerPort;
  /** How many there are of it, which is its part of the requests. */
  readonly weight: number;
}

/** Those behind a port of a host, or behind a subset of it: Pods that run, endpoints of ServiceEntries. */
export function endpointsOf(host: Host, port: Field, labels: Labels, cluster: Cluster): Endpoint[] {
  const { resource } = host;
  if (resource.type === Kind.SERVICE) {
    return cluster.selectedBy(resource).filter(each => hasLabels(each.labels, labels)).flatMap(workload => podsAt(workload, targetPortOf(port, workload), port));
  }
  const selector = resource.spec.get('workloadSelector', 'labels').strings;
  if (Object.keys(selector).length > 0) {
    return cluster.workloads.select(selector, resource.namespace).filter(each => hasLabels(each.labels, labels)).flatMap(workload => podsAt(workload, targetOf(port), port));
  }
  return outsideOf(host, port, labels);
}

/** The Pods of a workload, asked on a port. */
export function podsAt(workload: Workload, number: number | undefined, port: Field): Endpoint[] {
  const weight = workload.replicas;
  return number === undefined || weight === 0 ? [] : [{ workload, port: { number, names: namesOfPort(number, workload), protocol: port.get('protocol').text === 'UDP' ? 'UDP' : 'TCP' }, weight }];
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
  return Object.keys(labels).length > 0 || resource.spec.get('resolution').text === 'STATIC' ? [] : [{ outside: name, port: { number: targetOf(port) ?? 0, names, protocol: 'TCP' }, weight: 1 }];
}

/** The Services that lead to a port of a workload, with the port of each that does. */
export function portsLeadingTo(workload: Workload, number: number, cluster: Cluster): { service: Resource; port: Field }[] {
  return cluster.servicesOf(workload).flatMap(service => service.spec.get('ports').items.filter(port => targetPortOf(port, workload) === number).map(port => ({ service, port })));
}
