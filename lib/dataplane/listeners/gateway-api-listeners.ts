import {
  addTo,
  byAge,
  type Cluster,
  controllerOf,
  covers,
  type Field,
  isGranted,
  Kind,
  reference,
  type Resource,
} from '../../manifests';
import type { ProxiedCaller } from '../endpoints/caller';
import { certificateFailure } from './certificates';
import { attachedRoutes, hostOf, hostsOf, readerOf, routesAttached } from './attached-routes';
import { type GatewayListener, type ListenerTls, once } from './listener';
import { listenersOf } from './listener-sets';
import { madeGateways } from './installed-gateways';
import { inOrderOfPrecedence } from '../routes/gateway-route-match';
import type { Message } from '../messages/message';
import type { ConnectionRule } from '../clusters/tcp';
import { backendOf, gatewayRouteRules } from '../routes/gateway-route';
import { catchAllsLast, type Route, routesAt, type Rule } from '../routes/rule';
import { RouteReader } from '../routes/unsupported-filters';
import { podPortOf } from '../envoy-gateway';
import type { VirtualHost } from '../virtual-hosts/virtual-hosts';
import { Unsimulated } from '../messages/unsimulated';

/**
 * The listeners of Gateway API Gateways.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#gateway
 */
export function gatewayApiListeners(cluster: Cluster): GatewayListener[] {
  return madeGateways(cluster).flatMap(({ gateway, caller }) => {
    const plain = new Map<number, () => readonly VirtualHost[]>();
    return listenersOf(gateway, cluster).map(at => {
      const [port, tls, carriesRequests] = [
        at.get('port').number ?? 0,
        tlsOf(at, gateway, cluster),
        ['HTTP', 'HTTPS'].includes(at.get('protocol').text),
      ];
      const own = once(() => virtualHostsOf(at, gateway, caller, cluster));
      const virtualHosts = tls === 'none' ? (plain.get(port) ?? own) : own;
      if (tls === 'none' && carriesRequests) {
        plain.set(port, virtualHosts);
      }
      return {
        at,
        caller,
        gateway,
        port,
        podPort: caller.proxy.identity === undefined ? podPortOf(port, gateway, cluster) : port,
        tls,
        carriesRequests,
        hosts: [hostOf(at) || '*'],
        virtualHosts: () => (carriesRequests && tls !== 'unusable' ? virtualHosts() : []),
        connection: message => connectionFor(message, at, gateway, caller, cluster),
      };
    });
  });
}

function tlsOf(listener: Field, gateway: Resource, cluster: Cluster): ListenerTls {
  if (!['HTTPS', 'TLS'].includes(listener.get('protocol').text)) {
    return 'none';
  }
  if (listener.get('tls', 'mode').text === 'Passthrough') {
    return 'passthrough';
  }
  const frontend = gateway.spec.get('tls', 'frontend');
  const [own = frontend.get('default')] = frontend
    .get('perPort')
    .items.filter(each => each.get('port').number === listener.get('port').number)
    .map(each => each.get('tls'));
  const [policy] = [listener.get('tls', 'frontendValidation'), own.get('validation')].filter(each => each.exists);
  const references = policy?.get('caCertificateRefs').items ?? [];
  if (
    certificateFailure(listener, gateway, cluster)
    || references.some(each => !isGranted(each.resource, reference(each, each.resource, 'Secret', ''), cluster))
  ) {
    return 'unusable';
  }
  const mode = listener.get('tls', 'options', TERMINATE_MODE).text;
  if (mode !== '' && controllerOf(gateway, cluster) === 'istio') {
    return MODES_OF_ISTIO.get(mode) ?? 'unsimulated';
  }
  return policy && policy.get('mode').text !== 'AllowInsecureFallback' ? 'mutual' : 'simple';
}

/** How Istio's gateway terminates TLS, regardless of `AllowInsecureFallback`. */
const TERMINATE_MODE = 'gateway.istio.io/tls-terminate-mode';

