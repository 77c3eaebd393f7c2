import { isIP } from 'node:net';
import {
  carriesRequests,
  type Field,
  type Host,
  Kind,
  portNumber,
  portsOf,
  protocolOf,
  type Workload,
} from '../../manifests';
import { applyRule } from './apply-rule';
import type { Caller } from '../endpoints/caller';
import { carriedBy, isCaptured, withoutProxy } from '../endpoints/captured';
import type { Context } from './context';
import {
  arePodsElsewhere,
  hostElsewhere,
  isPodName,
  nameInDns,
  rejectElsewhere,
  requireNoServiceAddress,
  resolve,
  isUnresolved,
} from '../endpoints/resolve';
import { connect } from '../endpoints/connect';
import {
  chosenEndpoints,
  dialledAddresses,
  type Endpoint,
  endpointsOf,
  isHeadless,
  mayChooseItself,
  requireAnother,
} from '../endpoints/endpoints';
import { authorityOf, dialedNameOf, type Message } from '../messages/message';
import { unseenBy } from './filter-chain';
import { normalized, UNREADABLE_PATH } from './normalization';
import { ended, type SimulationResult } from './simulation-result';
import { throughLinkerd } from './linkerd-outbound';
import { hasSharedListener, hostOfListener } from './listener-host';
import type { Proxy } from '../endpoints/proxy';
import { NO_OPERATIONS } from '../routes/header-operations';
import { routeFor } from '../routes/rule';
import { Scope } from '../virtual-hosts/scope';
import { simulateTcp } from './tcp';
import { sentAs, unreadable } from './tls-layers';
import { toEndpoints } from './to-cluster';
import { waypointOnTheWay } from './ztunnel';
import { Unsimulated } from '../messages/unsimulated';
import { sidecarVirtualHosts, type VirtualHost, virtualHostOf } from '../virtual-hosts/virtual-hosts';

/** A request or connection of a Pod: through its sidecar, or directly to the resolved address. */
export function send(message: Message, caller: Caller, context: Context, isConnection = false): SimulationResult {
  const { cluster } = context;
  const name = nameInDns(message.host, caller.namespace, cluster) ?? message.host;
  const target = resolve(message.host, caller.namespace, cluster);
  rejectElsewhere(message.host, !target && hostElsewhere(name, caller.namespace, cluster) !== undefined);
  if (isUnresolved(message.host, caller.namespace, cluster)) {
    return ended({ status: 0, reason: `${message.host} does not resolve in namespace ${caller.namespace}` });
  }
  return sendTo(
    target,
    name === message.host ? message : { ...message, nameInDns: name },
    caller,
    context,
    isConnection,
  );
}

function sendTo(
  target: Host | undefined,
  message: Message,
  caller: Caller,
  context: Context,
  isConnection: boolean,
): SimulationResult {
  if (target) {
    requireAnother(target, caller, context.cluster);
  }
  if (!isCaptured(caller, target, message)) {
    return straight(message, target, withoutProxy(caller), context, isConnection);
  }
  if (!caller.proxy || caller.proxy.isZtunnel) {
    const routed = caller.linkerd && throughLinkerd(message, target, caller, context, isConnection);
    if (routed) {
      return routed;
    }
    const arriving = caller.proxy && waypointOnTheWay(message, target, caller, context, isConnection);
    return arriving ? context.atWaypoint(arriving) : straight(message, target, caller, context, isConnection);
  }
  const simulation = throughSidecar(
    { ...message, dialed: target?.name.toLowerCase() },
    target,
    caller,
    caller.proxy,
    context,
    isConnection,
  );
  const mayBypass =
    target
    && !isPodName(dialedNameOf(message), caller.namespace, context.cluster)
    && mayChooseItself(target, caller, context.cluster);
  if (mayBypass && !isAsWithoutProxy(simulation, message, context.cluster.selectedBy(target.resource))) {
    throw new Unsimulated(
      `A Pod of ${target.name} may choose its own address, which it reaches without the proxy, unlike the others.`,
      'Send the request to one of the other Pods by name, or use another workload as the caller.',
    );
  }
  return simulation;
}

/** Whether a request arrives at these Pods as it was sent, and nothing else happens to it. */
function isAsWithoutProxy(
  { outcomes, copies, fault }: SimulationResult,
  message: Message,
  pods: readonly Workload[],
): boolean {
  return (
    copies.length === 0
    && fault === undefined
    && outcomes.every(
      ({ workload, message: arrived, response = NO_OPERATIONS }) =>
        workload
        && pods.includes(workload)
        && !isChanged(arrived, message)
        && Object.values(response).every(each => Object.keys(each).length === 0),
    )
  );
}

/** Whether a proxy has normalized the path of a request, or changed it otherwise. */
function isChanged(arrived: Message | undefined, sent: Message): boolean {
  return (
    arrived !== undefined
    && (['path', 'query', 'host', 'headers'] as const).some(
      each => JSON.stringify(arrived[each]) !== JSON.stringify(sent[each]),
    )
  );
}

/** A host outside, as a name resolves there. */
export function outsideEndpoint(outside: string, number: number, host?: Host): Endpoint {
  const addresses = isIP(outside) === 0 && host ? dialledAddresses(host) : undefined;
  return { outside, addresses, port: { number, names: [], protocol: 'TCP' }, weight: 1 };
}

