import { type Cluster, Kind, type Mode, modeFor, type Resource } from '../../../manifests';
import type { Blanket } from './blanket-tls';

export function placeOf({ namespace, asking }: Blanket): string {
  const [place = namespace, ...more] = asking;
  return place === undefined
    ? 'The mesh accepts'
    : more.length > 0
      ? `Namespace ${place} and ${more.length} more accept`
      : `Namespace ${place} accepts`;
}

/** The PeerAuthentication modes of the pods behind a rule's host, set by selector or by namespace. */
export function calleeModes(rule: Resource, cluster: Cluster): Mode[] {
  const target = cluster.hosts.find(rule.spec.get('host').text, rule.namespace);
  return target?.resource.type === Kind.SERVICE
    ? cluster.selectedBy(target.resource).map(each => modeFor(each, cluster))
    : [];
}
