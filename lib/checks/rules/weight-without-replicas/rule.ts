import { type Cluster, type Field, Kind, mayHaveLabels, type Resource, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { replicasOf } from '../../manifests/calls/replicas';
import { type Check, problem } from '../../manifests/check';
import { listed } from '../../manifests/names';
import { chosenRules, namespacesApplying } from '../../manifests/routing/destination-rules';
import { targetOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'WeightWithoutReplicas',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A share of the requests is routed to a version without replicas',
  explanation:
    'These requests fail with 503. A HorizontalPodAutoscaler with a minimum of 0 counts as no replicas, '
    + 'since it may scale to that minimum. VirtualServices and routes of the Gateway API are checked.',
  *find(cluster) {
    for (const { at, pods, share } of [...ofVirtualServices(cluster), ...ofRoutes(cluster)]) {
      if (share > 0 && pods.length > 0 && pods.every(each => replicasOf(each, cluster) === 0)) {
        yield problem(
          at,
          `${share === 1 ? 'All' : `${Number((share * 100).toFixed(1))} %`} of the requests go to `
            + `${listed(pods.map(each => each.name))}, which may have no replicas.`,
          'Set the weight to 0, or raise the minimum of replicas.',
        );
      }
    }
  },
};

interface Share {
  readonly at: Field;
  readonly pods: readonly Workload[];
  /** From 0 to 1. */
  readonly share: number;
}

function ofVirtualServices(cluster: Cluster): Share[] {
  return cluster.all(Kind.VIRTUAL_SERVICE).flatMap(virtualService =>
    ['http', 'tls', 'tcp']
      .flatMap(protocol => virtualService.spec.get(protocol).items)
      .flatMap(rule => {
        const routes = rule.get('route').items;
        const shareOf = sharesOf(routes.map(each => each.get('weight').number ?? (routes.length === 1 ? 1 : 0)));
        return routes.map((each, index) => {
          const at = each.get('destination');
          return { at, pods: podsBehind(at, virtualService, cluster), share: shareOf(index) };
        });
      }),
  );
}

/** The workloads behind a destination, or a subset of it. */
function podsBehind(destination: Field, virtualService: Resource, cluster: Cluster): readonly Workload[] {
  const target = targetOf(destination.get('host').text, virtualService, cluster);
  if (target?.resource.type !== Kind.SERVICE) {
    return [];
  }
  const pods = cluster.selectedBy(target.resource);
  const subset = destination.get('subset').text;
  const [found] =
    subset === ''
      ? []
      : chosenRules(namespacesApplying(virtualService, cluster), target, cluster).flatMap(
          each => each.subset(subset) ?? [],
        );
  return subset === '' ? pods : found ? pods.filter(each => mayHaveLabels(each.labels, found.labels)) : [];
}

function ofRoutes(cluster: Cluster): Share[] {
  return [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TCP_ROUTE, Kind.TLS_ROUTE]
    .flatMap(type => cluster.all(type))
    .flatMap(route =>
      route.spec.get('rules').items.flatMap(rule => {
        const backends = rule.get('backendRefs').items;
        const shareOf = sharesOf(backends.map(each => each.get('weight').number ?? 1));
        return backends.map((at, index) => {
          const service = ['', 'Service'].includes(at.get('kind').text)
            ? cluster.find(Kind.SERVICE, at.get('name').text, at.get('namespace').text || route.namespace)
            : undefined;
          return { at, pods: service ? cluster.selectedBy(service) : [], share: shareOf(index) };
        });
      }),
    );
}

function sharesOf(weights: readonly number[]): (index: number) => number {
  const sum = weights.reduce((total, each) => total + each, 0);
  return index => (sum > 0 ? (weights[index] ?? 0) / sum : 0);
}