/** Without a proxy a name resolves to its endpoints, in plain text. */
function straight(
  message: Message,
  target: Host | undefined,
  caller: Caller,
  context: Context,
  isConnection: boolean,
): SimulationResult {
  const { port } = message;
  // Only proxies have ServiceEntries.
  if (target?.resource.type !== Kind.SERVICE) {
    const name = dialedNameOf(message);
    requireNoServiceAddress(name, context.cluster);
    const endpoint = outsideEndpoint(name, port, target);
    const { refusal, doubt } = connect(caller, endpoint, { isPassedThrough: true }, context.cluster);
    return ended(
      refusal ? { status: 0, ...refusal } : { outside: name, port, message, isUncertain: doubt !== undefined, doubt },
    );
  }
  const field = portsOf(target).find(each => portNumber(each) === port);
  const problem = field && unreadable(sentAs(message), target, field, undefined);
  if (problem !== undefined) {
    return ended({ status: 0, by: target.resource.root, reason: problem });
  }
  const endpoints = isHeadless(target)
    ? chosenEndpoints(target, port, context.cluster)
    : field
      ? endpointsOf(target, field, {}, context.cluster)
      : [];
  if (endpoints.length === 0) {
    rejectElsewhere(target.name, field !== undefined && arePodsElsewhere(target, context.cluster));
    return ended({
      status: 0,
      by: target.resource.root,
      reason: field || isHeadless(target) ? `${target.name} has no endpoints` : `${target.name} has no port ${port}`,
    });
  }
  return {
    outcomes: toEndpoints(
      endpoints,
      { isPassedThrough: true, isEncrypted: sentAs(message) === 'https' },
      0,
      isConnection ? undefined : message,
      caller,
      context,
    ),
    copies: [],
    steps: [carriedBy(caller)],
  };
}

function throughSidecar(
  message: Message,
  target: Host | undefined,
  caller: Caller,
  proxy: Proxy,
  context: Context,
  isConnection: boolean,
): SimulationResult {
  const scope = Scope.of(proxy, context.cluster);
  const listener = scope.listenerFor(message.port);
  const named = target && listener?.hosts.get(target.name.toLowerCase());
  const isDeclared = named && portsOf(named).some(each => portNumber(each) === message.port);
  const known = isDeclared ? named : ((listener && hostOfListener(message, listener, context.cluster)) ?? named);
  const port = known && portsOf(known).find(each => portNumber(each) === message.port);
  const protocol = port && protocolOf(port);
  const problem = known && port && unseenBy(scope, message, known, port, proxy, context);
  if (problem !== undefined) {
    return ended({ status: 0, by: known?.resource.root, reason: problem });
  }
  // A listener for requests passes on other bytes as it does those for unknown hosts, independent of tcp rules.
  if (isConnection && port && carriesRequests(port)) {
    return unknown(message, target, scope, caller, context, 0, isConnection);
  }
  if (known && port && (isConnection || isTcp(port, message))) {
    return (
      simulateTcp({ ...message, dialed: known.name.toLowerCase() }, known, port, listener, caller, proxy, context)
      ?? unknown(message, target, scope, caller, context, 0, isConnection)
    );
  }
  if (!listener || message.scheme !== 'http' || !(port ?? hasSharedListener(listener, message.port))) {
    return unknown(message, target, scope, caller, context, 0, isConnection);
  }
  const request = normalized(message, context.cluster);
  if (!request) {
    return ended({ status: 400, reason: UNREADABLE_PATH });
  }
  const virtualHosts = sidecarVirtualHosts(listener, proxy, message.port, context.cluster);
  const virtualHost =
    known && protocol === undefined && known.resource.type === Kind.SERVICE
      ? ownVirtualHost(virtualHosts, known)
      : virtualHostOf(virtualHosts, authorityOf(request).replace(/:\d+$/, ''));
  if (!virtualHost) {
    return unknown(request, target, scope, caller, context, 502, isConnection);
  }
  const route = routeFor(virtualHost.routes, request);
  return route
    ? applyRule(route, request, caller, proxy, context)
    : ended({ status: 404, reason: `no route for ${message.host} matches ${message.method} ${message.path}` });
}

/** Whether the proxy handles the connection as TCP: it detects the protocol if the port declares none. */
function isTcp(port: Field, message: Message): boolean {
  return carriesRequests(port) === undefined ? message.scheme === 'https' : carriesRequests(port) === false;
}

/** If a port declares no protocol, requests to its address are for its Service, independent of their Host header. */
function ownVirtualHost(virtualHosts: readonly VirtualHost[], { name }: Host): VirtualHost | undefined {
  return virtualHosts.find(each => each.domains.includes(name.toLowerCase()));
}

/**
 * The ports to which the traffic of a Pod is redirected: a proxy connects to neither, which would be a loop.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/listener_builder.go
 */
const OWN_PORTS: readonly number[] = [15001, 15006];

/**
 * Unknown destinations are passed through or blocked: with a response on HTTP ports, else by closing the connection.
 */
function unknown(
  message: Message,
  target: Host | undefined,
  scope: Scope,
  caller: Caller,
  context: Context,
  status: number,
  isConnection: boolean,
): SimulationResult {
  const isOwnPort = OWN_PORTS.includes(message.port);
  if (!scope.allowsAny || isOwnPort) {
    const why = isOwnPort ? 'to a port of proxies' : 'REGISTRY_ONLY';
    return ended({
      status: isOwnPort ? 0 : status,
      by: isOwnPort ? undefined : scope.sidecar?.root,
      reason: `BlackHoleCluster: the proxy has no route for ${message.host}:${message.port} (${why})`,
    });
  }
  const simulation = straight(message, target, caller, context, isConnection);
  return {
    ...simulation,
    steps: [
      `PassthroughCluster: the proxy has no route for ${message.host}:${message.port}`,
      ...simulation.steps.slice(1),
    ],
  };
}
