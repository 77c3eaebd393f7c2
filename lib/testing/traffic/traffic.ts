import { type Assumptions, Cluster, Kind, type Resource, type Workload } from '../../manifests';
import type { Manifests } from '../manifests';
import { RequestResult } from './request-result';
import {
  type Context,
  contextOf,
  differences,
  type Message,
  requestFrom,
  requestFromInternet,
  TrafficMatrix,
  withIngressesOfIstio,
} from '../../dataplane';
import { grpcRequest } from './grpc';
import { namesOf } from './names';
import { readRequest, type RequestProps } from './request';

/** Assumptions that manifests do not determine. */
export interface TrafficProps extends Assumptions {
  /**
   * The external authorizers that deny every request: by their names in the `extensionProviders` of the mesh, and those
   * of SecurityPolicies of Envoy Gateway by their Services or Backends, as `namespace/name`.
   * @default - all of them allow every request
   */
  readonly denyingAuthorizers?: readonly string[];
}

/** A request from outside the cluster. */
export interface InternetRequestProps extends RequestProps {
  /**
   * The Gateway that receives the request, as `namespace/name`.
   * @default - the one that has the host
   */
  readonly gateway?: string;
  /**
   * Whether the client presents a certificate that the gateway accepts.
   * @default false
   */
  readonly clientCertificate?: boolean;
  /**
   * The server name that the client sends in its TLS handshake (SNI).
   * @default - the host of the request
   */
  readonly serverName?: string;
}

/**
 * Simulates the routing of requests without a cluster: the manifests are interpreted as by Kubernetes, Istio and the
 * Gateway API. Features that are not simulated, such as ambient mode, throw an {@link Unsimulated} error. All workloads
 * are assumed to be healthy.
 */
export class Traffic {
  /** The traffic of manifests of any origin. */
  static of(manifests: Manifests, props: TrafficProps = {}): Traffic {
    return new Traffic(new Cluster(manifests.resources, props));
  }

  /**
   * The traffic of a cluster that was read from files.
   * @internal
   */
  static ofCluster(cluster: Cluster): Traffic {
    return new Traffic(cluster);
  }

  /**
   * The effects of a change of manifests on traffic, one line each: callers and hosts whose requests have another
   * result or other settings. Empty if nothing changes.
   */
  static diff(before: Traffic, after: Traffic): string[] {
    return differences(before.context, after.context);
  }

  private readonly context: Context;
  private readonly byName = new Map<string, Workload[]>();
  private readonly services = new Map<string, Resource[]>();

  private constructor(cluster: Cluster) {
    this.context = contextOf(withIngressesOfIstio(cluster));
    for (const workload of cluster.workloads.all) {
      namesOf(workload).forEach(name => this.byName.set(name, [...(this.byName.get(name) ?? []), workload]));
    }
    for (const service of cluster.all(Kind.SERVICE)) {
      this.services.set(service.name, [...(this.services.get(service.name) ?? []), service]);
    }
  }

  /**
   * A workload, or one behind a Service, as a caller: by its name, with its namespace as a prefix if the name is
   * ambiguous.
   */
  from(name: string): TrafficFrom {
    return new TrafficFrom(this.workload(name), this.context);
  }

  /** The result of a request from outside the cluster, such as `GET https://api.shop.example/products/1`. */
  fromInternet(request: string, props: InternetRequestProps = {}): RequestResult {
    const outside = { gateway: props.gateway, hasCertificate: props.clientCertificate ?? false };
    const message = { ...readRequest(request, props), serverName: props.serverName?.toLowerCase() };
    return new RequestResult(`internet → ${request}`, requestFromInternet(message, outside, this.context), message);
  }

  /** The reachable callees of all callers, and from outside, by all routes. */
  matrix(): TrafficMatrix {
    return new TrafficMatrix(this.context);
  }

  private workload(name: string): Workload {
    const { cluster } = this.context;
    const [short = '', namespace] = name.split('/').reverse();
    const isIn = (each: { namespace: string }) => namespace === undefined || each.namespace === namespace;
    const own = (this.byName.get(short) ?? []).filter(isIn);
    const found =
      own.length > 0 ? own : (this.services.get(short) ?? []).filter(isIn).flatMap(each => cluster.selectedBy(each));
    const namespaces = [...new Set(found.map(each => each.namespace))];
    const [first] = found;
    if (!first || namespaces.length > 1) {
      const there = cluster.workloads.all
        .map(each => `${each.namespace}/${each.name}`)
        .sort()
        .slice(0, 20)
        .join(', ');
      throw new Error(
        first
          ? `${name} exists in the namespaces ${namespaces.join(', ')}. Add one as a prefix: `
              + `"${first.namespace}/${name}".`
          : `No workload or Service has the name ${name}. Existing ones: ${there}.`,
      );
    }
    return first;
  }
}

/** A caller in the cluster. */
export class TrafficFrom {
  constructor(
    private readonly workload: Workload,
    private readonly context: Context,
  ) {}

  /**
   * The namespace of the workload.
   * @internal
   */
  get namespace(): string {
    return this.workload.namespace;
  }

  /** The result of an HTTP request, such as `GET http://cart:8080/items`. */
  http(request: string, props: RequestProps = {}): RequestResult {
    return this.send(request, readRequest(request, props));
  }

  /**
   * The result of a gRPC request: `pkg.Service/Method`, or only the method if a policy or route for the callee contains
   * its gRPC service.
   */
  grpc(callee: string, method: string, props: RequestProps = {}): RequestResult {
    return this.send(
      `${callee} ${method}`,
      grpcRequest(callee, method, this.workload.namespace, this.context.cluster, props),
    );
  }

  /**
   * The result of a connection to an address, such as `redis:6379`. Of the props only the Pod's own address is used.
   */
  tcp(address: string, props: RequestProps = {}): RequestResult {
    return this.send(address, { ...readRequest(`GET http://${address}/`, props), scheme: 'tcp' }, true);
  }

  private send(request: string, message: Message, isConnection = false): RequestResult {
    const simulation = requestFrom(this.workload, message, this.context, isConnection);
    const { namespace, name } = this.workload;
    return new RequestResult(`${namespace}/${name} → ${request}`, simulation, message);
  }
}
