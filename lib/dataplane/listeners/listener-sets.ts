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
  return all.reduce<Field[]>((kept, each) => (kept.some(other => conflicts(each, other)) ? kept : [...kept, each]), []);
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

/** Whether two listeners cannot exist on one port: with hosts they need different ones, without hosts there is one. */
function conflicts(one: Field, other: Field): boolean {
  if (one.get('port').text !== other.get('port').text) {
    return false;
  }
  const haveHosts = [one, other].map(each => ['HTTP', 'HTTPS', 'TLS'].includes(each.get('protocol').text));
  return haveHosts.every(each => each) ? hostAt(one) === hostAt(other) : true;
}

function hostAt(listener: Field): string {
  return listener.get('hostname').text || '*';
}
