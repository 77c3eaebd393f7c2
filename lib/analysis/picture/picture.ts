import type { ManifestFinding } from '../../checks';
import { contextOf, percent, type RoutedReach, routedReaches, withIngressesOfIstio } from '../../dataplane';
import { addTo, type Cluster, inOrder, Kind, type Resource, type Workload } from '../../manifests';
import { findingsByWorkload } from '../findings';
import { PARTIAL, type Picture, type PictureCall, type PictureNode } from './model';
import { ObjectsOfServices } from './objects';

/** The picture of a cluster, with the findings of the checks if they are wanted. */
export function pictureOf(cluster: Cluster, isChecked: boolean): Picture {
  const reaches = routedReaches(contextOf(withIngressesOfIstio(cluster)));
  const owners = new Owners(cluster);
  const shares = new Map<string, Set<number>>();
  const pairs = new Map<string, { readonly from: string; readonly to: string; readonly reaches: RoutedReach[] }>();
  for (const reach of reaches) {
    const { to, ...callee } = calleeOf(reach, owners);
    if (callee.workload !== undefined) {
      const known = shares.get(callee.workload) ?? new Set();
      shares.set(callee.workload, known);
      reach.shares.forEach(each => known.add(each));
    }
    for (const [from, requests] of callersOf(reach, owners)) {
      const key = `${from} → ${to}`;
      const pair = pairs.get(key) ?? { from, to, reaches: [] };
      pairs.set(key, pair);
      pair.reaches.push({ ...reach, requests });
    }
  }
  const calls = [...pairs.values()].map(each => callOf(each, owners));
  const outside = [...new Set(calls.flatMap(({ from, to }) => [from, to]))].filter(each => !owners.has(each)).sort();
  return { nodes: [...nodesOf(cluster, owners, shares, isChecked), ...outside.map(outsideNode)], calls };
}

const INTERNET = 'internet';
const EDGE = 'Edge ';
const HOST = 'Host ';

/** Which Service, or which workload without one, each workload is drawn as. */
class Owners {
  private readonly byWorkload = new Map<string, string>();
  private readonly workloadsOf = new Map<string, Workload[]>();
  private readonly services = new Map<string, Resource>();
  private readonly workloads = new Map<string, Workload>();

  constructor(cluster: Cluster) {
    const sizes = new Map(cluster.all(Kind.SERVICE).map(each => [each, cluster.selectedBy(each)]));
    const bySize = [...sizes].sort(([a, some], [b, others]) => others.length - some.length || inOrder(a.key, b.key));
    for (const [service, workloads] of bySize) {
      this.services.set(`Service ${service.key}`, service);
      for (const workload of workloads.filter(each => !this.byWorkload.has(titleOf(each)))) {
        this.byWorkload.set(titleOf(workload), `Service ${service.key}`);
      }
    }
    for (const workload of cluster.workloads.all) {
      const title = titleOf(workload);
      const id = this.byWorkload.get(title) ?? `${workload.resource.kind} ${title}`;
      this.byWorkload.set(title, id);
      this.workloads.set(title, workload);
      addTo(this.workloadsOf, id, workload);
    }
  }

  /** By id, in the order of their namespaces and names. */
  get all(): readonly (readonly [string, readonly Workload[]])[] {
    return [...this.workloadsOf].sort(([a], [b]) => inOrder(titleOfId(a), titleOfId(b)) || inOrder(a, b));
  }

  has(id: string): boolean {
    return this.workloadsOf.has(id);
  }

  of(workload: string): string | undefined {
    return this.byWorkload.get(workload);
  }

  service(id: string): Resource | undefined {
    return this.services.get(id);
  }

  versionOf(title: string, isAlone: boolean): string {
    const workload = this.workloads.get(title);
    const version = workload?.labels.version ?? '';
    return version !== '' ? version : isAlone ? '' : (workload?.name ?? title);
  }

  isAlone(id: string): boolean {
    return (this.workloadsOf.get(id)?.length ?? 0) < 2;
  }
}

