import { isIP } from 'node:net';
import {
  type Cluster,
  covers,
  DEFAULT_OPAQUE_PORTS,
  type Field,
  type Host,
  isWithin,
  Kind,
  OPAQUE_PORTS,
  parentsOf,
  portNumber,
  portsOf,
  type Reference,
  type Resource,
} from '../../manifests';
import type { Caller } from '../endpoints/caller';
import { isHeadless } from '../endpoints/endpoints';
import type { Proxy } from '../endpoints/proxy';
import { dialedNameOf, type Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { backendOf } from '../routes/gateway-route';
import { bestInLinkerd, linkerdRoutesOf, withLinkerdSettings } from '../routes/linkerd-routes';
import { RouteReader } from '../routes/unsupported-filters';
import type { Route, Rule } from '../routes/rule';
import { defaultRule } from '../virtual-hosts/virtual-hosts';
import { applyRule } from './apply-rule';
import type { Context } from './context';
import { ended, type SimulationResult } from './simulation-result';
import { sendConnection } from './tcp';

const POLICY = 'policy.linkerd.io';

/**
 * What the proxy of Linkerd of a caller does with a request for a Service, or for a host outside; undefined if it
 * connects to the resolved address.
 * @see https://github.com/linkerd/linkerd2/blob/main/policy-controller/k8s/index/src/outbound/index.rs
 */
export function throughLinkerd(
  message: Message,
  target: Host | undefined,
  caller: Caller,
  context: Context,
  isConnection: boolean,
): SimulationResult | undefined {
  const { cluster } = context;
  if (target?.resource.type !== Kind.SERVICE) {
    return toOutside(message, caller, isConnection, cluster);
  }
  const port = portsOf(target).find(each => portNumber(each) === message.port);
  if (!port || isHeadless(target)) {
    return undefined;
  }
  if (isConnection || isOpaque(target.resource, port)) {
    return byTcpRoute(message, target.resource, caller, context);
  }
  const routes = linkerdRoutesAt(target, port, caller, cluster);
  const [best] = bestInLinkerd(routes, message);
  return best
    ? applyRule(best, message, caller, linkerdProxy(caller), context)
    : ended({ status: 404, reason: `no route for ${message.host} matches ${message.method} ${message.path}` });
}

/**
 * The routes of a port of a Service, else one to its endpoints. Throws for those in the namespace of a caller, and of two
 * kinds: which of them apply depends on more.
 */
export function linkerdRoutesAt(host: Host, port: Field, caller: Caller, cluster: Cluster): Route[] {
  const { resource, name } = host;
  const number = portNumber(port) ?? 0;
  const resources = [...cluster.all(Kind.HTTP_ROUTE), ...cluster.all(Kind.GRPC_ROUTE)].filter(each =>
    parentsOf(each).some(parent => isParent(parent, resource, number)),
  );
  const [first, other] = resources;
  const own = resources.filter(each => each.namespace === resource.namespace);
  if (first && own.length < resources.length && resources.some(each => each.namespace === caller.namespace)) {
    throw new Unsimulated(
      `${first.kind} ${first.key} is for ${name}, as are routes of another namespace.`,
      'Declare the routes in the namespace of the Service.',
    );
  }
  if (first && other) {
    throw new Unsimulated(
      `${first.kind} ${first.key} and ${other.kind} ${other.key} are for port ${number} of ${name}, and the older one `
        + 'precedes where both match.',
      'Use one route for the port.',
    );
  }
  const [route] = own;
  return route
    ? linkerdRoutesOf([route], cluster).map(each => ({
        ...each,
        rule: withLinkerdSettings(withDefaultBackend(each.rule, host, number, cluster), route),
      }))
    : [{ rule: withLinkerdSettings(defaultRule(host, number, cluster), resource) }];
}

/**
 * A rule that names no backend sends requests to its parent.
 * @see https://github.com/linkerd/linkerd2/blob/main/policy-controller/grpc/src/outbound/http.rs
 */
function withDefaultBackend(rule: Rule, host: Host, port: number, cluster: Cluster): Rule {
  return rule.hasNoBackend && rule.at.get('backendRefs').items.length === 0
    ? { ...rule, reply: undefined, backends: defaultRule(host, port, cluster).backends, hasNoBackend: false }
    : rule;
}

function isParent({ at, kind, group, name, namespace }: Reference, service: Resource, number: number): boolean {
  const port = at.get('port').number;
  return (
    kind === 'Service'
    && ['', 'core'].includes(group)
    && name === service.name
    && namespace === service.namespace
    && (port === undefined || port === number)
  );
}

/** A proxy without settings of Istio: it connects to endpoints as they are. */
export function linkerdProxy({ namespace, labels }: Caller): Proxy {
  return { namespace, labels, gateways: [], isGateway: true };
}

/** Whether a port of a Service is opaque. Without a list, the injector of Linkerd annotates it by target ports. */
function isOpaque(service: Resource, port: Field): boolean {
  const protocol = port.get('appProtocol').text.toLowerCase();
  if (protocol !== '') {
    return !['http', 'kubernetes.io/h2c'].includes(protocol);
  }
  const target = port.get('targetPort').number;
  return (
    isListed(service, portNumber(port))
    || (service.annotations[OPAQUE_PORTS] === undefined
      && target !== undefined
      && DEFAULT_OPAQUE_PORTS.includes(target))
  );
}

/** Whether the annotation of a Service or an EgressNetwork lists a port, which has a default. */
function isListed({ annotations }: Resource, port = Number.NaN): boolean {
  return (annotations[OPAQUE_PORTS] ?? DEFAULT_OPAQUE_PORTS.join(','))
    .split(',')
    .map(each => each.split('-').map(Number))
    .some(([first = 0, last = first]) => first <= port && port <= last);
}

function byTcpRoute(
  message: Message,
  service: Resource,
  caller: Caller,
  context: Context,
): SimulationResult | undefined {
  const [route, other] = context.cluster
    .all(Kind.TCP_ROUTE)
    .filter(each => parentsOf(each).some(parent => isParent(parent, service, message.port)));
  const [at] = route?.spec.get('rules').items ?? [];
  if (other) {
    throw new Unsimulated(`Several TCPRoutes are for port ${message.port} of ${service.key}.`, 'Use one of them.');
  }
  return (
    at
    && sendConnection(
      {
        at,
        backends: at.get('backendRefs').items.map(each => ({
          at: each,
          weight: each.get('weight').number ?? 1,
          ...backendOf(each, RouteReader.ISTIO_MESH, context.cluster),
        })),
      },
      message,
      caller,
      linkerdProxy(caller),
      context,
    )
  );
}

/** The verdict of the EgressNetwork for a host outside; undefined if it is allowed, or there is none. */
function toOutside(
  message: Message,
  { title, namespace }: Caller,
  isConnection: boolean,
  cluster: Cluster,
): SimulationResult | undefined {
  const network = egressNetworkFor(dialedNameOf(message), namespace, cluster);
  if (!network || network.spec.get('trafficPolicy').text === 'Allow') {
    return undefined;
  }
  const isRequest = message.scheme === 'http' && !isConnection;
  const routes = [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TLS_ROUTE, Kind.TCP_ROUTE]
    .flatMap(type => cluster.all(type))
    .filter(each =>
      parentsOf(each).some(
        ({ at, kind, group, name, namespace: own }) =>
          kind === 'EgressNetwork'
          && group === POLICY
          && name === network.name
          && own === network.namespace
          && at.get('port').number === message.port,
      ),
    );
  const allowing = isListed(network, message.port) ? routes.filter(each => each.type === Kind.TCP_ROUTE) : routes;
  return allowing.some(each => allowsOutside(each, message, isRequest, cluster))
    ? undefined
    : ended({
        status: isRequest ? 403 : 0,
        by: network.root,
        reason: `EgressNetwork ${network.key} has no route for ${title} to ${message.host}:${message.port}`,
      });
}

function allowsOutside(route: Resource, message: Message, isRequest: boolean, cluster: Cluster): boolean {
  const names = route.spec.get('hostnames').texts;
  const isNamed = names.length === 0 || names.some(each => covers(each, message.host));
  switch (route.type) {
    case Kind.TCP_ROUTE:
      return true;
    case Kind.TLS_ROUTE:
      return message.scheme === 'https' && isNamed;
    default:
      return isRequest && isNamed && bestInLinkerd(linkerdRoutesOf([route], cluster, 'compared'), message).length > 0;
  }
}

/** The EgressNetwork of a namespace, else the global one, that a host outside belongs to. */
function egressNetworkFor(host: string, namespace: string, cluster: Cluster): Resource | undefined {
  for (const each of [namespace, GLOBAL]) {
    const networks = cluster.all(Kind.LINKERD_EGRESS_NETWORK).filter(network => network.namespace === each);
    const [found, other] = networks.filter(network => mayContain(network, host));
    if (other) {
      throw new Unsimulated(
        `The EgressNetworks of ${each} may all be for ${host}: the one with the smallest network applies.`,
        'Send the request to an address that one of them has.',
      );
    }
    if (found) {
      return found;
    }
  }
  return undefined;
}

/** The namespace of EgressNetworks for all others, as in the charts of Linkerd. */
const GLOBAL = 'linkerd-egress';

function mayContain({ spec, key }: Resource, host: string): boolean {
  const networks = spec.get('networks').items;
  if (networks.length > 0 && isIP(host) === 0) {
    throw new Unsimulated(
      `EgressNetwork ${key} is for some addresses, and that of ${host} is unknown.`,
      'Send the request to an address.',
    );
  }
  return (
    networks.length === 0
    || networks.some(
      each =>
        isWithin(host, each.get('cidr').text) && !each.get('except').texts.some(exception => isWithin(host, exception)),
    )
  );
}
