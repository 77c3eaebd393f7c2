import { type Cluster, embedded, Kind, type Resource, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { groupsOf, replicasIn } from '../../manifests/calls/capacity';
import { CallGraph } from '../../manifests/calls/graph';
import type { Node } from '../../manifests/calls/node';
import { replicasOf } from '../../manifests/calls/replicas';
import { type Check, problem, type Problem } from '../../manifests/check';

/** The default number of worker threads of a proxy: each has its own connections. */
const THREADS = 2;

export const rule: Check = {
  id: 'ConnectionLimit',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A connection limit is lower than the number of connections in normal operation',
  explanation:
    'Each worker thread of a proxy keeps a connection to each replica (two threads unless `concurrency` '
    + 'in `proxy.istio.io/config` is set), and Envoy always allows each thread one, regardless of the '
    + 'limit. A DestinationRule '
    + "limits the connections of one caller's proxy, `inboundConnectionPool` of a Sidecar those of all "
    + 'callers together. At the limit no further connection is opened: HTTP/1.1 requests wait for the '
    + 'existing one, and fail with 503 '
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
        yield problem(
          limit,
          `A caller's proxy has ${threads} threads, each with a connection to each of ${replicas} replicas `
            + `of ${name}, which exceeds the limit of ${limit.number}, so requests wait for connections.`,
          `Allow at least ${replicas * threads}.`,
        );
      }
    }
    for (const sidecar of cluster.all(Kind.SIDECAR)) {
      yield* inboundLimit(sidecar, graph, cluster);
    }
  },
};

function* inboundLimit(sidecar: Resource, graph: CallGraph, cluster: Cluster): Iterable<Problem> {
  const limit = sidecar.spec.get('inboundConnectionPool', 'tcp', 'maxConnections');
  const nodes =
    limit.number === undefined
      ? []
      : [
          ...new Set(
            cluster.workloads
              .select(sidecar.spec.get('workloadSelector', 'labels').strings, sidecar.namespace)
              .flatMap(each => graph.nodeOfWorkload(each) ?? []),
          ),
        ];
  for (const node of nodes) {
    const needed = node.incoming
      .flatMap(call => call.caller.workloads)
      .reduce((sum, each) => sum + replicasOf(each, cluster) * threadsOf(each), 0);
    if (limit.number !== undefined && limit.number < needed && Number.isFinite(needed)) {
      yield problem(
        limit,
        `${node.incoming.length} callers of ${node.name} hold ${needed} connections to each of its replicas, `
          + `which accepts only ${limit.number}.`,
        `Allow at least ${needed}.`,
      );
    }
  }
}

/** The highest number of threads among the callers of a node, cached. */
function threadsOfCallers(): (node: Node | undefined) => number {
  const known = new Map<Node | undefined, number>();
  return node => {
    const found =
      known.get(node)
      ?? (node?.incoming ?? [])
        .flatMap(call => call.caller.workloads)
        .reduce((most, each) => Math.max(most, threadsOf(each)), THREADS);
    known.set(node, found);
    return found;
  };
}

function threadsOf(workload: Workload): number {
  const configured = embedded(workload.template.get('metadata', 'annotations', 'proxy.istio.io/config')).get(
    'concurrency',
  ).number;
  return configured === undefined || configured === 0 ? THREADS : configured;
}
