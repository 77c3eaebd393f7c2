import { aliasedHost, covers, type Field, type Host, isWithin } from '../../manifests';
import { arrive, arriveAtMachine } from './inbound';
import type { Caller } from '../endpoints/caller';
import { connect, invalidPolicy } from '../endpoints/connect';
import type { Security } from '../endpoints/security';
import { isUsedByGateways, type Waypoint, waypointOf } from '../endpoints/waypoints';
import type { Context } from './context';
import { lookUp } from './look-up';
import { isBehindElsewhere, rejectElsewhere } from '../endpoints/resolve';
import type { Endpoint } from '../endpoints/endpoints';
import { dialedNameOf, type Message } from '../messages/message';
import type { Copy, SimulatedOutcome } from './simulation-result';
import type { Proxy } from '../endpoints/proxy';
import type { Mirror } from '../routes/rule';
import { beginsTls, sentAs, unreadable } from './tls-layers';
import { Unsimulated } from '../messages/unsimulated';

/** The destination of a route. */
export interface Target {
  readonly backend: { readonly host?: string; readonly port?: number; readonly subset?: string; readonly at: Field };
  /** The status if the host, port or subset does not exist. */
  readonly status: number;
  readonly attempts: number;
}

/** Sends a request to a cluster of a proxy, by the settings for its host. */
export function toCluster(
  { backend, status, attempts }: Target,
  message: Message,
  caller: Caller,
  proxy: Proxy,
  context: Context,
  isConnection = false,
): SimulatedOutcome[] {
  const found = lookUp(backend, message.port, proxy, context, message.dialed);
  const { resource } = backend.at;
  if ('problem' in found || found.endpoints.length === 0) {
    const { host = '' } = backend;
    rejectElsewhere(host, isBehindElsewhere(host, context.cluster));
  }
  if ('problem' in found) {
    return [
      {
        share: 1,
        status,
        by: backend.at,
        isUnsent: true,
        reason: `${resource.kind} ${resource.key} routes to ${found.problem} (${String(backend.at)})`,
      },
    ];
  }
  const waypoint = nextWaypoint(found.host, proxy, context);
  if (waypoint) {
    const { host, port } = found;
    return [...context.atWaypoint({ waypoint, host, port, message, isConnection, caller }).outcomes];
  }
  if (found.endpoints.length === 0) {
    requireNoAlias(found.host);
    return [
      {
        share: 1,
        status: isConnection ? 0 : 503,
        by: found.host.resource.root,
        isUnsent: true,
        reason: `${found.title} has no endpoints`,
      },
    ];
  }
  const problem = unreadable(isConnection ? sentAs(message) : 'http', found.host, found.port, found.security.tlsMode);
  if (problem !== undefined) {
    return [{ share: 1, status: isConnection ? 0 : 503, by: found.host.resource.root, reason: problem }];
  }
  const { backendTls } = found.security;
  if (backendTls?.authorities.isUnresolved && proxy.identity === undefined) {
    return [{ share: 1, status: isConnection ? 0 : status, by: backendTls.at, reason: invalidPolicy(backendTls) }];
  }
  return toEndpoints(
    found.isChosen ? found.endpoints.map(each => dialled(each, dialedNameOf(message), found.host)) : found.endpoints,
    found.security,
    found.isChosen ? 0 : attempts,
    isConnection ? undefined : message,
    caller,
    context,
  );
}

/** An endpoint outside of a ServiceEntry without resolution, at the address or name that a client has dialled. */
function dialled(endpoint: Endpoint, name: string, host: Host): Endpoint {
  if (endpoint.outside !== host.name || covers(host.name, name)) {
    return endpoint;
  }
  return endpoint.addresses?.some(each => isWithin(name, each))
    ? { ...endpoint, addresses: [name], isDialled: true }
    : { ...endpoint, outside: name, addresses: undefined };
}

/** The waypoint that a gateway connects to in place of the endpoints of a host; undefined for none. */
function nextWaypoint(host: Host, proxy: Proxy, { cluster }: Context): Waypoint | undefined {
  if (!proxy.isGateway || proxy.identity === undefined) {
    return undefined;
  }
  if (!proxy.isWaypoint) {
    return isUsedByGateways(host, cluster) ? waypointOf(host, cluster) : undefined;
  }
  const other = waypointOf(host, cluster);
  if (other && other.caller.proxy.identity !== proxy.identity) {
    throw new Unsimulated(
      `A waypoint routes to ${host.name}, which has another one (${other.gateway.key}).`,
      'Use one waypoint for both.',
    );
  }
  return undefined;
}

/** Gateways of other controllers may send to the host behind a Service that is only a name, or to none. */
function requireNoAlias({ resource }: Host): void {
  const host = aliasedHost(resource);
  if (host !== undefined) {
    throw new Unsimulated(
      `The Service ${resource.key}, to which the request goes, is a name for ${host}.`,
      'Send it to that host.',
    );
  }
}

