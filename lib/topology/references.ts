import type { Duration } from 'cdk8s';
import type { Auth } from './auth';
import type { Capability } from './capability';
import type { Cors } from './cors';
import type { OutboundTraffic } from './outbound-traffic';
import type { PerClientRateLimit } from './per-client-rate-limit';
import type { Port } from './port';
import type { WorkloadKind } from './workload-kind';

/** A topology as its services and edges refer to it. */
export interface ITopology {
  /** The name of the topology. */
  readonly name: string;
  /** The namespace of services and edges that declare none. */
  readonly namespace: string;
  /** All namespaces of services and edges, the topology's own first, owned or not. */
  readonly namespaces: readonly string[];
  /** The DNS domain of the cluster. */
  readonly clusterDomain: string;
  /** The destinations outside that its services may connect to where they declare none; undefined for declared ones. */
  readonly outboundTraffic?: OutboundTraffic;
  /** Whether the topology owns that namespace. */
  owns(namespace: string): boolean;
  /** Closes the topology: later declarations throw. */
  close(): void;
  /**
   * Throws after rendering.
   * @internal
   */
  requireOpen(path: string): void;
}

/** The number of endpoints. */
export interface Replicas {
  /** The minimum number of endpoints; with autoscaling, its minimum. */
  readonly least: number;
  /** The maximum number of endpoints. */
  readonly most: number;
}

/** A callee as calls and circuit breakers refer to it: a service of the topology, or an external one. */
export interface ICallee {
  /** The topology that it belongs to. */
  readonly topology: ITopology;
  /** Its name, unique in its namespace. */
  readonly name: string;
  /** The namespace of its objects in the cluster. */
  readonly namespace: string;
  /** The ports on which it can be called, the first one by default. */
  readonly ports: readonly Port[];
  /** Where it was declared, for messages: `TOPOLOGY/NAME`. */
  readonly path: string;
  /** Its fully qualified host name. */
  readonly host: string;
  /** The number of endpoints; undefined if they are declared elsewhere. */
  readonly replicas: Replicas | undefined;
  /** The name of the headless Service that resolves the names of single pods; undefined without one. */
  readonly headlessService: string | undefined;
  /** The host name that a caller in `namespace` would use. */
  hostNameIn(namespace: string): string;
  /** The port of that number. Throws if there is none. */
  port(number: number, path?: string): Port;
  /** The port of calls that do not name one. Throws if there is none. */
  firstPort(path?: string): Port;
}

/** A service as its versions and its calls refer to it. */
export interface IService extends ICallee {
  /** Whether its pods get a proxy. */
  readonly inMesh: boolean;
  /** Whether its workload and ServiceAccount are deployed outside the topology. */
  readonly exists: boolean;
  /** The ServiceAccount of its pods: a part of the identity by which callees allow it. */
  readonly serviceAccount: string;
  /** The labels by which its pods are found. */
  readonly selector: { readonly [label: string]: string };
  /** The kind of the objects that run its pods. */
  readonly workloadKind: WorkloadKind;
}

/** A gateway that serves several edges, as edges refer to it. */
export interface ISharedGateway {
  /** The topology that renders the Gateway. */
  readonly topology: ITopology;
  /** The name of the Gateway. */
  readonly name: string;
  /** The namespace of the Gateway, and of the routes, policies and Secrets of all its edges. */
  readonly namespace: string;
  /** Where it was declared, for messages. */
  readonly path: string;
  /** The edges that it serves, in the order of their declaration. */
  readonly edges: readonly IEdge[];
  /** Closes the topologies of all its edges. */
  close(): void;
}

/** An edge as its routes refer to it. */
export interface IEdge {
  /** The topology that the edge belongs to. */
  readonly topology: ITopology;
  /** The name of the Gateway. */
  readonly name: string;
  /** The namespace of the Gateway, its routes and policies. */
  readonly namespace: string;
  /** `TOPOLOGY-EDGE`: the name of what is shared with a cloud. */
  readonly id: string;
  /** Where it was declared, for messages. */
  readonly path: string;
  /** The host name of the listeners and of the certificate. */
  readonly host: string;
  /** The Secret of the certificate; undefined for plain HTTP. */
  readonly tlsSecret?: string;
  /** The origins whose web pages may call, and how; undefined for none. */
  readonly cors?: Cors;
  /** The credentials that requests need on routes without `auth` of their own. */
  readonly auth: Auth;
  /** The time limit of requests on routes without a timeout of their own. */
  readonly timeout: Duration;
  /** The limit on the requests of each client, all routes together; undefined for none. */
  readonly perClientRateLimit?: PerClientRateLimit;
  /** All limits on the requests of each client: that of the edge, and those of its routes. */
  readonly perClientRateLimits: readonly PerClientRateLimit[];
  /** Whether a feature is left to the front, so that the gateway in the cluster does not enforce it. */
  isLeftToFront(capability: Capability): boolean;
}
