import {
  addTo,
  type Cluster,
  controllerOf,
  type Field,
  firstIfAll,
  gatewayOfListeners,
  hostsMeet,
  Kind,
  listenersFor,
  memo,
  parentsOf,
  parentWithListeners,
  type Resource,
  routesOf,
} from '../../manifests';
import { attachedRoutes, hostOf, readerOf, routesAttached } from '../listeners/attached-routes';
import { gatewayListeners } from '../listeners/ingress';
import type { GatewayListener } from '../listeners/listener';
import { hasListener } from '../listeners/listener-sets';
import { causeOfDrop } from '../routes/unsupported-filters';
import { isListenerUnread } from '../unread';
import type { Unreached } from './unreached-routes';

/** A route at a listener of a Gateway of the Gateway API. */
interface Attachment {
  readonly listener: GatewayListener;
  /** The hosts of an HTTPRoute or GRPCRoute that lead there; undefined for a route of connections. */
  readonly hosts?: readonly string[];
}

/** The listeners of each route of the Gateway API. */
export const attachmentsOf = memo((cluster: Cluster): ReadonlyMap<Resource, readonly Attachment[]> => {
  const attachments = new Map<Resource, Attachment[]>();
  for (const listener of gatewayListeners(cluster).filter(each =>
    [Kind.GATEWAY, Kind.LISTENER_SET].some(type => each.at.resource.type === type),
  )) {
    for (const { route, hosts } of listener.carriesRequests ? attachedRoutes(listener.at, cluster) : []) {
      addTo(attachments, route, { listener, hosts });
    }
    for (const route of listener.carriesRequests ? [] : routesAttached(listener.at, cluster)) {
      addTo(attachments, route, { listener });
    }
  }
  return attachments;
});

/**
 * The routes of the Gateway API, and hosts of them, that no listener of their Gateways has, although one allows them.
 * None at Gateways of unknown controllers.
 */
export function unattachedRoutes(cluster: Cluster): Unreached[] {
  return routesOf(cluster).flatMap(route => {
    const parents = parentsOf(route);
    const allowed = parents.map(parent => {
      const owner = parentWithListeners(parent, cluster);
      const gateway = owner && gatewayOfListeners(owner, cluster);
      return gateway && controllerOf(gateway, cluster) !== 'unknown'
        ? listenersFor(owner, route.namespace, parent, cluster).filter(
            each => owner === gateway || hasListener(gateway, each, cluster),
          )
        : [];
    });
    const listeners = allowed.flat();
    return listeners.length === 0
      || allowed.some(each => each.length === 0)
      || listeners.some(each =>
        isListenerUnread({ at: each, gateway: gatewayOfListeners(each.resource, cluster) }, cluster),
      )
      ? []
      : unattached(route, listeners, cluster);
  });
}

function unattached(route: Resource, listeners: readonly Field[], cluster: Cluster): Unreached[] {
  const attached = attachmentsOf(cluster).get(route) ?? [];
  const named = route.spec.get('hostnames').items;
  const names = [...new Set(listeners.map(hostOf).filter(each => each !== ''))].join(', ');
  if (attached.length === 0) {
    const isOfHosts = named.length > 0 && !listeners.some(each => meets(named, each));
    return [
      isOfHosts
        ? { at: route.spec.get('hostnames'), because: 'host', reason: `the listeners of its Gateways have ${names}` }
        : {
            at: route.spec.get('parentRefs'),
            because: 'kind',
            reason:
              `no listener of its Gateways accepts ${route.kind}s: `
              + listeners.map(each => `${each.get('name').text} is for ${each.get('protocol').text}`).join(', '),
          },
    ];
  }
  const dropped = attached
    .filter(each => each.hosts)
    .map(({ listener }) => causeOfDrop(route, readerOf(listener.caller.proxy), cluster));
  const drop = firstIfAll(dropped);
  if (drop) {
    return [{ at: drop, because: 'dropped', reason: 'Istio cannot convert this part, and drops the whole route' }];
  }
  return deadHosts(route, attached, names);
}

function meets(hosts: readonly Field[], listener: Field): boolean {
  return hostOf(listener) === '' || hosts.some(each => hostsMeet(each.text.toLowerCase(), hostOf(listener)));
}

/** Hosts that no listener has, or that belong to other listeners. */
function deadHosts(route: Resource, attached: readonly Attachment[], names: string): Unreached[] {
  const named = route.spec.get('hostnames').items;
  const isServed = (host: string) =>
    attached.some(
      ({ listener, hosts = [host] }) =>
        hosts.includes(host) && (hostOf(listener.at) === '' || hostsMeet(host, hostOf(listener.at))),
    );
  if (named.length === 0) {
    return isServed('*')
      ? []
      : [
          {
            at: route.spec.get('parentRefs'),
            because: 'isolated',
            reason: `its requests are for other listeners, whose hosts are more specific: ${names}`,
          },
        ];
  }
  return named
    .filter(each => !isServed(each.text.toLowerCase()))
    .map(at => ({ at, because: 'host' as const, reason: `no listener that the route is at has ${at.text}: ${names}` }));
}
