import { ApiObject } from 'cdk8s';
import { type TopologyChart, writeAsDeclared } from '../kubernetes';
import { Operation, type Service, ValidationError } from '../topology';

/** The requests by which the kubelet probes a container port. */
export function probesAt(chart: TopologyChart, service: Service, target: number, kind: 'http' | 'grpc'): Operation[] {
  if (service.exists) {
    throw new ValidationError({
      code: 'Contradiction',
      path: service.path,
      summary:
        'Other manifests declare its pods, so their probes are not known, and Linkerd denies them where operations are '
        + 'allowed, or gRPC is declared.',
      fix: 'Declare its workload in the topology, or allow its callers everything on a port for HTTP.',
    });
  }
  const paths = [...service.versions.values()]
    .flatMap(version => probesIn(writtenObject(ApiObject.of(chart.workload(service, version.name))), []))
    .filter(each => each.kind === kind && each.port === target)
    .map(each => each.operation);
  return [...new Set(paths)].sort().map(each => Operation.http(each));
}

/** An object with the fields that are added when it is written. */
function writtenObject(object: ApiObject): unknown {
  writeAsDeclared(object);
  return object.toJson();
}

interface FoundProbe {
  readonly kind: 'http' | 'grpc';
  readonly port: number;
  readonly operation: string;
}

/** The probes of all containers in a workload, with named ports by their number. */
function probesIn(value: unknown, ports: readonly unknown[]): FoundProbe[] {
  if (Array.isArray(value)) {
    return value.flatMap(each => probesIn(each, ports));
  }
  if (!isObject(value)) {
    return [];
  }
  const own = Array.isArray(value.ports) ? (value.ports as readonly unknown[]) : ports;
  return Object.entries(value).flatMap(([name, inner]) =>
    name.endsWith('Probe') && isObject(inner) ? probeIn(inner, own) : probesIn(inner, own),
  );
}

function probeIn({ httpGet, grpc }: Json, ports: readonly unknown[]): FoundProbe[] {
  return [
    ...(isObject(httpGet)
      ? [{ kind: 'http' as const, port: numberOf(httpGet.port, ports), operation: `GET ${pathOf(httpGet.path)}` }]
      : []),
    ...(isObject(grpc)
      ? [{ kind: 'grpc' as const, port: numberOf(grpc.port, ports), operation: 'POST /grpc.health.v1.Health/Check' }]
      : []),
  ];
}

/** Without its query: paths of routes have none. */
function pathOf(path: unknown): string {
  return typeof path === 'string' ? path.replace(/\?.*/, '') : '/';
}

function numberOf(port: unknown, ports: readonly unknown[]): number {
  const named = ports.filter(isObject).find(each => each.name === port)?.containerPort;
  return typeof port === 'number' ? port : typeof named === 'number' ? named : 0;
}

interface Json {
  readonly [field: string]: unknown;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
