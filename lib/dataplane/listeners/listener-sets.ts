import {
  addTo,
  ageOf,
  allowsListenerSets,
  type Cluster,
  controllerOf,
  type Field,
  inOrderOfAge,
  Kind,
  memo,
  parentOfSet,
  type Resource,
} from '../../manifests';

/**
 * The listeners of a Gateway: its own, and at Istio those of the ListenerSets that it allows. Of listeners in conflict
 * only the first exists, those of the Gateway before those of the oldest ListenerSet.
 * @see https://gateway-api.sigs.k8s.io/guides/listener-set/
 */
export const listenersOf = memo((gateway: Resource, cluster: Cluster): readonly Field[] => {
  const own = gateway.spec.get('listeners').items;
  return controllerOf(gateway, cluster) === 'istio'
    ? withoutConflicts([...own, ...listenersOfSets(gateway, cluster)])
    : own;
});

/** The listeners of ListenerSets that do not exist, since a Gateway of Istio has others in conflict with them. */
export function conflictingListeners(cluster: Cluster): { listener: Field; gateway: Resource }[] {
  return cluster
    .all(Kind.GATEWAY)
    .filter(gateway => controllerOf(gateway, cluster) === 'istio')
    .flatMap(gateway =>
      listenersOfSets(gateway, cluster)
        .filter(each => !hasListener(gateway, each, cluster))
        .map(listener => ({ listener, gateway })),
    );
}

/** Whether a Gateway has a listener of its own or of a ListenerSet. */
export function hasListener(gateway: Resource, { value }: Field, cluster: Cluster): boolean {
  return valuesOfListeners(gateway, cluster).has(value);
}

const valuesOfListeners = memo(
  (gateway: Resource, cluster: Cluster): ReadonlySet<unknown> =>
    new Set(listenersOf(gateway, cluster).map(each => each.value)),
);

function listenersOfSets(gateway: Resource, cluster: Cluster): Field[] {
  const sets = (setsByGateway(cluster).get(gateway.key) ?? []).filter(each =>
    allowsListenerSets(gateway, each.namespace, cluster),
  );
  return inOrderOfAge(sets, ageOf, ['namespace', 'name']).flatMap(each => each.spec.get('listeners').items);
}

const setsByGateway = memo((cluster: Cluster): ReadonlyMap<string, Resource[]> => {
  const sets = new Map<string, Resource[]>();
  for (const each of cluster.all(Kind.LISTENER_SET)) {
    const { namespace, name } = parentOfSet(each);
    addTo(sets, `${namespace}/${name}`, each);
  }
  return sets;
});

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
