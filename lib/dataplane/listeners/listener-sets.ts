import {
  addTo,
  byAge,
  type Cluster,
  controllerOf,
  type Field,
  Kind,
  memo,
  type Resource,
  selects,
} from '../../manifests';

/**
 * The listeners of a Gateway: its own, and at Istio those of the ListenerSets that it allows. Of listeners in conflict
 * only the first exists, those of the Gateway before those of the oldest ListenerSet.
 * @see https://gateway-api.sigs.k8s.io/guides/listener-set/
 */
export const listenersOf = memo((gateway: Resource, cluster: Cluster): readonly Field[] => {
  const own = gateway.spec.get('listeners').items;
  if (controllerOf(gateway, cluster) !== 'istio') {
    return own;
  }
  const sets = (setsByGateway(cluster).get(gateway.key) ?? []).filter(each => isAllowed(each, gateway, cluster));
  const all = [...own, ...byAge(sets).flatMap(each => each.spec.get('listeners').items)];
  return withoutConflicts(all);
});

const setsByGateway = memo((cluster: Cluster): ReadonlyMap<string, Resource[]> => {
  const sets = new Map<string, Resource[]>();
  for (const each of cluster.all(Kind.LISTENER_SET)) {
    const parent = each.spec.get('parentRef');
    addTo(sets, `${parent.get('namespace').text || each.namespace}/${parent.get('name').text}`, each);
  }
  return sets;
});

/** A Gateway allows no ListenerSets by default. */
function isAllowed({ namespace }: Resource, gateway: Resource, cluster: Cluster): boolean {
  const namespaces = gateway.spec.get('allowedListeners', 'namespaces');
  switch (namespaces.get('from').text) {
    case 'All':
      return true;
    case 'Same':
      return namespace === gateway.namespace;
    case 'Selector':
      return selects(namespaces.get('selector'), cluster.namespaceLabels(namespace));
    default:
      return false;
  }
}

/** Listeners without those that cannot exist beside earlier ones: on a port with hosts there is one of each, else one. */
function withoutConflicts(listeners: readonly Field[]): Field[] {
  const taken = new Map<string, Set<string | undefined>>();
  return listeners.filter(each => {
    const [port, host] = [each.get('port').text, hostAt(each)];
    const hosts = taken.get(port) ?? new Set();
    const isFree = hosts.size === 0 || (host !== undefined && !hosts.has(undefined) && !hosts.has(host));
    if (isFree) {
      taken.set(port, hosts.add(host));
    }
    return isFree;
  });
}

/** The host of a listener; undefined for a protocol without hosts. */
function hostAt(listener: Field): string | undefined {
  return ['HTTP', 'HTTPS', 'TLS'].includes(listener.get('protocol').text)
    ? listener.get('hostname').text || '*'
    : undefined;
}
