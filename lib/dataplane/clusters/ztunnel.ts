import { type Host, Kind, portNumber, portsOf } from '../../manifests';
import type { Caller } from '../endpoints/caller';
import { isHeadless } from '../endpoints/endpoints';
import { rejectWorkloadWaypoint, waypointOf } from '../endpoints/waypoints';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import type { ArrivingAtWaypoint, Context } from './context';

/**
 * What ztunnel of a caller sends to the waypoint of a Service or ServiceEntry; undefined if it connects to the resolved
 * address.
 */
export function waypointOnTheWay(
  message: Message,
  target: Host | undefined,
  caller: Caller,
  { cluster }: Context,
  isConnection: boolean,
): ArrivingAtWaypoint | undefined {
  if (!target) {
    return undefined;
  }
  if (target.declaredBy !== undefined) {
    throw new Unsimulated(
      `Several ServiceEntries declare ${target.name}: ${target.declaredBy.map(each => each.key).join(', ')}; ztunnel has `
        + 'only the first that was created.',
      'Declare the host in one ServiceEntry.',
    );
  }
  if (isHeadless(target)) {
    rejectWorkloadWaypoint(target.resource.namespace, cluster.selectedBy(target.resource), cluster);
    return undefined;
  }
  const waypoint = waypointOf(target, cluster);
  const port = portsOf(target).find(each => portNumber(each) === message.port);
  if (waypoint && port) {
    return { waypoint, host: target, port, message, isConnection, caller };
  }
  if (target.resource.type === Kind.SERVICE_ENTRY && hasEndpoints(target.resource)) {
    throw new Unsimulated(
      `The ServiceEntry ${target.resource.key} has endpoints of its own, and no waypoint.`,
      'Label it with istio.io/use-waypoint, or send the request to the endpoints.',
    );
  }
  return undefined;
}

function hasEndpoints({ spec }: Host['resource']): boolean {
  return spec.get('endpoints').items.length > 0 || spec.get('workloadSelector').exists;
}
