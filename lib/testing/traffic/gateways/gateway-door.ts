import { type Cluster, covers, type Field, Kind, listenersFor, parentGateway, parentsOf, type Resource } from '../../../manifests';
import { type ProxiedCaller, identityOf } from '../proxies/caller';
import { controllerOf } from './controller';
import type { Door, DoorTls } from './door';
import { inOrderOfPrecedence } from '../routes/gateway-route-match';
import type { Message } from '../message';
import type { ConnectionRule } from '../proxies/tcp';
import { backendOf, gatewayRouteRules } from '../routes/gateway-route';
import type { Proxy } from '../proxies/proxy';
import { catchAllsLast, type Route, routesAt, type Rule } from '../routes/rule';
import type { VirtualHost } from '../routes/virtual-hosts';

/**
 * The doors of Gateways of the Gateway API.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#gateway
 */
export function gatewayDoors(cluster: Cluster): Door[] {
  return madeGateways(cluster).flatMap(({ gateway, caller }) => gateway.spec.get('listeners').items.map(at => ({
    at,
    caller,
    gateway,
    port: at.get('port').number ?? 0,
    podPort: at.get('port').number ?? 0,
    tls: tlsOf(at),
    hosts: [at.get('hostname').text.toLowerCase() || '*'],
    virtualHosts: () => virtualHostsOf(at, gateway, caller, cluster),
    connection: message => connectionFor(message, at, gateway, cluster),
  })));
}

/** The Gateways for which a controller makes Pods that take what comes from outside, with these Pods as callers. */
export function madeGateways(cluster: Cluster): { gateway: Resource; caller: ProxiedCaller }[] {
  return cluster.all(Kind.GATEWAY).filter(each => !each.spec.get('gatewayClassName').text.startsWith('istio-waypoint')).map(gateway => ({ gateway, caller: callerOf(gateway, cluster) }));
}

function tlsOf(listener: Field): DoorTls {
  if (!['HTTPS', 'TLS'].includes(listener.get('protocol').text)) {
    return 'none';
  }
  const [policy] = [listener.get('tls', 'frontendValidation'), listener.resource.spec.get('tls', 'frontend', 'default', 'validation')].filter(each => each.exists);
  return listener.get('tls', 'mode').text === 'Passthrough' ? 'passthrough' : policy ? 'mutual' : 'simple';
}

/** The Pods that the controller of a gateway's class makes for it. Those of Envoy Gateway are outside the mesh. */
function callerOf(gateway: Resource, cluster: Cluster): ProxiedCaller {
  const { name, namespace } = gateway;
  const className = gateway.spec.get('gatewayClassName').text;
  const title = `the gateway ${gateway.key}`;
  const isOfIstio = controllerOf(gateway, cluster) === 'istio';
  const own = gateway.spec.get('infrastructure', 'labels').strings;
  const labels = isOfIstio
    ? { ...own, 'gateway.networking.k8s.io/gateway-name': name, 'gateway.networking.k8s.io/gateway-class-name': className }
    : { ...own, 'gateway.envoyproxy.io/owning-gateway-name': name, 'gateway.envoyproxy.io/owning-gateway-namespace': namespace };
  const proxy: Proxy = { namespace, labels, identity: isOfIstio ? identityOf(namespace, `${name}-${className}`, cluster) : undefined, gateways: [], isGateway: true };
  return { title, namespace: isOfIstio ? namespace : 'envoy-gateway-system', labels, proxy };
}

/** What all listeners of the port have, where they are without TLS; else what this one has. */
function virtualHostsOf(listener: Field, gateway: Resource, { proxy }: ProxiedCaller, cluster: Cluster): VirtualHost[] {
  const number = listener.get('port').number ?? 0;
  const shared = tlsOf(listener) === 'none'
    ? gateway.spec.get('listeners').items.filter(each => each.get('port').number === number && tlsOf(each) === 'none')
    : [listener];
  const byHost = new Map<string, Route[]>();
  for (const { listenerHost, host, rules } of shared.flatMap(each => groupsOf(each, gateway, cluster))) {
    const [domain] = covers(listenerHost, host) ? [host] : covers(host, listenerHost) ? [listenerHost] : [];
    if (domain !== undefined) {
      byHost.set(domain, [...byHost.get(domain) ?? [], ...routesAt(inOrderOfPrecedence(rules), proxy, number)]);
    }
  }
  return [...byHost].map(([host, routes]) => ({ domains: [host], routes: catchAllsLast(routes) }));
}

interface Group {
  readonly listenerHost: string;
  readonly host: string;
  readonly rules: readonly Rule[];
}

/** The rules of routes for each host that they name, as one list: those of the gateway's namespace first, should a listener take several hosts for one. */
function groupsOf(listener: Field, gateway: Resource, cluster: Cluster): Group[] {
  const listenerHost = listener.get('hostname').text.toLowerCase() || '*';
  const routes = routesAttached(listener, gateway, cluster).sort((a, b) => (a.key < b.key ? -1 : 1));
  const hostsOf = (route: Resource) => route.spec.get('hostnames').items.length > 0 ? route.spec.get('hostnames').texts.map(each => each.toLowerCase()) : ['*'];
  const hosts = [...new Set(routes.flatMap(hostsOf))].sort();
  const groups = hosts.map(host => ({ host, routes: routes.filter(each => hostsOf(each).includes(host)) }));
  const isOwn = ({ routes: [first] }: { routes: readonly Resource[] }) => first?.namespace === gateway.namespace;
  return [...groups.filter(isOwn), ...groups.filter(each => !isOwn(each))]
    .map(group => ({ listenerHost, host: group.host, rules: group.routes.flatMap(each => gatewayRouteRules(each, cluster, controllerOf(gateway, cluster) === 'istio')) }));
}

/** The TLSRoute for the name that the client asks for. */
function connectionFor({ host }: Message, listener: Field, gateway: Resource, cluster: Cluster): ConnectionRule | undefined {
  const route = routesAttached(listener, gateway, cluster, [Kind.TLS_ROUTE]).find(each => each.spec.get('hostnames').items.length === 0 || each.spec.get('hostnames').texts.some(name => covers(name.toLowerCase(), host)));
  const [at] = route?.spec.get('rules').items ?? [];
  return at && { at, backends: at.get('backendRefs').items.map(each => ({ at: each, weight: each.get('weight').number ?? 1, ...backendOf(each, cluster) })) };
}

/** The routes that name a listener and that it takes. */
function routesAttached(listener: Field, gateway: Resource, cluster: Cluster, types: readonly string[] = [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE]): Resource[] {
  const kinds = listener.get('allowedRoutes', 'kinds').items.map(each => each.get('kind').text);
  return types.flatMap(type => cluster.all(type))
    .filter(route => kinds.length === 0 || kinds.includes(route.kind))
    .filter(route => parentsOf(route).some(parent => parentGateway(parent, cluster) === gateway
      && listenersFor(gateway, route.namespace, parent, cluster).some(each => each.get('name').text === listener.get('name').text)));
}
