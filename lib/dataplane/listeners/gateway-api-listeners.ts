import {
  type Cluster,
  covers,
  type Field,
  hostsMeet,
  isGranted,
  Kind,
  type Labels,
  listenersFor,
  parentGateway,
  parentsOf,
  reference,
  type Resource,
} from '../../manifests';
import { type ProxiedCaller, identityOf } from '../endpoints/caller';
import { controllerOf } from './controller';
import type { GatewayListener, ListenerTls } from './listener';
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

/** The Gateways for which a controller creates Pods that serve traffic from outside, with these Pods as callers. */
export function madeGateways(cluster: Cluster): { gateway: Resource; caller: ProxiedCaller }[] {
  return cluster
    .all(Kind.GATEWAY)
    .filter(each => !each.spec.get('gatewayClassName').text.startsWith('istio-waypoint'))
    .map(gateway => ({ gateway, caller: callerOf(gateway, cluster) }));
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

/** The Pods that the controller of a gateway's class creates for it. Those of Envoy Gateway are outside the mesh. */
function callerOf(gateway: Resource, cluster: Cluster): ProxiedCaller {
  const { name, namespace } = gateway;
  const isOfIstio = controllerOf(gateway, cluster) === 'istio';
  const labels = isOfIstio
    ? labelsByIstio(gateway)
    : {
        ...gateway.spec.get('infrastructure', 'labels').strings,
        ...OF_ENVOY_GATEWAY,
        'gateway.envoyproxy.io/owning-gateway-name': name,
        'gateway.envoyproxy.io/owning-gateway-namespace': namespace,
      };
  const serviceAccount = gateway.annotations['gateway.istio.io/service-account'] || usualName(gateway);
  const identity = isOfIstio ? identityOf(namespace, serviceAccount, cluster) : undefined;
  const proxy: Proxy = { namespace, labels, identity, gateways: [], isGateway: true };
  return {
    title: `the gateway ${gateway.key}`,
    namespace: isOfIstio ? namespace : 'envoy-gateway-system',
    labels,
    proxy,
  };
}

const OF_ENVOY_GATEWAY: Labels = {
  'app.kubernetes.io/name': 'envoy',
  'app.kubernetes.io/component': 'proxy',
  'app.kubernetes.io/managed-by': 'envoy-gateway',
};

/**
 * The labels of Pods that istiod makes: those of the infrastructure, where there are any, else those of the Gateway
 * itself, and its own.
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
 */
function labelsByIstio(gateway: Resource): Labels {
  const given = gateway.spec.get('infrastructure', 'labels');
  const own = Object.entries(given.strings).filter(([name]) => !name.startsWith('gateway.networking.k8s.io/'));
  return {
    'sidecar.istio.io/inject': 'false',
    'service.istio.io/canonical-name': gateway.annotations['gateway.istio.io/name-override'] || usualName(gateway),
    'service.istio.io/canonical-revision': 'latest',
    ...(given.exists ? Object.fromEntries(own) : gateway.labels),
    'gateway.networking.k8s.io/gateway-name': gateway.name,
    'gateway.networking.k8s.io/gateway-class-name': gateway.spec.get('gatewayClassName').text,
    'gateway.istio.io/managed': 'istio.io-gateway-controller',
  };
}

/** The name of the Deployment and the ServiceAccount, unless an annotation gives another one. */
function usualName({ name, spec }: Resource): string {
  return `${name}-${spec.get('gatewayClassName').text}`;
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