/**
 * Sends a request to one of several endpoints, weighted by their number of Pods. If connections to some of them fail,
 * retries reach the others.
 */
export function toEndpoints(
  endpoints: readonly Endpoint[],
  security: Security,
  attempts: number,
  message: Message | undefined,
  caller: Caller,
  context: Context,
): SimulatedOutcome[] {
  const outcomes = endpoints.map(endpoint => ({
    weight: endpoint.weight,
    outcome: toEndpoint(endpoint, security, message, caller, context),
  }));
  const working = outcomes.filter(({ outcome }) => !outcome.isRetried);
  const reached = attempts > 0 && working.length > 0 ? working : outcomes;
  const sum = reached.reduce((all, { weight }) => all + weight, 0);
  return reached.map(({ weight, outcome }) => ({ ...outcome, share: weight / sum }));
}

/** The mirrored requests of a rule, and why some of them do not arrive. They are not retried. */
export function copiesTo(mirror: Mirror, message: Message, caller: Caller, proxy: Proxy, context: Context): Copy[] {
  const found = lookUp(mirror, message.port, proxy, context);
  const problem =
    'problem' in found
      ? found.problem
      : found.endpoints.length === 0
        ? `${found.title}, which has no endpoints`
        : unreadable('http', found.host, found.port, found.security.tlsMode);
  return problem !== undefined || 'problem' in found
    ? [{ share: mirror.share, reason: problem }]
    : toEndpoints(found.endpoints, found.security, 0, message, caller, context).map(
        ({ workload, outside, share, reason, doubt }) => ({
          workload,
          outside,
          share: mirror.share * share,
          reason: (workload ?? outside) ? undefined : reason,
          doubt,
        }),
      );
}

function toEndpoint(
  endpoint: Endpoint,
  security: Security,
  message: Message | undefined,
  caller: Caller,
  context: Context,
): Omit<SimulatedOutcome, 'share'> {
  const { workload, outside, machine, port } = endpoint;
  const { connection, refusal, step, doubt: unknown } = connect(caller, endpoint, security, context.cluster);
  if (!connection) {
    return {
      status: caller.proxy && !caller.proxy.isZtunnel && message ? 503 : 0,
      port: port.number,
      by: refusal?.by,
      reason: refusal?.reason,
      isRetried: true,
    };
  }
  if (machine) {
    const { refusal: denied, message: arrived, ...rest } = arriveAtMachine(machine, connection, message, context);
    return denied
      ? {
          ...rest,
          status: denied.status,
          port: port.number,
          by: denied.by,
          reason: sentence(denied, machine.entry.key),
        }
      : { ...rest, outside, port: port.number, message: arrived };
  }
  if (!workload) {
    if (message && port.number === 443 && !beginsTls(security.tlsMode)) {
      throw new Unsimulated(
        `${caller.title} sends requests in plain text to port 443 of ${outside}.`,
        'Declare the protocol of the port as HTTPS, or a DestinationRule that originates TLS.',
      );
    }
    return {
      outside,
      port: port.number,
      serverName: security.backendTls?.serverName,
      message,
      steps: assumedAddress(endpoint),
      isUncertain: unknown !== undefined,
      doubt: unknown,
    };
  }
  const {
    refusal: refused,
    by,
    message: arrived,
    steps: policySteps,
    ...policies
  } = arrive(workload, connection, message, context);
  const isUncertain = policies.isUncertain === true || unknown !== undefined;
  const doubt = policies.doubt ?? unknown;
  const steps = [...(step === undefined ? [] : [step]), ...policySteps];
  const isAnswered =
    message && caller.proxy && !caller.proxy.isZtunnel && !(connection.isEncrypted && security.isPassedThrough);
  return refused
    ? {
        // To the proxy of a caller that reads requests, a connection that is closed is no response.
        status: refused.status === 0 && isAnswered ? 503 : refused.status,
        port: port.number,
        by: refused.by,
        reason: sentence(refused, workload.name),
        steps,
        isUncertain,
        doubt,
      }
    : {
        workload,
        port: port.number,
        serverName: security.backendTls?.serverName,
        connection: caller.proxy && connection,
        by,
        message: arrived,
        steps,
        isUncertain,
        doubt,
      };
}

function assumedAddress({ outside = '', addresses = [], isDialled = false }: Endpoint): string[] {
  return addresses.length > 0 && !isDialled ? [`${outside} is assumed to be at ${addresses.join(', ')}`] : [];
}

function sentence({ by, reason }: { by?: Field; reason: string }, callee: string): string {
  return by
    ? `denied by ${by.resource.kind} ${by.resource.key} at ${callee}: ${reason}`
    : `denied by ${callee}: ${reason}`;
}
