import {
  carriesRequests,
  type Cluster,
  covers,
  type Field,
  fullHost,
  type Host,
  Kind,
  portNumber,
} from '../../manifests';
import { connectionTo, policyTargetAt, type Waypoint } from '../endpoints/waypoints';
import { Unsimulated } from '../messages/unsimulated';
import { MeshRoutes, meshRoutesAt } from '../routes/mesh-routes';
import { type Route, routeFor } from '../routes/rule';
import { requireNoUnreadKind, unreadOfWaypoint } from '../unread';
import { defaultRule } from '../virtual-hosts/virtual-hosts';
import { applyRule } from './apply-rule';
import type { ArrivingAtWaypoint, Context } from './context';
import { throughPolicies } from './inbound';
import { normalized, UNREADABLE_PATH } from './normalization';
import { ended, type SimulationResult } from './simulation-result';
import { hostRule, sendConnection } from './tcp';

/**
 * A request or connection at a waypoint: its policies for the Service with the identity of the caller, then the routes
 * of the Service, then the Pods, to which the waypoint connects with its own identity.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/listener_waypoint.go
 */
export function atWaypoint(arriving: ArrivingAtWaypoint, context: Context): SimulationResult {
  const { waypoint, host, port, message, caller } = arriving;
  const { cluster } = context;
  const number = portNumber(port) ?? 0;
  const { connection, blocking } = connectionTo(waypoint, caller, { number, names: [], protocol: 'TCP' }, cluster);
  const isOfZtunnel = caller.proxy?.isZtunnel === true;
  if (!connection) {
    return ended({
      status: isOfZtunnel ? 0 : 503,
      by: blocking?.root,
      reason: `${blocking?.kind} ${blocking?.key} does not allow connections from ${caller.title} to ${waypoint.caller.title}`,
    });
  }
  requireReadable(waypoint, host, cluster);
  const isTcp = readsBytes(arriving);
  const arrival = throughPolicies(
    policyTargetAt(waypoint, host),
    waypoint.caller,
    connection,
    isTcp ? undefined : message,
    isTcp,
    context,
  );
  const steps = [`through ${waypoint.caller.title}`, ...arrival.steps];
  if (arrival.refusal) {
    const { status, by, reason } = arrival.refusal;
    const policy = by ? ` ${by.resource.kind} ${by.resource.key}` : '';
    const outcome = { status, by, reason: `denied by${policy} at ${waypoint.caller.title}: ${reason}` };
    return ended({ ...outcome, isUncertain: arrival.isUncertain, doubt: arrival.doubt }, steps);
  }
  const { proxy } = waypoint.caller;
  const result = isTcp
    ? sendConnection(hostRule(host, port), message, waypoint.caller, proxy, context)
    : routed(arriving, arrival.message ?? message, context);
  return {
    ...result,
    outcomes: result.outcomes.map(each => ({
      ...each,
      isUncertain: each.isUncertain === true || arrival.isUncertain === true,
      doubt: each.doubt ?? arrival.doubt,
    })),
    steps: [...steps, ...result.steps],
  };
}

function routed(
  { waypoint, host, port }: ArrivingAtWaypoint,
  message: ArrivingAtWaypoint['message'],
  context: Context,
): SimulationResult {
  const request = normalized(message, context.cluster);
  if (!request) {
    return ended({ status: 400, reason: UNREADABLE_PATH });
  }
  const route = routeFor(routesAtWaypoint(waypoint, host, port, context.cluster), request);
  return route
    ? applyRule(route, request, waypoint.caller, waypoint.caller.proxy, context)
    : ended({ status: 404, reason: `no route for ${host.name} matches ${message.method} ${message.path}` });
}

/**
 * The routes of a waypoint for a port of a host: those in the namespace of the host or in its own, else one to the host.
 */
export function routesAtWaypoint(waypoint: Waypoint, host: Host, port: Field, cluster: Cluster): readonly Route[] {
  const number = portNumber(port) ?? 0;
  const groups = MeshRoutes.of(cluster)
    .for(host.name.toLowerCase())
    .filter(each => [host.resource.namespace, waypoint.caller.namespace].includes(each.namespace))
    .map(group => meshRoutesAt(group, waypoint.caller.proxy, number))
    .filter(routes => routes.length > 0);
  const [first, ...others] = groups;
  if (others.length > 0) {
    throw new Unsimulated(
      `Routes of several namespaces or ports are for ${host.name}, and its waypoint applies all of them.`,
      'Declare them in the namespace of the Service, for its port.',
    );
  }
  return first ?? [{ rule: { ...defaultRule(host, number, cluster), retries: { attempts: 0, on: '' } } }];
}

/** Throws for what waypoints apply, too, and is not simulated there. */
export function requireReadable(waypoint: Waypoint, host: Host, cluster: Cluster): void {
  const { namespace, labels } = waypoint.caller;
  requireNoUnreadKind([{ namespace, labels, role: 'server', gateway: waypoint.gateway }], cluster);
  const virtualService = cluster
    .all(Kind.VIRTUAL_SERVICE)
    .find(each =>
      each.spec
        .get('hosts')
        .texts.some(name => covers(fullHost(name, each.namespace, cluster.clusterDomain), host.name)),
    );
  if (virtualService) {
    throw new Unsimulated(
      `VirtualService ${virtualService.key} is for ${host.name}, which has a waypoint.`,
      'Use an HTTPRoute with the Service as its parent: VirtualServices at waypoints are not simulated.',
    );
  }
  const unread = unreadOfWaypoint(waypoint.gateway, host, cluster);
  if (unread) {
    throw unread;
  }
}

/** Whether a waypoint passes bytes on: on ports that carry no requests. */
function readsBytes({ host, port, message, isConnection }: ArrivingAtWaypoint): boolean {
  const carries = carriesRequests(port);
  if (carries === undefined || (carries && (isConnection || message.scheme === 'https'))) {
    throw new Unsimulated(
      carries
        ? `The waypoint of ${host.name} reads requests on port ${message.port}, and this is none in plain text.`
        : `Port ${message.port} of ${host.name} declares no protocol, by which its waypoint reads requests or not.`,
      carries ? 'Send an HTTP request.' : 'Declare it, e.g. by the name `http`.',
    );
  }
  return !carries;
}
