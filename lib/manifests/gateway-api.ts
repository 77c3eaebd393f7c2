import type { Cluster } from './cluster';
import type { Field, Resource } from './resource';
import { Kind } from './kinds';
import { addTo } from './lists';
import { memo } from './memo';
import { selects } from './selector';

const GROUP = 'gateway.networking.k8s.io';

/** The kinds of routes of the Gateway API. */
export function routesOf(cluster: Cluster): Resource[] {
  return [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TCP_ROUTE, Kind.TLS_ROUTE].flatMap(type => cluster.all(type));
}

/** A reference of a route to a parent or a backend. */
export interface Reference {
  readonly at: Field;
  readonly kind: string;
  readonly group: string;
  readonly name: string;
  readonly namespace: string;
}

/** The parents of a route: Gateways, or Services for traffic between workloads. */
export function parentsOf(route: Resource): Reference[] {
  return route.spec.get('parentRefs').items.map(at => reference(at, route, 'Gateway', GROUP));
}

/** The backends of a route, including those of mirrors. */
export function backendsOf(route: Resource): Reference[] {
  return route.spec
    .get('rules')
    .items.flatMap(rule => [
      ...rule.get('backendRefs').items,
      ...rule
        .get('filters')
        .items.map(each => each.get('requestMirror', 'backendRef'))
        .filter(each => each.exists),
    ])
    .map(at => reference(at, route, 'Service', ''));
}

/** The kinds of ListenerSets, of which Istio reads the first. */
export const LISTENER_SETS: readonly string[] = [Kind.LISTENER_SET, Kind.EXPERIMENTAL_LISTENER_SET];

/** The Gateway that a parent refers to, itself or as a ListenerSet of it; undefined if it is not declared. */
export function parentGateway(parent: Reference, cluster: Cluster): Resource | undefined {
  const owner = parentWithListeners(parent, cluster);
  return owner && gatewayOfListeners(owner, cluster);
}

/** The Gateway that has the listeners of a ListenerSet, or of itself. */
export function gatewayOfListeners(owner: Resource, cluster: Cluster): Resource | undefined {
  const { name, namespace } = parentOfSet(owner);
  return owner.type === Kind.GATEWAY ? owner : cluster.find(Kind.GATEWAY, name, namespace);
}

/** The Gateway or ListenerSet that a parent refers to; undefined if it is not declared. */
export function parentWithListeners(parent: Reference, cluster: Cluster): Resource | undefined {
  const type = typeOf(parent.group, parent.kind);
  return type === Kind.GATEWAY || LISTENER_SETS.includes(type)
    ? cluster.find(type, parent.name, parent.namespace)
    : undefined;
}

/** The Gateway to which a ListenerSet adds listeners. */
export function parentOfSet(set: Resource): Reference {
  return reference(set.spec.get('parentRef'), set, 'Gateway', GROUP);
}

/**
 * The listeners of a Gateway or ListenerSet that allow routes of a namespace, among those that the reference names.
 */
export function listenersFor(owner: Resource, namespace: string, parent: Reference, cluster: Cluster): Field[] {
  return listenersNamed(owner, parent).filter(each => allowsNamespace(each, namespace, cluster));
}

/** The listeners of a Gateway or ListenerSet that a reference names by section and port, or all. */
export function listenersNamed(owner: Resource, { at }: Reference): Field[] {
  return owner.spec
    .get('listeners')
    .items.filter(each => ['', each.get('name').text].includes(at.get('sectionName').text))
    .filter(each => ['', each.get('port').text].includes(at.get('port').text));
}

/** Whether a listener allows the objects of a namespace that attach to it; those of its own by default. */
export function allowsNamespace(listener: Field, namespace: string, cluster: Cluster): boolean {
  return allows(listener.get('allowedRoutes', 'namespaces'), namespace, 'Same', cluster);
}

/** Whether a Gateway allows ListenerSets of a namespace: none by default. */
export function allowsListenerSets(gateway: Resource, namespace: string, cluster: Cluster): boolean {
  return allows(gateway.spec.get('allowedListeners', 'namespaces'), namespace, 'None', cluster);
}

function allows(namespaces: Field, namespace: string, byDefault: string, cluster: Cluster): boolean {
  switch (namespaces.get('from').text || byDefault) {
    case 'All':
      return true;
    case 'Selector':
      return selects(namespaces.get('selector'), cluster.namespaceLabels(namespace));
    case 'Same':
      return namespaces.resource.namespace === namespace;
    default:
      return false;
  }
}

/** Whether a parent is a service, so that the route applies to the mesh and not to a gateway. */
export function isOfMesh({ kind }: Reference): boolean {
  return kind === 'Service' || kind === 'ServiceEntry';
}

/**
 * Whether an object may reference one of another namespace: a ReferenceGrant there names the groups and kinds of both,
 * and the namespace of the first.
 */
export function isGranted(from: Resource, to: Reference, cluster: Cluster): boolean {
  const key = grantKey(from.type, from.namespace, typeOf(to.group, to.kind), to.namespace);
  return (
    to.namespace === from.namespace
    || (grantsOf(cluster).get(key) ?? NO_NAMES).some(name => ['', to.name].includes(name))
  );
}

const NO_NAMES: readonly string[] = [];

/** The names that ReferenceGrants allow, empty for all, by the types and namespaces of both sides. */
const grantsOf = memo((cluster: Cluster): Map<string, string[]> => {
  const grants = new Map<string, string[]>();
  for (const { namespace, spec } of cluster.all(Kind.REFERENCE_GRANT)) {
    for (const from of spec.get('from').items) {
      spec
        .get('to')
        .items.forEach(to =>
          addTo(grants, grantKey(typeAt(from), from.get('namespace').text, typeAt(to), namespace), to.get('name').text),
        );
    }
  }
  return grants;
});

function grantKey(type: string, namespace: string, toType: string, toNamespace: string): string {
  return [type, namespace, toType, toNamespace].join(' ');
}

function typeAt(at: Field): string {
  return typeOf(at.get('group').text, at.get('kind').text);
}

/** The type in the form of `Resource.type`; the core group is the empty one. */
function typeOf(group: string, kind: string): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** The target of a reference, with its default kind and group. */
export function reference(at: Field, route: Resource, kind: string, group: string): Reference {
  return {
    at,
    kind: at.get('kind').text || kind,
    group: at.get('group').exists ? at.get('group').text : group,
    name: at.get('name').text,
    namespace: at.get('namespace').text || route.namespace,
  };
}
