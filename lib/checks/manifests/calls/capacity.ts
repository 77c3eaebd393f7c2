import { type Cluster, embedded, type Field, hasLabels, Kind, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { destinationsOf, targetOf } from '../routing/destinations';
import { CallGraph } from './graph';
import { replicasOf } from './replicas';

/** The threads of a proxy where nothing says: each keeps connections of its own. */
const THREADS = 2;

export const weightWithoutReplicas: Check = {
  id: 'WeightWithoutReplicas',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A share of the requests goes to a version that has no replicas',
  explanation: 'These requests are answered with 503. A HorizontalPodAutoscaler with a minimum of 0 counts as none, for it may be at that minimum.',
  *find(cluster) {
    const subsets = subsetsOf(cluster);
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const { at, host, subset, isMirror } of destinationsOf(virtualService)) {
        const target = targetOf(host, virtualService, cluster);
        const labels = target && (subset === '' ? {} : subsets.get(`${target.name} ${subset}`));
        const pods = target?.resource.type === Kind.SERVICE && labels ? cluster.selectedBy(target.resource).filter(each => hasLabels(each.labels, labels)) : [];
        const weight = weightOf(at);
        if (!isMirror && pods.length > 0 && weight !== 0 && pods.every(each => replicasOf(each, cluster) === 0)) {
          yield problem(at, `${weight === undefined ? 'All' : `${weight} %`} of the requests go to ${pods.map(each => each.name).join(', ')}, which may have no replicas.`, 'Set the weight to 0, or give it replicas.');
        }
      }
    }
  },
};

function weightOf(destination: Field): number | undefined {
  const items = destination.resource.root.get('spec').get(String(destination.path[1])).items[Number(destination.path[2])]?.get('route').items ?? [];
  return items.find(each => String(each.get('destination')) === String(destination))?.get('weight').number;
}

function subsetsOf(cluster: Cluster): Map<string, Readonly<Record<string, string>>> {
  return new Map(cluster.all(Kind.DESTINATION_RULE).flatMap(rule => rule.spec.get('subsets').items.map(subset =>
    [`${targetOf(rule.spec.get('host').text, rule, cluster)?.name ?? ''} ${subset.get('name').text}`, subset.get('labels').strings] as const)));
}

export const connectionLimit: Check = {
  id: 'ConnectionLimit',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A limit of connections is lower than the number that proxies hold when all is well',
  explanation: 'Each thread of a proxy keeps a connection to each replica (two threads where `concurrency` of `proxy.istio.io/config` says nothing). A DestinationRule limits what one caller\'s proxy opens, `inboundConnectionPool` '
    + 'of a Sidecar what all callers open together; beyond the limit requests get 503.',
  *find(cluster) {
    const graph = CallGraph.of(cluster);
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const target = targetOf(rule.spec.get('host').text, rule, cluster);
      const node = target && graph.nodeOf(target.resource);
      const limit = rule.spec.get('trafficPolicy', 'connectionPool', 'tcp', 'maxConnections');
      const replicas = node?.workloads.reduce((sum, each) => sum + replicasOf(each, cluster), 0) ?? 0;
      const threads = Math.max(THREADS, ...node?.incoming.flatMap(call => call.caller.workloads).map(threadsOf) ?? []);
      if (limit.number !== undefined && limit.number > 0 && limit.number < replicas * threads) {
        yield problem(limit, `A caller's proxy has ${threads} threads, each with a connection to each of ${replicas} replicas of ${node?.name}, and may open ${limit.number} only.`, `Allow ${replicas * threads} at least.`);
      }
    }
    for (const sidecar of cluster.all(Kind.SIDECAR)) {
      const limit = sidecar.spec.get('inboundConnectionPool', 'tcp', 'maxConnections');
      const nodes = limit.number === undefined ? [] : [...new Set(cluster.workloads.select(sidecar.spec.get('workloadSelector', 'labels').strings, sidecar.namespace).flatMap(each => graph.nodeOfWorkload(each) ?? []))];
      for (const node of nodes) {
        const needed = node.incoming.flatMap(call => call.caller.workloads).reduce((sum, each) => sum + replicasOf(each, cluster) * threadsOf(each), 0);
        if (limit.number !== undefined && limit.number < needed) {
          yield problem(limit, `${node.incoming.length} callers of ${node.name} hold ${needed} connections to each of its replicas, which takes ${limit.number} only.`, `Allow ${needed} at least.`);
        }
      }
    }
  },
};

function threadsOf(workload: Workload): number {
  const configured = embedded(workload.template.get('metadata', 'annotations', 'proxy.istio.io/config')).get('concurrency').number;
  return configured === undefined || configured === 0 ? THREADS : configured;
}

export const ejectsAll: Check = {
  id: 'EjectsAll',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Outlier detection may eject all replicas of a service',
  explanation: 'One replica may always be ejected, whatever `maxEjectionPercent` says; with a single one, or two and 100 %, nothing is left and every caller gets 503 for the time of the ejection. `minHealthPercent` ends '
    + 'ejection below that share of healthy replicas. Each subset is counted by itself.',
  *find(cluster) {
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const target = targetOf(rule.spec.get('host').text, rule, cluster);
      const pods = target?.resource.type === Kind.SERVICE ? cluster.selectedBy(target.resource) : [];
      const whole = rule.spec.get('trafficPolicy');
      const groups = rule.spec.get('subsets').items.map(subset => ({
        name: `subset "${subset.get('name').text}"`,
        policy: subset.get('trafficPolicy', 'outlierDetection').exists ? subset.get('trafficPolicy') : whole,
        members: pods.filter(each => hasLabels(each.labels, subset.get('labels').strings)),
      }));
      for (const { name, policy, members } of groups.length > 0 ? groups : [{ name: target?.name ?? '', policy: whole, members: pods }]) {
        const detection = policy.get('outlierDetection');
        const replicas = members.reduce((sum, each) => sum + replicasOf(each, cluster), 0);
        const share = detection.get('maxEjectionPercent').number ?? 10;
        const ejectable = detection.exists && (replicas === 1 || (replicas === 2 && share >= 100)) && (detection.get('minHealthPercent').number ?? 0) === 0 && ejects(detection);
        if (ejectable) {
          yield problem(detection, `${name} has ${replicas} replica${replicas > 1 ? 's' : ''}, all of which may be ejected at once.`, replicas > 1 ? 'Lower maxEjectionPercent to 50, or set minHealthPercent.' : 'Add replicas, or set minHealthPercent.');
        }
      }
    }
  },
};

/** Whether anything makes it eject. */
function ejects(detection: Field): boolean {
  return [['consecutive5xxErrors', 5], ['consecutiveGatewayErrors', 0]].some(([name, otherwise]) => (detection.get(String(name)).number ?? Number(otherwise)) > 0);
}
