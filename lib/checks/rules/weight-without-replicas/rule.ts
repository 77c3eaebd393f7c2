import { type Cluster, type Field, hasLabels, Kind, type Resource, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { replicasOf } from '../../manifests/calls/replicas';
import { type Check, problem } from '../../manifests/check';
import { listed } from '../../manifests/names';
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
    const podsBehind = podsOf(cluster);
    for (const { at, pods, share } of [...ofVirtualServices(cluster, podsBehind), ...ofRoutes(cluster, podsBehind)]) {
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

type PodsBehind = (service: Resource | undefined, subset: string, host: string) => readonly Workload[];

/** The workloads behind a Service or a subset of it, cached. */
function podsOf(cluster: Cluster): PodsBehind {
  const subsets = new Map(
    cluster
      .all(Kind.DESTINATION_RULE)
      .flatMap(rule =>
        rule.spec
          .get('subsets')
          .items.map(
            subset =>
              [
                `${targetOf(rule.spec.get('host').text, rule, cluster)?.name ?? ''} ${subset.get('name').text}`,
                subset.get('labels').strings,
              ] as const,
          ),
      ),
  );
  const known = new Map<string, readonly Workload[]>();
  return (service, subset, host) => {
    const labels = subset === '' ? {} : subsets.get(`${host} ${subset}`);
    if (service?.type !== Kind.SERVICE || !labels) {
      return [];
    }
    const key = `${service.key} ${subset}`;
    const found = known.get(key) ?? cluster.selectedBy(service).filter(each => hasLabels(each.labels, labels));
    known.set(key, found);
    return found;
  };
}

function ofVirtualServices(cluster: Cluster, podsBehind: PodsBehind): Share[] {
  return cluster.all(Kind.VIRTUAL_SERVICE).flatMap(virtualService =>
    ['http', 'tls', 'tcp']
      .flatMap(protocol => virtualService.spec.get(protocol).items)
      .flatMap(rule => {
        const routes = rule.get('route').items;
        const shareOf = sharesOf(routes.map(each => each.get('weight').number ?? (routes.length === 1 ? 1 : 0)));
        return routes.map((each, index) => {
          const at = each.get('destination');
          const target = targetOf(at.get('host').text, virtualService, cluster);
          return {
            at,
            pods: podsBehind(target?.resource, at.get('subset').text, target?.name ?? ''),
            share: shareOf(index),
          };
        });
      }),
  );
}

function ofRoutes(cluster: Cluster, podsBehind: PodsBehind): Share[] {
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
          return { at, pods: podsBehind(service, '', ''), share: shareOf(index) };
        });
      }),
    );
}

function sharesOf(weights: readonly number[]): (index: number) => number {
  const sum = weights.reduce((total, each) => total + each, 0);
  return index => (sum > 0 ? (weights[index] ?? 0) / sum : 0);
}
