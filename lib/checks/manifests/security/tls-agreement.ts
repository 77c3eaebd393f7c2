import {
  type Cluster,
  type Field,
  hasLabels,
  Kind,
  type Mode,
  modeFor,
  portNumber,
  portsOf,
  type Resource,
  targetPortOf,
} from '../../../manifests';
import { chosenRules, namespacesChoosing } from '../routing/destination-rules';
import type { Blanket } from './blanket-tls';

export function placeOf({ namespace, asking }: Blanket): string {
  const [place = namespace, ...more] = asking;
  return place === undefined
    ? 'The mesh accepts'
    : more.length > 0
      ? `Namespace ${place} and ${more.length} more accept`
      : `Namespace ${place} accepts`;
}

/** The client TLS that a DestinationRule sets for some connections, with the modes of the Pods that accept them. */
interface ClientTls {
  /** The field of the mode, set or not. */
  readonly at: Field;
  readonly mode: string;
  readonly accepted: readonly Mode[];
}

/**
 * The client TLS of a DestinationRule for each port and subset of its host, as far as proxies choose the rule for it.
 */
export function clientTlsOf(rule: Resource, cluster: Cluster): ClientTls[] {
  const target = cluster.hosts.find(rule.spec.get('host').text, rule.namespace);
  if (target?.resource.type !== Kind.SERVICE) {
    return [];
  }
  const subsets = rule.spec.get('subsets').items;
  const places = portsOf(target).flatMap(port => [undefined, ...subsets].map(subset => ({ port, subset })));
  return (isTlsSet(rule) ? chosenRules(namespacesChoosing(rule), target, cluster) : [])
    .filter(chosen => chosen.rules.includes(rule))
    .flatMap(chosen =>
      places.flatMap(({ port, subset }) => {
        const at = chosen.tlsMode(portNumber(port) ?? 0, subset?.get('name').text);
        return at?.resource === rule
          ? [{ at, mode: at.text, accepted: modesAt(target.resource, port, subset, cluster) }]
          : [];
      }),
    );
}

function isTlsSet({ spec }: Resource): boolean {
  return [spec, ...spec.get('subsets').items]
    .map(each => each.get('trafficPolicy'))
    .flatMap(each => [each, ...each.get('portLevelSettings').items])
    .some(each => each.get('tls').exists);
}

/** The PeerAuthentication modes of the Pods behind a port of a Service, or a subset of it. */
function modesAt(service: Resource, port: Field, subset: Field | undefined, cluster: Cluster): Mode[] {
  const labels = subset?.get('labels').strings ?? {};
  return cluster
    .selectedBy(service)
    .filter(each => hasLabels(each.labels, labels))
    .map(each => modeFor(each, cluster, targetPortOf(port, each)));
}
