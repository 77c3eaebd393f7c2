import {
  carriesRequests,
  type Field,
  type Host,
  Kind,
  memo,
  portNumber,
  portsOf,
  type Workload,
} from '../../manifests';
import { isAmbient } from '../endpoints/tunnel';
import { anyCallerOf, type Caller } from '../endpoints/caller';
import { capturing, withoutProxy } from '../endpoints/captured';
import type { Context } from '../clusters/context';
import { arePodsElsewhere, isUnresolved } from '../endpoints/resolve';
import { chosenEndpoints, endpointsOf, isHeadless, isOnlyPod, mayChooseItself } from '../endpoints/endpoints';
import { hasSidecar } from '../endpoints/membership';
import type { Proxy } from '../endpoints/proxy';
import { not, type Ternary } from '../messages/unsimulated';
import { type Listener, Scope } from '../virtual-hosts/scope';
import { hasSharedListener } from '../clusters/listener-host';
import { outsideEndpoint } from '../clusters/outbound';
import { domainsOf, sidecarVirtualHosts, type VirtualHost } from '../virtual-hosts/virtual-hosts';
import { areRoutesUnread, clientOf, unreadKindFor, unreadOfHost } from '../unread';
import { connected } from './connection-paths';
import { pathsElsewhere, unknownEnd } from './elsewhere-paths';
import { exposedPaths } from './exposed-paths';
import { shortName } from './path-text';
import { endsAt, inDoubt, merged, type TrafficPath } from './path-ends';
import { ingressPaths } from './gateway-paths';
import { ReachableHosts } from './host-groups';
import { routed } from './route-path';
import { pathsOfLinkerd, pathsOutside } from './linkerd-paths';
import { pathsOfZtunnel } from './ztunnel-paths';

/** All traffic paths of all callers, and from outside: the virtual hosts, routes and clusters that requests use. */
export function trafficPathsOf(context: Context): TrafficPath[] {
  return pathsFromAll(context, () => undefined);
}

/** The same without those of which NetworkPolicies block all ends. */
export function openPathsOf(context: Context): TrafficPath[] {
  const { cluster } = context;
  return pathsFromAll(context, each =>
    unreadKindFor([clientOf(each)], cluster) ? undefined : new ReachableHosts(each, cluster),
  );
}

function pathsFromAll(
  context: Context,
  reachableFrom: (workload: Workload) => ReachableHosts | undefined,
): TrafficPath[] {
  const { cluster } = context;
  return [
    ...cluster.workloads.all.flatMap(each => [
      ...pathsFrom(anyCallerOf(each, cluster), context, reachableFrom(each)),
      ...pathsElsewhere(each, cluster),
    ]),
    ...ingressPaths(context),
    ...exposedPaths(context),
  ];
}

function pathsFrom(caller: Caller, context: Context, reachable: ReachableHosts | undefined): TrafficPath[] {
  const { cluster } = context;
  const { proxy } = caller;
  const hosts = reachable?.straight ?? cluster.hosts.all;
  if (caller.linkerd) {
    return [
      ...hosts.flatMap(host =>
        portsOf(host).flatMap(port =>
          asFarAs(capturedAt(caller, host, port), () => pathsOfLinkerd(caller, host, port, straight, context)),
        ),
      ),
      ...pathsOutside(caller, context),
      ...pastProxy(caller, hosts, context),
    ];
  }
  if (!proxy) {
    return hosts.flatMap(host => portsOf(host).flatMap(port => straight(caller, host, port, context)));
  }
  if (proxy.isZtunnel) {
    // NetworkPolicies between the Pods do not decide where a waypoint is between them.
    return pathsOfZtunnel(caller, (host, port) => straight(caller, host, port, context), context);
  }
  const scope = Scope.of(proxy, cluster);
  return [
    ...scope.listeners.flatMap(listener => throughListener(listener, scope, caller, proxy, context, reachable)),
    ...passedThrough(scope, hosts).flatMap(({ host, port }) =>
      asFarAs(capturedAt(caller, host, port), () => straight(caller, host, port, context)),
    ),
    ...pastProxy(caller, hosts, context),
  ];
}

/** Whether the proxy of a caller handles what it sends to a port of a host; undefined if that is unknown. */
function capturedAt(caller: Caller, host: Host, port: Field): Ternary {
  return capturing(caller, host, portNumber(port) ?? 0, host.name);
}

/** To the ports of hosts that the proxy of a caller does not handle, or may not. */
function pastProxy(caller: Caller, hosts: readonly Host[], context: Context): TrafficPath[] {
  return hosts.flatMap(host =>
    portsOf(host).flatMap(port =>
      asFarAs(not(capturedAt(caller, host, port)), () => straight(withoutProxy(caller), host, port, context)),
    ),
  );
}

/** Paths under a condition: in doubt if that is unknown, none if it is false. */
function asFarAs(condition: Ternary, paths: () => TrafficPath[]): TrafficPath[] {
  return condition === undefined ? paths().map(inDoubt) : condition ? paths() : [];
}

interface HostPort {
  readonly host: Host;
  readonly port: Field;
}

