import { isDryRun, Kind, type Resource, type Workload } from '../../manifests';
import { authorize } from '../policies/authorization';
import { authorizeAtZtunnel } from '../policies/ztunnel';
import type { AuthorizationInput } from '../policies/attributes';
import { checkAuthorizers } from '../policies/custom';
import { policiesFor, type PolicyTarget } from '../endpoints/policy-target';
import { type Caller, callerOf } from '../endpoints/caller';
import { connect, isProxied } from '../endpoints/connect';
import type { Connection } from '../endpoints/connection';
import { inboundPort, kindsAt } from '../endpoints/inbound-ports';
import type { Security } from '../endpoints/security';
import type { Context } from '../clusters/context';
import { allowsInLinkerd } from '../clusters/linkerd-inbound';
import type { Endpoint } from '../endpoints/endpoints';
import { and, type Ternary } from '../messages/unsimulated';
import { clientOf, isUnreadBetween } from '../unread';

/** A traffic path of a caller: by a route, or to a Service without one. */
export interface TrafficPath {
  readonly from: string;
  /** The requested host and port. */
  readonly to: string;
  /** The match of the route, without what the caller and the port decide; empty for none. */
  readonly when: string;
  /** Whether it is for all requests, as far as no earlier path is. */
  readonly isForAll: boolean;
  /** Whether it is for connections to a port that is not declared for TCP. */
  readonly isDetected?: boolean;
  readonly ends: readonly TrafficPathEnd[];
  /** How the request that arrives differs from the one that is sent: its path, host and headers. */
  readonly rewrites?: readonly string[];
  /** Timeout, retries, faults and mirrors. */
  readonly terms: readonly string[];
}

/** An outcome of a traffic path. */
export interface TrafficPathEnd {
  /** The workload with its port, the host outside, or the response. */
  readonly destination: string;
  /** Whether it is a workload or a host. */
  readonly isReached: boolean;
  /** Whether it is the response that a route is for, rather than an error. */
  readonly isReply?: boolean;
  readonly share: number;
  /** Whether policies allow all requests or none; undefined if only some of them. */
  readonly isAllowed: Ternary;
  /** The AuthorizationPolicies that allow some requests: those of the callee, then those of the proxy before it. */
  readonly policies?: readonly (readonly Resource[])[];
}

/** A way of which something that is not simulated may decide who gets in. */
export function inDoubt<T extends Pick<TrafficPath, 'ends'>>(trafficPath: T): T {
  return {
    ...trafficPath,
    ends: trafficPath.ends.map(each => (each.isReached ? { ...each, isAllowed: undefined } : each)),
  };
}

export function endsAt(
  endpoints: readonly Endpoint[],
  security: Security,
  share: number,
  isTcp: boolean,
  caller: Caller,
  context: Context,
): TrafficPathEnd[] {
  const sum = endpoints.reduce((all, { weight }) => all + weight, 0);
  return endpoints.map(endpoint => {
    const { workload } = endpoint;
    const isAllowed = isAllowedAt(endpoint, security, isTcp, caller, context);
    return {
      destination: workload ? destinationOf(workload, endpoint.port.number) : (endpoint.outside ?? ''),
      isReached: true,
      share: (share * endpoint.weight) / sum,
      isAllowed,
      policies: [isAllowed === undefined && workload ? enforcedAt(workload, context) : []],
    };
  });
}

/** An end that a proxy before the callee allows requests to reach, too. */
export function allowedBy(
  end: TrafficPathEnd,
  isAllowed: Ternary,
  target: PolicyTarget,
  context: Context,
): TrafficPathEnd {
  return {
    ...end,
    isAllowed: and([isAllowed, end.isAllowed]),
    policies: [...(end.policies ?? [[]]), isAllowed === undefined ? enforcedAt(target, context) : []],
  };
}

function enforcedAt(target: PolicyTarget, { cluster }: Context): readonly Resource[] {
  return policiesFor(target, Kind.AUTHORIZATION_POLICY, cluster).filter(each => !isDryRun(each));
}

function isAllowedAt(
  endpoint: Endpoint,
  security: Security,
  isTcp: boolean,
  caller: Caller,
  context: Context,
): Ternary {
  const { cluster } = context;
  if (isUnreadBetween(clientOf(caller), endpoint.workload, cluster)) {
    return undefined;
  }
  const { connection, doubt } = connect(caller, endpoint, security, cluster);
  const workload: Workload | undefined = endpoint.workload;
  if (!connection || !workload) {
    return doubt ? undefined : connection !== undefined;
  }
  const isAllowed = connection.isAtZtunnel
    ? authorizeAtZtunnel(workload, connection, cluster).isAllowed
    : connection.linkerd
      ? allowsInLinkerd(workload, connection, isTcp, cluster)
      : isProxied(workload, endpoint.port.number, cluster)
        ? allowsAtSidecar(workload, connection, isTcp, context)
        : true;
  return doubt && isAllowed !== false ? undefined : isAllowed;
}

/** A Sidecar may have its proxy read something else than the Services that lead there declare. */
function allowsAtSidecar(workload: Workload, connection: Connection, isTcp: boolean, context: Context): Ternary {
  const { cluster } = context;
  const port = inboundPort(workload, connection.port.number, cluster);
  const isEncrypted = connection.isEncrypted === true;
  const kinds = isEncrypted ? [true] : kindsAt(port, isTcp);
  // A proxy that reads requests answers bytes that are none by itself.
  const isRead = port.isOfSidecar && port.reads.includes('requests') && (isTcp || isEncrypted);
  const verdicts = kinds.map(each =>
    allows(workload, { connection, isTcp: each }, callerOf(workload, cluster), context),
  );
  return port.doubt || port.tls || isRead || new Set(verdicts).size > 1 ? undefined : verdicts[0];
}

/** Whether external authorizers and policies allow a request or connection. */
export function allows(
  target: PolicyTarget,
  input: AuthorizationInput,
  asker: Caller,
  { cluster, authorizersFor }: Context,
): Ternary {
  return and([
    checkAuthorizers(target, input, authorizersFor(asker), cluster).isAllowed,
    authorize(target, input, cluster).isAllowed,
  ]);
}

export function destinationOf({ namespace, name }: Workload, port: number): string {
  return `${namespace}/${name}:${port}`;
}

export function answered(status: string, share: number, isReply = false): TrafficPathEnd {
  return { destination: `response ${status}`, isReached: false, isReply, share, isAllowed: true };
}

export function merged(ends: readonly TrafficPathEnd[]): TrafficPathEnd[] {
  const byPlace = new Map<string, TrafficPathEnd>();
  for (const end of ends) {
    const known = byPlace.get(end.destination);
    byPlace.set(
      end.destination,
      known
        ? {
            ...end,
            share: end.share + known.share,
            isAllowed: known.isAllowed === end.isAllowed ? end.isAllowed : undefined,
          }
        : end,
    );
  }
  return [...byPlace.values()].sort((a, b) => b.share - a.share || (a.destination < b.destination ? -1 : 1));
}
