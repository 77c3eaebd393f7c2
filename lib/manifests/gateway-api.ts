import type { Cluster } from './cluster';
import type { Field } from './field';
import { Kind } from './kinds';
import type { Resource } from './resource';
import { selects } from './selector';

const GROUP = 'gateway.networking.k8s.io';

/** Routes of the Gateway API, of all kinds. */
export function routesOf(cluster: Cluster): Resource[] {
  return [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TCP_ROUTE, Kind.TLS_ROUTE].flatMap(type => cluster.all(type));
}

/** A reference of a route to what it belongs to, or sends traffic to. */
export interface Reference {
  readonly at: Field;
  readonly kind: string;
  readonly group: string;
  readonly name: string;
  readonly namespace: string;
}

/** What a route belongs to: Gateways, or Services for traffic between workloads. */
export function parentsOf(route: Resource): Reference[] {
  return route.spec.get('parentRefs').items.map(at => reference(at, route, 'Gateway', GROUP));
}

/** What a route sends traffic to, copies too. */
export function backendsOf(route: Resource): Reference[] {
  return route.spec.get('rules').items.flatMap(rule => [
    ...rule.get('backendRefs').items,
    ...rule.get('filters').items.map(each => each.get('requestMirror', 'backendRef')).filter(each => each.exists),
  ]).map(at => reference(at, route, 'Service', ''));
}

/** The Gateway that a parent is, if it is declared. */
export function parentGateway({ kind, group, name, namespace }: Reference, cluster: Cluster): Resource | undefined {
  return kind === 'Gateway' && group === GROUP ? cluster.find(Kind.GATEWAY, name, namespace) : undefined;
}

/** Whether some listener of a Gateway takes routes of a namespace, among those that the reference names. */
export function takesRoutesFrom(gateway: Resource, namespace: string, parent: Reference, cluster: Cluster): boolean {
  return gateway.spec.get('listeners').items
    .filter(each => ['', each.get('name').text].includes(parent.at.get('sectionName').text))
    .filter(each => ['', each.get('port').text].includes(parent.at.get('port').text))
    .some(listener => {
      const from = listener.get('allowedRoutes', 'namespaces');
      switch (from.get('from').text) {
        case 'All': return true;
        case 'Selector': return selects(from.get('selector'), cluster.namespaceLabels(namespace));
        case 'None': return false;
        default: return gateway.namespace === namespace;
      }
    });
}

/** Whether a ReferenceGrant lets objects of a kind and namespace name one of another namespace. */
export function isGranted(from: Resource, to: Reference, cluster: Cluster): boolean {
  return to.namespace === from.namespace || cluster.all(Kind.REFERENCE_GRANT).some(grant => grant.namespace === to.namespace
    && grant.spec.get('from').items.some(each => each.get('kind').text === from.kind && each.get('namespace').text === from.namespace)
    && grant.spec.get('to').items.some(each => each.get('kind').text === to.kind && ['', to.name].includes(each.get('name').text)));
}

function reference(at: Field, route: Resource, kind: string, group: string): Reference {
  return {
    at,
    kind: at.get('kind').text || kind,
    group: at.get('group').exists ? at.get('group').text : group,
    name: at.get('name').text,
    namespace: at.get('namespace').text || route.namespace,
  };
}
