import { identityOf } from '../../../dataplane';
import type { Cluster, Field, Resource, Workload } from '../../../manifests';

/** A node of the call graph: the workloads behind a Service, or a workload without one. */
export class Node {
  readonly services: Resource[] = [];
  readonly workloads: Workload[] = [];
  readonly outgoing: Call[] = [];
  readonly incoming: Call[] = [];
  readonly entries: Entry[] = [];

  constructor(
    readonly namespace: string,
    readonly name: string,
  ) {}

  get key(): string {
    return `${this.namespace}/${this.name}`;
  }

  /** The identities of its Pods. */
  identities(cluster: Cluster): string[] {
    return [...new Set(this.workloads.map(each => identityOf(each.namespace, each.serviceAccount, cluster)))];
  }

  /** The field to report for the node as a whole. */
  get at(): Field {
    const resource = this.services[0] ?? this.workloads[0]?.resource;
    if (!resource) {
      throw new Error(`unreachable: the node ${this.key} has neither a Service nor a workload`);
    }
    return resource.metadata.get('name');
  }
}

/** The evidence for a call. */
export enum Evidence {
  /** The caller's Sidecar includes the host. */
  SIDECAR = 'sidecar',
  /** An AuthorizationPolicy of the callee contains the caller's identity. */
  GRANT = 'grant',
  /** An environment variable of the caller holds the callee's address. */
  ADDRESS = 'address',
}

/** A call from one node to another. */
export interface Call {
  readonly caller: Node;
  /** The workloads of the caller's node that the evidence is about. */
  readonly callers: Set<Workload>;
  readonly callee: Node;
  /** The Service that is called. */
  readonly service: Resource;
  readonly evidence: Map<Evidence, Field>;
  /** The called ports of the Service, if known. */
  readonly ports: Set<number>;
  /** The methods that AuthorizationPolicies allow the caller. */
  readonly granted: Set<string>;
}

/** An entry point from outside: a rule of a route at a gateway. */
export interface Entry {
  readonly route: Resource;
  readonly rule: Field;
  readonly callee: Node;
  readonly service: Resource;
  readonly port?: number;
  /** The Gateways, of either kind, or the Ingress. */
  readonly gateways: readonly Resource[];
}

/** The kinds of evidence for a call, best first. */
export function evidenceOf(call: Call): Field {
  return (
    call.evidence.get(Evidence.SIDECAR)
    ?? call.evidence.get(Evidence.ADDRESS)
    ?? call.evidence.get(Evidence.GRANT)
    ?? call.caller.at
  );
}
