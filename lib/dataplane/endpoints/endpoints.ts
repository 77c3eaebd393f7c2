import {
  type Cluster,
  type Field,
  hasLabels,
  mayHaveLabels,
  type Host,
  Kind,
  type Labels,
  namesOfPort,
  type PeerPort,
  portNumber,
  portsOf,
  type Resource,
  targetPortOf,
  type Workload,
} from '../../manifests';
import { sliceEndpoints } from './endpoint-slices';
import { policiesFor } from './policy-target';
import { Unsimulated } from '../messages/unsimulated';
import { acceptsMutualTls } from './membership';

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
  /** The addresses or blocks of addresses in which it is; undefined if only DNS has them. */
  readonly addresses?: readonly string[];
  /** Whether the client has dialled that address. */
  readonly isDialled?: boolean;
  /** The machine at the address outside, if it has a proxy. */
  readonly machine?: Machine;
  readonly port: PeerPort;
  /** The number of replicas, which determines its share of the requests. */
  readonly weight: number;
}

/** The endpoints of a port of a host or subset: Pods with replicas, endpoints of ServiceEntries. */
export function endpointsOf(host: Host, port: Field, labels: Labels, cluster: Cluster): Endpoint[] {
  const { declaredBy, ...own } = host;
  return declaredBy === undefined
    ? declaredEndpoints(own, port, labels, cluster)
    : declaredBy.flatMap(resource =>
        portsOf({ ...own, resource })
          .filter(each => portNumber(each) === portNumber(port))
          .flatMap(each => declaredEndpoints({ ...own, resource }, each, labels, cluster)),
      );
}

