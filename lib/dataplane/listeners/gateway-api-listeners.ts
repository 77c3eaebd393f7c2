import {
  type Cluster,
  covers,
  type Field,
  hostsMeet,
  isGranted,
  Kind,
  listenersFor,
  parentGateway,
  parentsOf,
  reference,
  type Resource,
} from '../../manifests';
import type { ProxiedCaller } from '../endpoints/caller';
import type { GatewayListener, ListenerTls } from './listener';
import { madeGateways } from './made-gateways';
import { inOrderOfPrecedence } from '../routes/gateway-route-match';
import type { Message } from '../messages/message';
import type { ConnectionRule } from '../clusters/tcp';
import { backendOf, gatewayRouteRules } from '../routes/gateway-route';
import type { Proxy } from '../endpoints/proxy';
import { catchAllsLast, type Route, routesAt, type Rule } from '../routes/rule';
import { RouteReader } from '../routes/unsupported-filters';
import type { VirtualHost } from '../virtual-hosts/virtual-hosts';
import { Unsimulated } from '../messages/unsimulated';

/**
 * The listeners of Gateway API Gateways.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#gateway
 */
export function gatewayApiListeners(cluster: Cluster): GatewayListener[] {
  return madeGateways(cluster).flatMap(({ gateway, caller }) =>
    gateway.spec.get('listeners').items.map(at => {
      const [port, tls, carriesRequests] = [
        at.get('port').number ?? 0,
        tlsOf(at, cluster),
        ['HTTP', 'HTTPS'].includes(at.get('protocol').text),
      ];
      return {
        at,
        caller,
        gateway,
        port,
        podPort: port,
        tls,
        carriesRequests,
        hosts: [hostOf(at) || '*'],
        virtualHosts: () => (carriesRequests && tls !== 'unusable' ? virtualHostsOf(at, gateway, caller, cluster) : []),
        connection: message => connectionFor(message, at, gateway, caller, cluster),
      };
    }),
  );
}

function tlsOf(listener: Field, cluster: Cluster): ListenerTls {
  if (!['HTTPS', 'TLS'].includes(listener.get('protocol').text)) {
    return 'none';
  }
  if (listener.get('tls', 'mode').text === 'Passthrough') {
    return 'passthrough';
  }
  const frontend = listener.resource.spec.get('tls', 'frontend');
  const [own = frontend.get('default')] = frontend
    .get('perPort')
    .items.filter(each => each.get('port').number === listener.get('port').number)
    .map(each => each.get('tls'));
  const [policy] = [listener.get('tls', 'frontendValidation'), own.get('validation')].filter(each => each.exists);
  const references = [
    ...listener.get('tls', 'certificateRefs').items,
    ...(policy?.get('caCertificateRefs').items ?? []),
  ];
  if (
    references.some(each => !isGranted(listener.resource, reference(each, listener.resource, 'Secret', ''), cluster))
  ) {
    return 'unusable';
  }
  return policy && policy.get('mode').text !== 'AllowInsecureFallback' ? 'mutual' : 'simple';
}

/** The virtual hosts of all listeners of the port, if they have no TLS; else those of this one. */
function virtualHostsOf(listener: Field, gateway: Resource, { proxy }: ProxiedCaller, cluster: Cluster): VirtualHost[] {
  const number = listener.get('port').number ?? 0;
  const shared =
    tlsOf(listener, cluster) === 'none'
      ? gateway.spec
          .get('listeners')
          .items.filter(each => each.get('port').number === number && each.get('protocol').text === 'HTTP')
      : [listener];
  const byHost = new Map<string, Route[]>();
  for (const { listenerHost, host, rules } of shared.flatMap(each =>
    groupsOf(each, gateway, readerOf(proxy), cluster),
  )) {
    const [domain] = covers(listenerHost, host) ? [host] : covers(host, listenerHost) ? [listenerHost] : [];
    if (domain !== undefined) {
      byHost.set(domain, [...(byHost.get(domain) ?? []), ...routesAt(inOrderOfPrecedence(rules), proxy, number)]);
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
  const routes = routesAttached(listener, gateway, cluster)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(route => ({
      route,
      hosts: hostsOf(route).filter(host => !isIsolated(host, listener)),
      rules: gatewayRouteRules(route, reader, cluster),
    }))
    .filter(each => each.rules.length > 0);
  const hosts = [...new Set(routes.flatMap(each => each.hosts))].sort();
  const groups = hosts.map(host => ({ host, routes: routes.filter(each => each.hosts.includes(host)) }));
  const isOwn = ({ routes: [first] }: { routes: readonly { readonly route: Resource }[] }) =>
    first?.route.namespace === gateway.namespace;
  return [...groups.filter(isOwn), ...groups.filter(each => !isOwn(each))].map(group => ({
    listenerHost,
    host: group.host,
    rules: group.routes.flatMap(each => each.rules),
  }));
}

function hostOf(listener: Field): string {
  return listener.get('hostname').text.toLowerCase();
}

function hostsOf(route: Resource): string[] {
  return route.spec.get('hostnames').items.length > 0
    ? route.spec.get('hostnames').texts.map(each => each.toLowerCase())
    : ['*'];
}

/**
 * Whether a host of a route belongs only to another listener of the port and protocol, whose host name is longer and
 * covers it.
 * @see https://gateway-api.sigs.k8s.io/guides/implementers/
 */
function isIsolated(host: string, listener: Field): boolean {
  const own = hostOf(listener);
  const others = listener.resource.spec
    .get('listeners')
    .items.filter(each => ['port', 'protocol'].every(name => each.get(name).text === listener.get(name).text))
    .map(hostOf);
  return (
    (own === '' || own.startsWith('*'))
    && others.some(each => each !== '' && each !== own && each.length >= own.length && covers(each, host))
  );
}

/** The route for the SNI; if TLS terminates here or is absent, the only route. */
function connectionFor(
  { host }: Message,
  listener: Field,
  gateway: Resource,
  { proxy, title }: ProxiedCaller,
  cluster: Cluster,
): ConnectionRule | undefined {
  const reader = readerOf(proxy);
  const isPassthrough = tlsOf(listener, cluster) === 'passthrough';
  const routes = routesAttached(listener, gateway, cluster);
  if (!isPassthrough && (routes.length > 1 || reader !== RouteReader.ISTIO_GATEWAY)) {
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

function readerOf({ identity }: Pick<Proxy, 'identity'>): RouteReader {
  return identity === undefined ? RouteReader.OTHER_GATEWAY : RouteReader.ISTIO_GATEWAY;
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

/** The routes that refer to a listener and that it accepts. */
function routesAttached(listener: Field, gateway: Resource, cluster: Cluster): Resource[] {
  const kinds = listener
    .get('allowedRoutes', 'kinds')
    .items.map(each => reference(each, listener.resource, '', GROUP))
    .map(({ kind, group }) => `${kind}.${group}`);
  return typesFor(listener)
    .flatMap(type => cluster.all(type))
    .filter(
      route =>
        route.spec.get('hostnames').items.length === 0
        || hostOf(listener) === ''
        || hostsOf(route).some(each => hostsMeet(each, hostOf(listener))),
    )
    .filter(route => kinds.length === 0 || kinds.includes(route.type))
    .filter(route =>
      parentsOf(route).some(
        parent =>
          parentGateway(parent, cluster) === gateway
          && listenersFor(gateway, route.namespace, parent, cluster).some(
            each => each.get('name').text === listener.get('name').text,
          ),
      ),
    );
}

const GROUP = 'gateway.networking.k8s.io';
