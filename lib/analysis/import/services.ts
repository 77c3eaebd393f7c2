import {
  addTo,
  type Cluster,
  type Field,
  Kind,
  portNumber,
  protocolOf,
  type Resource,
  type Workload,
} from '../../manifests';
import { constantOf, RESERVED_WORDS } from '../program';

/** A service of the model: the Service, if there is one, and the workloads behind it. */
export interface ImportedService {
  readonly namespace: string;
  readonly name: string;
  /** The constant of the model. */
  readonly constant: string;
  /** The Service that callers use; further ones are kept as they are. */
  readonly service?: Resource;
  readonly ports: readonly ImportedPort[];
  readonly versions: readonly ImportedVersion[];
}

export interface ImportedPort {
  readonly number: number;
  readonly target: number;
  /** A factory of `Port`. */
  readonly protocol: 'http' | 'http2' | 'grpc' | 'tcp' | 'tls';
  /** The suffix of its name. */
  readonly suffix?: string;
}

export interface ImportedVersion {
  readonly name: string;
  readonly workload: Workload;
  /** The name of the object in the model. */
  readonly objectName: string;
}

/** The kinds that a version of a service can have. */
export const KINDS: ReadonlySet<string> = new Set([Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.DAEMON_SET]);

/** Whether a topology cannot own a namespace: what is in it stays as it is. */
export function isReserved(namespace: string): boolean {
  return /^(kube-|openshift-)/.test(namespace) || namespace === 'istio-system';
}

/** The services of manifests: each workload belongs to the one Service that fits it best. */
export function servicesOf(cluster: Cluster): readonly ImportedService[] {
  const workloads = cluster.workloads.all.filter(
    ({ namespace, labels }) => !isReserved(namespace) && Object.keys(labels).length > 0,
  );
  const byService = new Map<string, Workload[]>();
  const services = new Map<string, Resource>();
  for (const workload of workloads) {
    const service = [...cluster.servicesOf(workload)].sort(byFitness(workload))[0];
    const key = service ? `s ${service.key}` : `w ${workload.resource.key}`;
    if (service) {
      services.set(key, service);
    }
    addTo(byService, key, workload);
  }
  const constants = new Set<string>(RESERVED_WORDS);
  return [...byService]
    .sort(([, [a]], [, [b]]) => positionOf(cluster, a) - positionOf(cluster, b))
    .map(([key, members]) => importedService(key, services.get(key), members, constants));
}

function positionOf({ resources }: Cluster, workload: Workload | undefined): number {
  return workload ? resources.indexOf(workload.resource) : -1;
}

/** A cluster IP before others, then the name of the workload. */
function byFitness({ name }: Workload): (a: Resource, b: Resource) => number {
  const score = (service: Resource): number =>
    (service.spec.get('clusterIP').text === 'None' ? 4 : 0)
    + (['NodePort', 'LoadBalancer', 'ExternalName'].includes(service.spec.get('type').text) ? 2 : 0)
    + (service.name === name || name.startsWith(`${service.name}-`) ? 0 : 1);
  return (a, b) => score(a) - score(b) || (a.name < b.name ? -1 : 1);
}

function importedService(
  key: string,
  service: Resource | undefined,
  workloads: readonly Workload[],
  constants: Set<string>,
): ImportedService {
  const [first] = workloads;
  const { name, namespace } = service ?? first?.resource ?? { name: key, namespace: '' };
  return {
    namespace,
    name,
    constant: constantOf(name, namespace, constants),
    service,
    ports: service && first ? importedPorts(service, first) : [],
    versions: versionsOf(name, workloads),
  };
}

/** A version of each workload; its name is the label `version`, what the name has more than that of the Service, or v1. */
function versionsOf(service: string, workloads: readonly Workload[]): ImportedVersion[] {
  const isVersioned = workloads.every(({ resource }) => resource.type === Kind.DEPLOYMENT);
  const names = workloads.map(({ labels, name }) => {
    const rest = name.startsWith(`${service}-`) ? name.slice(service.length + 1) : '';
    return [labels.version ?? '', rest].find(isVersionName) ?? 'v1';
  });
  const areDistinct = new Set(names).size === names.length;
  return workloads.map((workload, index) => {
    const name = areDistinct ? (names[index] ?? 'v1') : `v${index + 1}`;
    return { name, workload, objectName: isVersioned ? `${service}-${name}` : service };
  });
}

function isVersionName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);
}

/** The container port behind a port of a Service. */
export function targetOf(port: Field, workload: Workload): number | undefined {
  const target = port.get('targetPort');
  const named = workload.containers
    .flatMap(each => each.get('ports').items)
    .find(each => each.get('name').text === target.text && target.text !== '');
  return target.exists ? (target.number ?? named?.get('containerPort').number) : portNumber(port);
}

function importedPorts(service: Resource, workload: Workload): ImportedPort[] {
  const ports = service.spec.get('ports').items.flatMap((port): ImportedPort[] => {
    const [number, target, declared] = [portNumber(port), targetOf(port, workload), protocolOf(port)];
    const protocol = declared === undefined ? 'tcp' : PROTOCOLS.get(declared);
    return number === undefined || target === undefined || protocol === undefined ? [] : [{ number, target, protocol }];
  });
  const names = service.spec.get('ports').items.map(each => [portNumber(each), each.get('name').text] as const);
  return ports.map(port => {
    const written = names.find(([number]) => number === port.number)?.[1] ?? '';
    const isAlone = ports.filter(each => each.protocol === port.protocol).length === 1;
    const own = written.startsWith(`${port.protocol}-`)
      ? written.slice(port.protocol.length + 1)
      : written === port.protocol
        ? ''
        : written;
    const fits = own !== '' && own.length <= 15 - port.protocol.length - 1;
    return { ...port, suffix: fits ? own : isAlone ? undefined : `p${port.number}` };
  });
}

/** The protocols of Istio as those of the model; others are left out. */
const PROTOCOLS: ReadonlyMap<string, ImportedPort['protocol']> = new Map([
  ['http', 'http'],
  ['http_proxy', 'http'],
  ['http2', 'http2'],
  ['grpc', 'grpc'],
  ['grpc-web', 'grpc'],
  ['tls', 'tls'],
  ['https', 'tls'],
  ['tcp', 'tcp'],
  ['mongo', 'tcp'],
  ['mysql', 'tcp'],
  ['redis', 'tcp'],
]);