function declaredEndpoints(host: Host, port: Field, labels: Labels, cluster: Cluster): Endpoint[] {
  const { resource } = host;
  if (resource.type === Kind.SERVICE) {
    const pods = cluster
      .selectedBy(resource)
      .filter(each => mayHaveLabels(each.labels, labels))
      .flatMap(workload => podsAt(workload, targetPortOf(port, workload), port));
    return [
      ...pods,
      ...entriesAt(resource, resource.spec.get('selector').strings, port, labels, cluster),
      ...(Object.keys(labels).length > 0 ? [] : sliceEndpoints(resource, port, cluster)),
    ];
  }
  const selector = resource.spec.get('workloadSelector', 'labels').strings;
  if (Object.keys(selector).length > 0) {
    const pods = cluster.workloads
      .select(selector, resource.namespace)
      .filter(each => mayHaveLabels(each.labels, labels))
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
function podsAt(workload: Workload, number: number | undefined, port: Field | undefined): Endpoint[] {
  const weight = workload.replicas;
  return number === undefined || weight === 0
    ? []
    : [
        {
          workload,
          port: {
            number,
            names: namesOfPort(number, workload),
            protocol: port?.get('protocol').text === 'UDP' ? 'UDP' : 'TCP',
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
    : [
        {
          outside: name,
          addresses: dialledAddresses({ resource }),
          port: { number: targetOf(port) ?? 0, names, protocol: 'TCP' },
          weight: 1,
        },
      ];
}

/**
 * The addresses of a ServiceEntry without resolution: its clients dial one of them, to which sidecars connect.
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Resolution
 */
export function dialledAddresses(host: Pick<Host, 'resource'>): readonly string[] | undefined {
  const { texts } = host.resource.spec.get('addresses');
  return isDialled(host) && texts.length > 0 ? texts : undefined;
}

/** Whether sidecars connect to the address that the client has dialled. */
export function isDialled({ resource }: Pick<Host, 'resource'>): boolean {
  return resource.type === Kind.SERVICE_ENTRY && ['', 'NONE'].includes(resource.spec.get('resolution').text);
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

/**
 * Whether a Service is headless: its name resolves to the Pods, and a sidecar forwards to the Pod and port that the
 * client has chosen.
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
 */
export function isHeadless({ resource }: Pick<Host, 'resource'>): boolean {
  return resource.type === Kind.SERVICE && resource.spec.get('clusterIP').text === 'None';
}

/**
 * The Pods that a client may choose, among them itself. Subsets and target ports make no difference, and the name leads
 * to the Pods on ports that the Service does not declare, too.
 */
export function chosenEndpoints(host: Host, port: number, cluster: Cluster): Endpoint[] {
  const field = portsOf(host).find(each => portNumber(each) === port);
  return cluster.selectedBy(host.resource).flatMap(workload => podsAt(workload, port, field));
}

/** Throws for the only Pod of a headless Service that calls it. */
export function requireAnother(host: Host, client: Client, cluster: Cluster): void {
  if (isOnlyPod(host, client, cluster)) {
    throw new Unsimulated(
      `The Pod is the only one of ${host.name}, and it reaches its own address without the proxy.`,
      'Use another workload as the caller.',
    );
  }
}

/** Whether a client may choose itself among the Pods of a headless Service. */
export function mayChooseItself(host: Host, client: Client, cluster: Cluster): boolean {
  return isHeadless(host) && cluster.selectedBy(host.resource).some(each => each.replicas > 0 && isOwn(each, client));
}

/** Whether a client is the only Pod of a headless Service. */
export function isOnlyPod(host: Host, client: Client, cluster: Cluster): boolean {
  const all = isHeadless(host) ? cluster.selectedBy(host.resource).filter(each => each.replicas > 0) : [];
  return all.length > 0 && all.every(each => othersOf(each, client) === 0);
}

/** Whether DNS has a name for a single Pod behind a headless Service. Autoscalers may add Pods of a StatefulSet. */
export function hasPod(headless: Resource, hostname: string, cluster: Cluster): boolean {
  return (
    /^\d+-\d+-\d+-\d+$/.test(hostname)
    || cluster.selectedBy(headless).some(({ resource, name, pod, namespace }) => {
      const [, ordinal] =
        resource.type === Kind.STATEFUL_SET ? (/^(\d+)$/.exec(hostname.slice(name.length + 1)) ?? []) : [];
      const start = resource.spec.get('ordinals', 'start').number ?? 0;
      const isScaled = cluster
        .all(Kind.HPA)
        .some(each => each.namespace === namespace && each.spec.get('scaleTargetRef', 'name').text === name);
      return ordinal !== undefined && hostname.startsWith(`${name}-`)
        ? resource.spec.get('serviceName').text === headless.name
            && Number(ordinal) >= start
            && (isScaled || Number(ordinal) < start + (resource.spec.get('replicas').number ?? 1))
        : pod.get('subdomain').text === headless.name && pod.get('hostname').text === hostname;
    })
  );
}

/** Who chooses among the Pods: a workload, by its labels. */
interface Client {
  readonly namespace: string;
  readonly labels: Labels;
}

/** The number of Pods of a workload besides the client: of a DaemonSet, those on other nodes. */
function othersOf(workload: Workload, client: Client): number {
  return isOwn(workload, client) && workload.resource.type !== Kind.DAEMON_SET
    ? workload.replicas - 1
    : workload.replicas;
}

/** Whether a client is a Pod of a workload. */
function isOwn(workload: Workload, { namespace, labels }: Client): boolean {
  return (
    workload.namespace === namespace
    && Object.keys(workload.labels).length === Object.keys(labels).length
    && hasLabels(labels, workload.labels)
  );
}

/** Throws if a route leads to a headless Service from another host. */
export function requireChoice(host: Host, dialed: string): void {
  if (dialed !== host.name.toLowerCase()) {
    throw new Unsimulated(
      `A route leads from ${dialed} to ${host.name}, which is headless, and the request goes to the `
        + 'original destination address.',
      'Route to a Service with a cluster IP.',
    );
  }
}

/** The default TLS mode of sidecars for a headless Service: mutual TLS if all of its Pods have sidecars. */
export function headlessTlsMode({ resource }: Host, cluster: Cluster): string {
  return cluster.selectedBy(resource).every(each => acceptsMutualTls(each, cluster)) ? 'ISTIO_MUTUAL' : 'DISABLE';
}
