import { addTo, type Cluster, Kind, Membership, membershipOf, type Resource, type Workload } from '../../../manifests';
import { listed } from '../names';

interface Use {
  readonly service: Resource;
  readonly field: ReturnType<Resource['spec']['get']>;
}

export function deploymentsInMesh(cluster: Cluster): Workload[] {
  return cluster.workloads.all.filter(
    each =>
      each.resource.type === Kind.DEPLOYMENT
      && membershipOf(each, cluster) === Membership.SIDECAR
      && each.resource.labels['gateway.istio.io/managed'] !== 'istio.io-mesh-controller',
  );
}

export function groupPorts(services: readonly Resource[], key: (port: Use['field']) => string): Map<string, Use[]> {
  const groups = new Map<string, Use[]>();
  for (const service of services) {
    for (const field of service.spec.get('ports').items) {
      addTo(groups, key(field), { service, field });
    }
  }
  return groups;
}

export function namesOf(uses: readonly Use[]): string {
  return listed([...new Set(uses.map(each => each.service.name))].sort());
}