function throughListener(
  listener: Listener,
  scope: Scope,
  caller: Caller,
  proxy: Proxy,
  context: Context,
  reachable: ReachableHosts | undefined,
): TrafficPath[] {
  const narrowed = reachable?.narrowed(listener, proxy) ?? listener;
  const known = portsOfListener(narrowed, listener, scope);
  const numbers = new Set([
    ...requestPorts(known),
    // VirtualServices for names without a Service are on this port of any host.
    ...(requestPorts(portsOfListener(listener, listener, scope)).has(80) ? [80] : []),
    ...(listener.isHttp && listener.port !== undefined ? [listener.port] : []),
  ]);
  const requests = [...numbers].flatMap(number => {
    const byDomain = new Map(
      known
        .filter(({ port }) => portNumber(port) === number)
        .map(({ host }) => [domainsOf(host, listener, proxy, context.cluster)[0] ?? '', host]),
    );
    return sidecarVirtualHosts({ ...listener, ...narrowed }, proxy, number, context.cluster).flatMap(virtualHost => {
      const domain = virtualHost.domains.find(each => byDomain.has(each));
      const host = domain === undefined ? undefined : byDomain.get(domain);
      const captured = capturing(caller, host, number, host?.name ?? '');
      return host || isAddressable(virtualHost, listener, number, caller, context)
        ? asFarAs(captured, () => routedBy(virtualHost, host, number, caller, proxy, context))
        : [];
    });
  });
  const connections = known.flatMap(({ host, port }) =>
    asFarAs(capturedAt(caller, host, port), () =>
      carriesRequests(port) !== true
        ? connected(caller, proxy, host, port, listener, context)
        : scope.allowsAny && acceptsBytes(host, context)
          ? straight(caller, host, port, context).map(each => ({
              ...each,
              when: 'as TCP',
              isForAll: false,
              isDetected: true,
            }))
          : [],
    ),
  );
  const reached = new Set(
    requests.flatMap(({ from, to, ends }) => ends.map(each => `${from} ${to} ${each.destination}`)),
  );
  // On ports that are not declared for TCP connections mostly go where requests go.
  const isNew = ({ from, to, ends, isDetected }: TrafficPath) =>
    !isDetected || ends.some(each => each.isReached && !reached.has(`${from} ${to} ${each.destination}`));
  return [...requests, ...connections.filter(isNew)];
}

/**
 * Whether connections to a port that is declared for requests may arrive: past its routes, where no proxy reads them.
 */
function acceptsBytes({ resource }: Host, { cluster }: Context): boolean {
  return (
    resource.type !== Kind.SERVICE
    || cluster.selectedBy(resource).some(each => isAmbient(each, cluster) || !hasSidecar(each, cluster))
  );
}

const requestPorts = memo(
  (known: readonly HostPort[]): ReadonlySet<number> =>
    new Set(known.filter(({ port }) => carriesRequests(port) !== false).map(({ port }) => portNumber(port) ?? 0)),
);

/** The ports of hosts for which a proxy uses a listener. */
const portsOfListener = memo(
  ({ hosts }: Pick<Listener, 'hosts'>, listener: Listener, scope: Scope): readonly HostPort[] =>
    [...hosts.values()]
      .flatMap(host => portsOf(host).map(port => ({ host, port })))
      .filter(({ port }) => scope.listenerFor(portNumber(port) ?? 0) === listener),
);

/** The ports of Services that a proxy does not know, to which it passes connections through. */
function passedThrough(scope: Scope, hosts: readonly Host[]): readonly HostPort[] {
  return scope.allowsAny
    ? hosts
        .filter(({ resource }) => resource.type === Kind.SERVICE)
        .flatMap(host => portsOf(host).map(port => ({ host, port })))
        .filter(({ host, port }) => !scope.listenerFor(portNumber(port) ?? 0)?.hosts.has(host.name.toLowerCase()))
    : [];
}

/** Whether requests to the domain of a virtual host without a Service or ServiceEntry arrive at the proxy. */
function isAddressable(
  { domains }: VirtualHost,
  listener: Listener,
  number: number,
  caller: Caller,
  { cluster }: Context,
): boolean {
  return (
    hasSharedListener(listener, number)
    && domains.some(each => each.startsWith('*') || !isUnresolved(each, caller.namespace, cluster))
  );
}

function routedBy(
  { domains, routes }: VirtualHost,
  host: Host | undefined,
  number: number,
  caller: Caller,
  proxy: Proxy,
  context: Context,
): TrafficPath[] {
  const { cluster } = context;
  const to = `${host ? shortName(host, cluster) : (domains[0] ?? '')}:${number}`;
  const trafficPaths = routes.map(route =>
    routed(caller, proxy, to, route, { number, dialed: host?.name.toLowerCase() }, context),
  );
  const isElsewhere = routes.some(({ rule }) => rule.backends.some(each => each.host !== host?.name.toLowerCase()));
  const mayPassBy = host && (isElsewhere ? mayChooseItself : isOnlyPod)(host, caller, cluster);
  return areRoutesUnread(routes, cluster) || (host && unreadOfHost(host, cluster)) || mayPassBy
    ? trafficPaths.map(inDoubt)
    : trafficPaths;
}

/** Without a proxy, or past it. */
function straight(caller: Caller, host: Host, port: Field, context: Context): TrafficPath[] {
  const { cluster } = context;
  const number = portNumber(port) ?? 0;
  const endpoints =
    host.resource.type !== Kind.SERVICE
      ? [outsideEndpoint(host.name, number, host)]
      : isHeadless(host)
        ? chosenEndpoints(host, number, cluster)
        : endpointsOf(host, port, {}, cluster);
  const ends = endsAt(endpoints, { isPassedThrough: true }, 1, carriesRequests(port) === false, caller, context);
  const trafficPath: TrafficPath = {
    from: caller.title,
    to: `${shortName(host, cluster)}:${number}`,
    when: '',
    isForAll: true,
    terms: [],
    ends: merged(ends),
  };
  if (arePodsElsewhere(host, cluster)) {
    return [{ ...trafficPath, ends: [unknownEnd(host.name)] }];
  }
  return endpoints.length === 0
    ? []
    : [unreadOfHost(host, cluster) || isOnlyPod(host, caller, cluster) ? inDoubt(trafficPath) : trafficPath];
}
