import {
  addTo,
  type Cluster,
  Kind,
  memo,
  Membership,
  membershipOf,
  type Resource,
  type Workload,
} from '../../../manifests';
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

/**
 * The ports of Services that are the same by one property and differ in another one: computed once for all workloads
 * with the same Services.
 */
export function differingPorts(
  sameOf: (port: Use['field']) => string,
  otherOf: (port: Use['field']) => string,
): (services: readonly Resource[]) => readonly DifferingPorts[] {
  return memo((services: readonly Resource[]) => {
    const groups = new Map<string, Use[]>();
    for (const service of services) {
      for (const field of service.spec.get('ports').items) {
        addTo(groups, sameOf(field), { service, field });
      }
    }
    return [...groups]
      .map(([same, uses]) => ({
        same,
        others: [...new Set(uses.map(({ field }) => otherOf(field)))],
        names: listed([...new Set(uses.map(each => each.service.name))].sort()),
      }))
      .filter(({ others }) => others.length > 1);
  });
}

interface DifferingPorts {
  readonly same: string;
  readonly others: readonly string[];
  /** The Services, in a sentence. */
  readonly names: string;
}
