import { type ManifestFinding, Severity } from '../../checks';
import { contextOf, type RoutedReach, routedReaches, withIngressesOfIstio } from '../../dataplane';
import type { Cluster, Workload } from '../../manifests';
import { findingsByWorkload } from '../findings';

/** The picture of a cluster: what exists, and what reaches what. */
export interface Graph {
  /** By namespace; the one without a name has the internet and hosts outside. */
  readonly groups: readonly Group[];
  readonly edges: readonly Edge[];
}

interface Group {
  /** The namespace; empty outside the cluster. */
  readonly name: string;
  readonly nodes: readonly Node[];
}

interface Node {
  /** The workload as `namespace/name`, a host outside, or `internet`. */
  readonly id: string;
  readonly label: string;
  /** Findings of severity error and warning about it, its Services and its policies. */
  readonly errors: number;
  readonly warnings: number;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  /** The port of the callee; undefined for hosts outside. */
  readonly port?: number;
  /** Whether all requests are allowed. */
  readonly isUnconditional: boolean;
  readonly shares: readonly number[];
  readonly terms: readonly string[];
}

/** The graph of a cluster, with the findings of the checks if they are wanted. */
export function graphOf(cluster: Cluster, isChecked: boolean): Graph {
  const workloads = new Map(cluster.workloads.all.map(each => [titleOf(each), each]));
  const edges = routedReaches(contextOf(withIngressesOfIstio(cluster))).map(each => edgeOf(each, workloads));
  const findings = isChecked ? findingsByWorkload(cluster) : new Map<string, ManifestFinding[]>();
  const groups = new Map<string, Node[]>();
  const ids = new Set([...workloads.keys(), ...edges.flatMap(({ from, to }) => [from, to])]);
  for (const id of [...ids].sort()) {
    const found = findings.get(id) ?? [];
    const count = (severity: Severity) => found.filter(each => each.severity === severity).length;
    const workload = workloads.get(id);
    const label = workload?.name ?? id;
    const node = { id, label, errors: count(Severity.ERROR), warnings: count(Severity.WARNING) };
    const namespace = workload?.namespace ?? '';
    groups.set(namespace, [...(groups.get(namespace) ?? []), node]);
  }
  return {
    groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, nodes]) => ({ name, nodes })),
    edges,
  };
}

function titleOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}

function edgeOf(
  { from, to, isUnconditional, shares, terms }: RoutedReach,
  workloads: ReadonlyMap<string, Workload>,
): Edge {
  const others = { isUnconditional, shares, terms };
  const [, callee = '', port] = /^(.*):(\d+)$/.exec(to) ?? [];
  return workloads.has(callee) ? { ...others, from, to: callee, port: Number(port) } : { ...others, from, to };
}
