import { carriesRequests, type Field, type Host, portNumber, portsOf } from '../../manifests';
import { type Caller, callerOf } from '../endpoints/caller';
import type { Context } from '../clusters/context';
import { endpointsOf } from '../endpoints/endpoints';
import { chosenEndpoints, isHeadless } from '../endpoints/headless';
import type { Proxy } from '../endpoints/proxy';
import { type Listener, Scope } from '../virtual-hosts/scope';
import { simulateTcp } from '../clusters/tcp';
import { domainsOf, sidecarVirtualHosts } from '../virtual-hosts/virtual-hosts';
import { areRoutesUnread, unreadOfHost } from '../unread';
import { shortName } from './path-text';
import { destinationOf, endsAt, inDoubt, merged, type TrafficPath } from './path-ends';
import { ingressPaths } from './gateway-paths';
import { routed } from './route-path';

/** All traffic paths of all callers, and from outside. */
export function trafficPathsOf(context: Context): TrafficPath[] {
  const { cluster } = context;
  return [
    ...cluster.workloads.all.flatMap(each => pathsFrom(callerOf(each, cluster), context)),
    ...ingressPaths(context),
  ];
}

function pathsFrom(caller: Caller, context: Context): TrafficPath[] {
  const { cluster } = context;
  const { proxy } = caller;
  if (!proxy) {
    return cluster.hosts.all.flatMap(host => portsOf(host).flatMap(port => straight(caller, host, port, context)));
  }
  const scope = Scope.of(proxy, cluster);
  return scope.listeners.flatMap(listener => {
    const known = [...listener.hosts.values()]
      .flatMap(host => portsOf(host).map(port => ({ host, port })))
      .filter(({ port }) => scope.listenerFor(portNumber(port) ?? 0) === listener);
    const numbers = new Set(
      known.filter(({ port }) => carriesRequests(port) !== false).map(({ port }) => portNumber(port) ?? 0),
    );
    const virtualHosts = new Map(
      [...numbers].map(number => [number, sidecarVirtualHosts(listener, proxy, number, cluster)]),
    );
    return known.flatMap(({ host, port }) => {
      const number = portNumber(port) ?? 0;
      const [name] = domainsOf(host, proxy, cluster);
      const routes = virtualHosts.get(number)?.find(each => each.domains.includes(name ?? ''))?.routes;
      const trafficPaths = routes
        ? routes.map(route => routed(caller, proxy, `${shortName(host, cluster)}:${number}`, route, number, context))
        : connected(caller, proxy, host, port, listener, context);
      return areRoutesUnread(routes ?? [], cluster) || unreadOfHost(host, cluster)
        ? trafficPaths.map(inDoubt)
        : trafficPaths;
    });
  });
}

/** Without a proxy. */
function straight(caller: Caller, host: Host, port: Field, context: Context): TrafficPath[] {
  const endpoints = isHeadless(host)
    ? chosenEndpoints(host, port, caller, context.cluster)
    : endpointsOf(host, port, {}, context.cluster);
  const ends = endsAt(endpoints, { isPassedThrough: true }, 1, carriesRequests(port) === false, caller, context);
  const trafficPath: TrafficPath = {
    from: caller.title,
    to: `${shortName(host, context.cluster)}:${portNumber(port) ?? 0}`,
    when: '',
    terms: [],
    ends: merged(ends),
  };
  return endpoints.length === 0 ? [] : [unreadOfHost(host, context.cluster) ? inDoubt(trafficPath) : trafficPath];
}

/** Through a sidecar as TCP. */
function connected(
  caller: Caller,
  proxy: Proxy,
  host: Host,
  port: Field,
  listener: Listener,
  context: Context,
): TrafficPath[] {
  const number = portNumber(port) ?? 0;
  const message = { scheme: 'tcp', host: host.name, port: number, method: '', path: '', query: '', headers: {} };
  const { outcomes } = simulateTcp(message, host, port, listener, caller, proxy, context);
  const ends = outcomes.map(({ workload, outside, port: podPort, share, isUncertain }) =>
    workload
      ? {
          destination: destinationOf(workload, podPort ?? 0),
          isReached: true,
          share,
          isAllowed: isUncertain ? undefined : true,
        }
      : outside === undefined
        ? { destination: 'connection failure', isReached: false, share, isAllowed: true }
        : { destination: outside, isReached: true, share, isAllowed: true },
  );
  return [
    {
      from: caller.title,
      to: `${shortName(host, context.cluster)}:${number}`,
      when: '',
      terms: [],
      ends: merged(ends),
    },
  ];
}
