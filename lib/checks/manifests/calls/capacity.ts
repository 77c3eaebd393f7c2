import { type Cluster, embedded, type Field, hasLabels, Kind, type Resource, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';
import { targetOf } from '../routing/destinations';
import { CallGraph } from './graph';
import type { Node } from './node';
import { mostReplicasOf, replicasOf } from './replicas';

/** The default number of worker threads of a proxy: each has its own connections. */
const THREADS = 2;

export const connectionLimit: Check = {
  id: 'ConnectionLimit',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A connection limit is lower than the number of connections in normal operation',
  explanation: 'Each worker thread of a proxy keeps a connection to each replica (two threads unless `concurrency` in `proxy.istio.io/config` is set), and Envoy always allows each thread one, regardless of the limit. A DestinationRule '
    + 'limits the connections of one caller\'s proxy, `inboundConnectionPool` of a Sidecar those of all callers together. At the limit no further connection is opened: HTTP/1.1 requests wait for the existing one, and fail with 503 '
    + 'only when more wait than `http1MaxPendingRequests` allows.',
  *find(cluster) {
    const graph = CallGraph.of(cluster);
    const mostThreads = threadsOfCallers();
    for (const { name, node, members, setting } of groupsOf(cluster)) {
      const limit = setting('connectionPool').get('tcp', 'maxConnections');
      if (limit.number === undefined || limit.number <= 0) {
        continue;
      }
      const [replicas, threads] = [replicasIn(members, cluster), mostThreads(node)];
      if (limit.number < replicas * threads && Number.isFinite(replicas)) {
        yield problem(limit, `A caller's proxy has ${threads} threads, each with a connection to each of ${replicas} replicas of ${name}, which exceeds the limit of ${limit.number}, so requests wait for connections.`, `Allow at least ${replicas * threads}.`);
      }
    }
    for (const sidecar of cluster.all(Kind.SIDECAR)) {
      yield* inboundLimit(sidecar, graph, cluster);
    }
  },
};

function* inboundLimit(sidecar: Resource, graph: CallGraph, cluster: Cluster): Iterable<Problem> {
  const limit = sidecar.spec.get('inboundConnectionPool', 'tcp', 'maxConnections');
  const nodes = limit.number === undefined ? [] : [...new Set(cluster.workloads.select(sidecar.spec.get('workloadSelector', 'labels').strings, sidecar.namespace).flatMap(each => graph.nodeOfWorkload(each) ?? []))];
  for (const node of nodes) {
    const needed = node.incoming.flatMap(call => call.caller.workloads).reduce((sum, each) => sum + replicasOf(each, cluster) * threadsOf(each), 0);
    if (limit.number !== undefined && limit.number < needed && Number.isFinite(needed)) {
      yield problem(limit, `${node.incoming.length} callers of ${node.name} hold ${needed} connections to each of its replicas, which accepts only ${limit.number}.`, `Allow at least ${needed}.`);
    }
  }
}

/** The highest number of threads among the callers of a node, cached. */
function threadsOfCallers(): (node: Node | undefined) => number {
  const known = new Map<Node | undefined, number>();
  return node => {
    const found = known.get(node) ?? (node?.incoming ?? []).flatMap(call => call.caller.workloads).reduce((most, each) => Math.max(most, threadsOf(each)), THREADS);
    known.set(node, found);
    return found;
  };
}

function threadsOf(workload: Workload): number {
  const configured = embedded(workload.template.get('metadata', 'annotations', 'proxy.istio.io/config')).get('concurrency').number;
  return configured === undefined || configured === 0 ? THREADS : configured;
}

export const ejectsAll: Check = {
  id: 'EjectsAll',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Outlier detection may eject all replicas of a service',
  explanation: 'Envoy ejects replicas up to `maxEjectionPercent` of all (default 10): with one or two replicas and 100 %, none is left, and every caller gets 503 for the '
    + 'duration of the ejection. `minHealthPercent` disables ejection below that share of healthy replicas. Each subset is counted by itself.',
  *find(cluster) {
    for (const { name, members, setting } of groupsOf(cluster)) {
      const detection = setting('outlierDetection');
      const replicas = ejects(detection) ? replicasIn(members, cluster) : 0;
      if ((replicas === 1 || replicas === 2) && percentOf(detection) >= 100 && (detection.get('minHealthPercent').number ?? 0) === 0) {
        yield problem(
          detection,
          replicas === 1 ? `${name} has 1 replica, which may be ejected.` : `${name} has 2 replicas, all of which may be ejected at once.`,
          replicas === 1 ? 'Add replicas, or set minHealthPercent.' : 'Lower maxEjectionPercent to 50, or set minHealthPercent.',
        );
      }
    }
  },
};

export const ejectsNone: Check = {
  id: 'EjectsNone',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Outlier detection can never eject a replica',
  explanation: 'Envoy ejects replicas only up to `maxEjectionPercent` of all, the first one included. The default of 10 % allows no ejection with fewer than ten replicas: two need 50 %, a single one 100 %. '
    + 'Failing replicas continue to receive requests. Each subset is counted by itself, with the maximum of replicas of its workloads.',
  *find(cluster) {
    for (const { name, members, setting } of groupsOf(cluster)) {
      const detection = setting('outlierDetection');
      const replicas = ejects(detection) ? members.reduce((sum, each) => sum + mostReplicasOf(each, cluster), 0) : 0;
      if (replicas > 0 && replicas * percentOf(detection) < 100) {
        yield problem(
          detection,
          `${name} has ${replicas} replica${replicas > 1 ? 's' : ''}, and ${percentOf(detection)} % of them is less than one, so none is ever ejected.`,
          `Set maxEjectionPercent to at least ${Math.ceil(100 / replicas)}.`,
        );
      }
    }
  },
};

/** The maximum share of ejected endpoints; istiod omits a zero, so that Envoy's default applies. */
function percentOf(detection: Field): number {
  return detection.get('maxEjectionPercent').number || 10;
}

/** Whether any ejection is enabled. */
function ejects(detection: Field): boolean {
  return detection.exists && [['consecutive5xxErrors', 5], ['consecutiveGatewayErrors', 0]].some(([name, otherwise]) => (detection.get(String(name)).number ?? Number(otherwise)) > 0);
}

/** A group of pods of a DestinationRule, with the settings that apply to it. */
interface Group {
  readonly name: string;
  readonly node?: Node;
  readonly members: readonly Workload[];
  readonly setting: (name: string) => Field;
}

/** The subsets of each DestinationRule, which inherit unset fields from the rule; without subsets, all pods. */
function groupsOf(cluster: Cluster): Group[] {
  const graph = CallGraph.of(cluster);
  return cluster.all(Kind.DESTINATION_RULE).flatMap(rule => {
    const policies = [rule.spec, ...rule.spec.get('subsets').items].map(each => each.get('trafficPolicy'));
    const target = policies.some(each => each.exists) ? targetOf(rule.spec.get('host').text, rule, cluster) : undefined;
    if (target?.resource.type !== Kind.SERVICE) {
      return [];
    }
    const pods = cluster.selectedBy(target.resource);
    const [whole = rule.spec] = policies;
    const common = { node: graph.nodeOf(target.resource) };
    const subsets = rule.spec.get('subsets').items.map(subset => ({
      ...common,
      name: `subset "${subset.get('name').text}"`,
      members: pods.filter(each => hasLabels(each.labels, subset.get('labels').strings)),
      setting: (name: string) => subset.get('trafficPolicy', name).exists ? subset.get('trafficPolicy', name) : whole.get(name),
    }));
    return subsets.length > 0 ? subsets : [{ ...common, name: target.name, members: pods, setting: (name: string) => whole.get(name) }];
  });
}

function replicasIn(workloads: readonly Workload[], cluster: Cluster): number {
  return workloads.reduce((sum, each) => sum + replicasOf(each, cluster), 0);
}
