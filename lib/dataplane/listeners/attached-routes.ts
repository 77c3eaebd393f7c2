import {
  addTo,
  type Cluster,
  covers,
  type Field,
  hostsMeet,
  Kind,
  memo,
  listenersFor,
  parentWithListeners,
  parentsOf,
  reference,
  type Reference,
  type Resource,
  routesOf,
} from '../../manifests';
import { RouteReader } from '../routes/unsupported-filters';
import type { Proxy } from '../endpoints/proxy';

/** A route of the Gateway API at a listener. */
export interface AttachedRoute {
  readonly route: Resource;
  /** Its hosts that lead to it there; none if they all belong to other listeners. */
  readonly hosts: readonly string[];
}

/** The HTTPRoutes and GRPCRoutes of a listener, with their hosts. */
export function attachedRoutes(listener: Field, cluster: Cluster): AttachedRoute[] {
  return routesAttached(listener, cluster)
    .filter(({ type }) => type === Kind.HTTP_ROUTE || type === Kind.GRPC_ROUTE)
    .map(route => ({
      route,
      hosts: hostsOf(route).filter(host => !isIsolated(host, listener)),
    }));
}

/** The routes that refer to a listener and that it accepts, in the order of their types. */
export function routesAttached(listener: Field, cluster: Cluster): Resource[] {
  const { resource: owner } = listener;
  const kinds = listener
    .get('allowedRoutes', 'kinds')
    .items.map(each => reference(each, owner, '', GROUP))
    .map(({ kind, group }) => `${kind}.${group}`);
  const types = typesFor(listener);
  return referringTo(owner, cluster)
    .filter(
      ({ route }) =>
        types.includes(route.type) && (kinds.length === 0 || kinds.includes(route.type)) && meets(route, listener),
    )
    .filter(({ route, parents }) =>
      parents.some(parent =>
        listenersFor(owner, route.namespace, parent, cluster).some(
          each => each.get('name').text === listener.get('name').text,
        ),
      ),
    )
    .map(({ route }) => route);
}

function meets(route: Resource, listener: Field): boolean {
  return (
    route.spec.get('hostnames').items.length === 0
    || hostOf(listener) === ''
    || hostsOf(route).some(each => hostsMeet(each, hostOf(listener)))
  );
}

/** The host name of a listener; empty if it has none. */
export function hostOf(listener: Field): string {
  return listener.get('hostname').text.toLowerCase();
}

/** The host names of a route. */
export function hostsOf(route: Resource): string[] {
  return route.spec.get('hostnames').items.length > 0
    ? route.spec.get('hostnames').texts.map(each => each.toLowerCase())
    : ['*'];
}

/** What reads the routes of a gateway: Istio, unless its Pods have no identity of the mesh. */
export function readerOf({ identity }: Pick<Proxy, 'identity'>): RouteReader {
  return identity === undefined ? RouteReader.OTHER_GATEWAY : RouteReader.ISTIO_GATEWAY;
}

/**
 * Whether a host of a route belongs only to another listener of the port and protocol, whose host name is longer and
 * covers it.
 * @see https://gateway-api.sigs.k8s.io/guides/implementers/
 */
function isIsolated(host: string, listener: Field): boolean {
  const own = hostOf(listener);
  return (
    (own === '' || own.startsWith('*'))
    && listener.resource.spec
      .get('listeners')
      .items.filter(each => ['port', 'protocol'].every(name => each.get(name).text === listener.get(name).text))
      .map(hostOf)
      .some(each => each !== '' && each !== own && each.length >= own.length && covers(each, host))
  );
}

/** The types of routes that a listener accepts by its protocol. */
function typesFor(listener: Field): readonly string[] {
  switch (listener.get('protocol').text) {
    case 'HTTP':
    case 'HTTPS':
      return [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE];
    case 'TLS':
      return listener.get('tls', 'mode').text === 'Passthrough' ? [Kind.TLS_ROUTE] : [Kind.TLS_ROUTE, Kind.TCP_ROUTE];
    case 'TCP':
      return [Kind.TCP_ROUTE];
    default:
      return [];
  }
}

const GROUP = 'gateway.networking.k8s.io';

/** A route with its parents that are one Gateway or ListenerSet, or listeners of it. */
interface Referring {
  readonly route: Resource;
  readonly parents: Reference[];
}

/** The routes that refer to a Gateway or ListenerSet; found once for all, so that these are not compared in pairs. */
function referringTo(owner: Resource, cluster: Cluster): readonly Referring[] {
  return allReferring(cluster).get(owner) ?? [];
}

const allReferring = memo((cluster: Cluster): ReadonlyMap<Resource, readonly Referring[]> => {
  const referring = new Map<Resource, Referring[]>();
  for (const route of [...routesOf(cluster)].sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))) {
    const byOwner = new Map<Resource, Reference[]>();
    for (const parent of parentsOf(route)) {
      const owner = parentWithListeners(parent, cluster);
      if (owner) {
        addTo(byOwner, owner, parent);
      }
    }
    byOwner.forEach((parents, owner) => addTo(referring, owner, { route, parents }));
  }
  return referring;
});

/** The order in which a listener of several types has them. */
const ORDER: readonly string[] = [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TLS_ROUTE, Kind.TCP_ROUTE];
