import type { Cluster, Field, Resource, Workload } from '../../../manifests';

/** What runs as one: the workloads behind a Service, or a workload without one. */
export class Node {
  readonly services: Resource[] = [];
  readonly workloads: Workload[] = [];
  readonly outgoing: Call[] = [];
  readonly incoming: Call[] = [];
  readonly entries: Entry[] = [];

  constructor(readonly namespace: string, readonly name: string) {}

  get key(): string {
    return `${this.namespace}/${this.name}`;
  }

  /** The identities of its Pods. */
  identities(cluster: Cluster): string[] {
    return [...new Set(this.workloads.map(each => `${cluster.mesh.trustDomain}/ns/${each.namespace}/sa/${each.serviceAccount}`))];
  }

  /** The field to point at for the node as a whole. */
  get at(): Field {
    const resource = this.services[0] ?? this.workloads[0]?.resource;
    if (!resource) {
      throw new Error(`unreachable: the node ${this.key} has neither a Service nor a workload`);
    }
    return resource.metadata.get('name');
  }
}

/** How it is known that one calls another. */
export enum Evidence {
  /** The caller's Sidecar names the host. */
  SIDECAR = 'sidecar',
  /** An AuthorizationPolicy of the callee names the caller's identity. */
  GRANT = 'grant',
  /** An environment variable of the caller holds the callee's address. */
  ADDRESS = 'address',
}

/** The fact that one node calls another. */
export interface Call {
  readonly caller: Node;
  readonly callee: Node;
  /** The Service that is called. */
  readonly service: Resource;
  readonly evidence: Map<Evidence, Field>;
  /** The ports of the Service that are called, where that is known. */
  readonly ports: Set<number>;
  /** The methods that AuthorizationPolicies name for the caller. */
  readonly granted: Set<string>;
}

/** A way in from outside: a rule of a route at a gateway. */
export interface Entry {
  readonly route: Resource;
  readonly rule: Field;
  readonly callee: Node;
  readonly service: Resource;
  readonly port?: number;
  /** The Gateways, of either kind, or the Ingress. */
  readonly gateways: readonly Resource[];
}

/** Where a call is known from, best first. */
export function evidenceOf(call: Call): Field {
  return call.evidence.get(Evidence.SIDECAR) ?? call.evidence.get(Evidence.ADDRESS) ?? call.evidence.get(Evidence.GRANT) ?? call.caller.at;
}
