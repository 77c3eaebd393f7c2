import { carriesRequests, type Field, type Host, portNumber, portsOf } from '../../manifests';
import type { Context } from '../clusters/context';
import { requireReadable, routesAtWaypoint } from '../clusters/waypoint';
import type { Caller } from '../endpoints/caller';
import { endpointsOf, isHeadless } from '../endpoints/endpoints';
import { arePodsElsewhere } from '../endpoints/resolve';
import { connectionTo, policyTargetAt, type Waypoint, waypointOf } from '../endpoints/waypoints';
import type { Ternary } from '../messages/unsimulated';
import { areRoutesUnread, unreadOfHost } from '../unread';
import { unknownEnd } from './elsewhere-paths';
import { allowedBy, allows, endsAt, inDoubt, merged, type TrafficPath } from './path-ends';
import { shortName } from './path-text';
import { routed } from './route-path';

/** The traffic paths of a caller in ambient mode: through the waypoint of a host, or straight to its endpoints. */
export function pathsOfZtunnel(
  caller: Caller,
  straight: (host: Host, port: Field) => TrafficPath[],
  context: Context,
): TrafficPath[] {
  return context.cluster.hosts.all.flatMap(host => {
    const waypoint = isHeadless(host) ? undefined : waypointOf(host, context.cluster);
    return portsOf(host).flatMap(port =>
      waypoint ? throughWaypoint(caller, waypoint, host, port, context) : straight(host, port),
    );
  });
}

function throughWaypoint(caller: Caller, waypoint: Waypoint, host: Host, port: Field, context: Context): TrafficPath[] {
  const { cluster } = context;
  const number = portNumber(port) ?? 0;
  const to = `${shortName(host, cluster)}:${number}`;
  const own: TrafficPath = { from: caller.title, to, when: '', isForAll: true, terms: [], ends: [] };
  if (arePodsElsewhere(host, cluster)) {
    return [{ ...own, ends: [unknownEnd(host.name)] }];
  }
  const isAdmitted = isAllowedAtWaypoint(caller, waypoint, host, port, context);
  const restricted = (path: TrafficPath): TrafficPath => ({
    ...path,
    from: caller.title,
    ends: path.ends.map(end => allowedBy(end, isAdmitted, policyTargetAt(waypoint, host), context)),
  });
  const carries = carriesRequests(port);
  if (!carries) {
    const ends = endsAt(endpointsOf(host, port, {}, cluster), {}, 1, true, waypoint.caller, context);
    const path = { ...own, ends: merged(ends) };
    const isDoubtful = carries === undefined || unreadOfHost(host, cluster) !== undefined;
    return ends.length === 0 ? [] : [restricted(isDoubtful ? inDoubt(path) : path)];
  }
  const routes = routesAtWaypoint(waypoint, host, port, cluster);
  const paths = routes.map(route => routed(waypoint.caller, waypoint.caller.proxy, to, route, { number }, context));
  const isDoubtful = areRoutesUnread(routes, cluster) || unreadOfHost(host, cluster) !== undefined;
  // What the waypoint denies for certain does not depend on its routes.
  return paths.map(each => restricted(isDoubtful ? inDoubt(each) : each));
}

/** Whether a waypoint, and the NetworkPolicies before it, allow all requests of a caller, none, or some. */
function isAllowedAtWaypoint(caller: Caller, waypoint: Waypoint, host: Host, port: Field, context: Context): Ternary {
  const { cluster } = context;
  requireReadable(waypoint, host, cluster);
  const at = { number: portNumber(port) ?? 0, names: [], protocol: 'TCP' as const };
  const { connection } = connectionTo(waypoint, caller, at, cluster);
  return connection
    ? allows(
        policyTargetAt(waypoint, host),
        { connection, isTcp: carriesRequests(port) === false },
        waypoint.caller,
        context,
      )
    : false;
}