function calleeOf({ to }: RoutedReach, owners: Owners): { to: string; workload?: string; port?: string } {
  const [, workload = '', port] = /^(.*):(\d+)$/.exec(to) ?? [];
  const owner = owners.of(workload);
  return owner === undefined ? { to: `${HOST}${to}` } : { to: owner, workload, port };
}

/** The callers as nodes, each with what it requests: from outside, one for each host. */
function callersOf({ from, requests }: RoutedReach, owners: Owners): Map<string, string[]> {
  const owner = owners.of(from);
  if (from !== INTERNET || owner !== undefined) {
    return new Map([[owner ?? `${HOST}${from}`, [...requests]]]);
  }
  const byHost = new Map<string, string[]>();
  requests.forEach(each => addTo(byHost, `${EDGE}${each.split(' ')[0] ?? ''}`, each));
  return byHost;
}

function callOf(
  { from, to, reaches }: { readonly from: string; readonly to: string; readonly reaches: readonly RoutedReach[] },
  owners: Owners,
): PictureCall {
  const isUnconditional = reaches.every(each => each.isUnconditional);
  const ports = new Set<string>();
  const shares = new Map<string, string>();
  const terms = new Set<string>();
  for (const reach of reaches) {
    const { port, workload = '' } = calleeOf(reach, owners);
    ports.add(port === undefined ? '' : `:${port}`);
    reach.terms.forEach(each => terms.add(each));
    if (reach.shares.length > 0) {
      shares.set(
        workload,
        `${owners.versionOf(workload, owners.isAlone(to))} ${reach.shares.map(percent).join(' or ')}`,
      );
    }
  }
  return {
    from,
    to,
    isUnconditional,
    terms: [
      [...ports].join(' '),
      [...shares.values()].map(each => each.trim()).join(', '),
      ...[...terms].sort(),
      isUnconditional ? '' : PARTIAL,
    ].filter(each => each !== ''),
    caller: reaches[0]?.from ?? '',
    requests: [...new Set(reaches.flatMap(each => each.requests))].sort(),
    difference: 'same',
  };
}

function nodesOf(
  cluster: Cluster,
  owners: Owners,
  shares: ReadonlyMap<string, ReadonlySet<number>>,
  isChecked: boolean,
): PictureNode[] {
  const findings = isChecked ? findingsByWorkload(cluster) : new Map<string, ManifestFinding[]>();
  const objects = new ObjectsOfServices(cluster);
  return owners.all.map(([id, workloads]): PictureNode => {
    const [first] = workloads;
    const service = owners.service(id);
    const found = new Map(
      workloads
        .flatMap(each => findings.get(titleOf(each)) ?? [])
        .map(each => [`${each.id} ${each.path} ${each.field} ${each.message}`, each]),
    );
    return {
      id,
      label: service?.name ?? first?.name ?? id,
      kind: service ? 'service' : 'workload',
      namespace: first?.namespace ?? '',
      versions: workloads.map(each => ({
        workload: titleOf(each),
        label: owners.versionOf(titleOf(each), workloads.length < 2) || each.name,
        shares: [...(shares.get(titleOf(each)) ?? [])].sort((a, b) => b - a),
      })),
      findings: [...found.values()].map(({ id: code, severity, message, fix, file, line }) => ({
        id: code,
        severity,
        message,
        fix,
        file,
        line,
      })),
      objects: objects.of(workloads),
      difference: 'same',
    };
  });
}

function outsideNode(id: string): PictureNode {
  const isEdge = id.startsWith(EDGE);
  return {
    id,
    label: id.slice((isEdge ? EDGE : HOST).length),
    kind: isEdge ? 'edge' : 'host',
    namespace: '',
    versions: [],
    findings: [],
    objects: [],
    difference: 'same',
  };
}

function titleOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}

/** The namespace and the name. */
function titleOfId(id: string): string {
  return id.slice(id.indexOf(' ') + 1);
}
