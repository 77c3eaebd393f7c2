import type { PodLabels } from './peer';

/** The version of the format. A file of another one is rejected. */
export const CONTRACT_FORMAT = 'cdk8s-cardinal/contract/v1';

/** The content of a contract: what a topology publishes to callers in other topologies. */
export interface ContractData {
  /** The format: `cdk8s-cardinal/contract/v1`. */
  readonly format: string;
  /** The name of the topology. */
  readonly topology: string;
  /** The DNS domain of its cluster. */
  readonly clusterDomain: string;
  /** The namespaces that it owns. */
  readonly namespaces: readonly string[];
  /** The services that allow callers outside the topology. */
  readonly services: readonly ServiceData[];
}

/** A service of a contract. */
export interface ServiceData {
  /** The name of its Service. */
  readonly name: string;
  /** The namespace of its Service and pods. */
  readonly namespace: string;
  /** The ServiceAccount of its pods. */
  readonly serviceAccount: string;
  /** The labels of its pods. */
  readonly labels: PodLabels;
  /** The name of the headless Service that resolves single pods; undefined without one. */
  readonly headlessService?: string;
  /** Whether its pods have a proxy. */
  readonly inMesh: boolean;
  /** Whether its owner routes requests by version: traffic rules of callers would bypass these. */
  readonly routesByVersion: boolean;
  /** The names of its versions. */
  readonly versions: readonly string[];
  /** Its ports. */
  readonly ports: readonly PortData[];
  /** The operations that it denies to all callers, as `METHOD /path`; undefined for none. */
  readonly deniedOperations?: readonly string[];
  /** The callers that it allows. */
  readonly callers: readonly CallerData[];
}

/** A port of a contract. */
export interface PortData {
  /** The number of the Service port. */
  readonly number: number;
  /** The container port. */
  readonly target: number;
  /** The protocol of the port. */
  readonly protocol: string;
  /** The suffix of its name; undefined for the protocol alone. */
  readonly name?: string;
  /** The full name of its gRPC service. */
  readonly grpcService?: string;
  /** The methods of its gRPC service. */
  readonly grpcMethods?: readonly string[];
}

/** An allowed caller of a contract. */
export interface CallerData {
  /** The namespace of its pods. */
  readonly namespace: string;
  /** Its ServiceAccount; undefined for callers without a proxy. */
  readonly serviceAccount?: string;
  /** The labels of its pods; undefined for all of the namespace. */
  readonly podLabels?: PodLabels;
  /** The number of the Service port that it may call. */
  readonly port: number;
  /** The operations that it may use, as `METHOD /path`; undefined for all. */
  readonly operations?: readonly string[];
}