/** An optional certificate is no condition: clients without one are accepted. */
const MODES_OF_ISTIO: ReadonlyMap<string, ListenerTls> = new Map([
  ['MUTUAL', 'mutual'],
  ['OPTIONAL_MUTUAL', 'simple'],
]);

/** The virtual hosts of all listeners of the port, if they have no TLS; else those of this one. */
function virtualHostsOf(listener: Field, gateway: Resource, { proxy }: ProxiedCaller, cluster: Cluster): VirtualHost[] {
  const number = listener.get('port').number ?? 0;
  const shared =
    tlsOf(listener, gateway, cluster) === 'none'
      ? listenersOf(gateway, cluster).filter(
          each => each.get('port').number === number && each.get('protocol').text === 'HTTP',
        )
      : [listener];
  const byHost = new Map<string, Route[]>();
  for (const { listenerHost, host, rules } of shared.flatMap(each =>
    groupsOf(each, gateway, readerOf(proxy), cluster),
  )) {
    const [domain] = covers(listenerHost, host) ? [host] : covers(host, listenerHost) ? [listenerHost] : [];
    if (domain !== undefined) {
      routesAt(inOrderOfPrecedence(rules, readerOf(proxy)), proxy, number).forEach(each => addTo(byHost, domain, each));
    }
  }
  return [...byHost].map(([host, routes]) => ({ domains: [host], routes: catchAllsLast(routes) }));
}

interface Group {
  readonly listenerHost: string;
  readonly host: string;
  readonly rules: readonly Rule[];
}

/**
 * The rules of routes for each of their hosts, as one list: those of the gateway's namespace first, if a listener maps
 * several hosts to one.
 */
function groupsOf(listener: Field, gateway: Resource, reader: RouteReader, cluster: Cluster): Group[] {
  const listenerHost = hostOf(listener) || '*';
  const routes = attachedRoutes(listener, cluster)
    .map(each => ({ ...each, rules: gatewayRouteRules(each.route, reader, cluster) }))
    .filter(each => each.rules.length > 0)
    .sort((a, b) => (a.route.key < b.route.key ? -1 : 1));
  const byHost = new Map<string, typeof routes>();
  routes.forEach(route => new Set(route.hosts).forEach(host => addTo(byHost, host, route)));
  const groups = [...byHost]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([host, members]) => ({ host, routes: members }));
  const isOwn = ({ routes: [first] }: { routes: readonly { readonly route: Resource }[] }) =>
    first?.route.namespace === gateway.namespace;
  return [...groups.filter(isOwn), ...groups.filter(each => !isOwn(each))].map(group => ({
    listenerHost,
    host: group.host,
    rules: group.routes.flatMap(each => each.rules),
  }));
}

/** The route for the SNI; without TLS the oldest route, and if TLS terminates here the only one. */
function connectionFor(
  { host }: Message,
  listener: Field,
  gateway: Resource,
  { proxy, title }: ProxiedCaller,
  cluster: Cluster,
): ConnectionRule | undefined {
  const reader = readerOf(proxy);
  const tls = tlsOf(listener, gateway, cluster);
  const isPassthrough = tls === 'passthrough';
  const attached = routesAttached(listener, cluster);
  const isOrdered = tls === 'none' && attached.every(each => each.type === Kind.TCP_ROUTE);
  const routes = isOrdered ? byAge(attached) : attached;
  if (!isPassthrough && ((routes.length > 1 && !isOrdered) || reader !== RouteReader.ISTIO_GATEWAY)) {
    throw new Unsimulated(
      `${title} routes connections by `
        + `${routes.map(each => `${each.kind} ${each.key}`).join(', ') || 'its routes'} (${String(listener)}).`,
      'Use an Istio listener with one route.',
    );
  }
  const route = isPassthrough ? routes.find(each => hostsOf(each).some(name => covers(name, host))) : routes[0];
  const [at] = route?.spec.get('rules').items ?? [];
  return (
    at && {
      at,
      backends: at
        .get('backendRefs')
        .items.map(each => ({ at: each, weight: each.get('weight').number ?? 1, ...backendOf(each, reader, cluster) })),
    }
  );
}
