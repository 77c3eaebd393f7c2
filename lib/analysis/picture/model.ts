import type { ManifestFinding } from '../../checks';
import type { Place } from '../../manifests';

/** A cluster as it is drawn: what exists, by namespace, and the calls between. */
export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly calls: readonly PictureCall[];
}

/** How something differs from the manifests before. */
export type Difference = 'same' | 'added' | 'removed' | 'changed';

/** A box: a Service with its workloads, a workload without a Service, or what is outside the cluster. */
export interface PictureNode {
  /** Unique: the kind, with namespace and name, such as `Service shop/pay`. */
  readonly id: string;
  readonly label: string;
  readonly kind: 'service' | 'workload' | 'edge' | 'host';
  /** Empty outside the cluster. */
  readonly namespace: string;
  readonly versions: readonly PictureVersion[];
  readonly findings: readonly Pick<ManifestFinding, 'id' | 'severity' | 'message' | 'fix' | 'file' | 'line'>[];
  /** The objects that make it and apply to it. */
  readonly objects: readonly PictureObject[];
  readonly difference: Difference;
}

interface PictureVersion {
  /** As `namespace/name`. */
  readonly workload: string;
  /** The version, or else the name of the workload. */
  readonly label: string;
  /** The shares that routes send there, where they are less than all. */
  readonly shares: readonly number[];
}

export interface PictureObject {
  /** The kind with namespace and name. */
  readonly title: string;
  readonly place?: Place;
  readonly difference: Difference;
}

/** An arrow: the callee is reached by requests of the caller. */
export interface PictureCall {
  /** The ids of nodes. */
  readonly from: string;
  readonly to: string;
  /** Ports, shares, timeouts and retries, and whether some requests are allowed only. */
  readonly terms: readonly string[];
  readonly isUnconditional: boolean;
  /** A workload that calls, as `namespace/name`, or `internet`. */
  readonly caller: string;
  /** What it requests: host and port, or a URL, and the match of the route. */
  readonly requests: readonly string[];
  readonly difference: Difference;
  /** The terms before, if they are others. */
  readonly before?: readonly string[];
}

/** The term of calls of which policies allow some requests, or the manifests do not determine which. */
export const PARTIAL = 'some requests';

/** What tells the calls of a picture apart. */
export function callKey({ from, to }: Pick<PictureCall, 'from' | 'to'>): string {
  return `${from} → ${to}`;
}
