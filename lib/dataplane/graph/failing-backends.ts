import {
  carriesRequests,
  type Cluster,
  type Field,
  firstIfAll,
  isAutomatic,
  portNumber,
  portsOf,
} from '../../manifests';
import type { Context } from '../clusters/context';
import { unreadable } from '../clusters/tls-layers';
import { lookUp } from '../clusters/look-up';
import type { ProxiedCaller } from '../endpoints/caller';
import { connect, isProxied } from '../endpoints/connect';
import type { Endpoint } from '../endpoints/endpoints';
import { type GatewayListener, policyTargetOf } from '../listeners/listener';
import { unlessUnsimulated } from '../messages/unsimulated';
import { authorize } from '../policies/authorization';
import type { Backend } from '../routes/rule';
import { clientOf, isUnreadBetween, unreadKindFor, unreadOfHost, waypointBefore } from '../unread';

/** Why every request or connection to a backend fails. */
export interface Failure {
  readonly because: 'visibility' | 'subset' | 'tls' | 'connection' | 'policy';
  /** What decides it, if it is another object than the route. */
  readonly by?: Field;
  /** As a clause. */
  readonly reason: string;
}

/** What is sent to a backend: a request, or a connection of a client. */
export type Sent = 'http' | 'https' | 'tcp';

/**
 * How a backend fails for a gateway; undefined if something arrives, or that is not known. For Pods that no manifest
 * contains, each assumption must fail in the same way.
 */
export function failureAt(
  backend: Pick<Backend, 'at' | 'host' | 'port' | 'subset'>,
  listener: GatewayListener,
  sent: Sent,
  context: Context,
): Failure | undefined {
  return agreed(listener, each => failureOf(backend, each.caller, each.port, sent, context));
}

/** The policy that denies every request or connection at a gateway, before any route. */
export function denialAt(listener: GatewayListener, { cluster }: Context): Failure | undefined {
  return agreed(listener, each => {
    const target = policyTargetOf(each);
    if (each.caller.proxy.identity === undefined || unreadKindFor([{ ...target, role: 'gateway' }], cluster)) {
      return undefined;
    }
    const port = { number: each.podPort, names: [], protocol: 'TCP' };
    const connection = { namespace: '', labels: {}, port };
    const verdict = authorize(target, { connection, isTcp: !each.carriesRequests, unknown: CLIENT }, cluster);
    return verdict.isAllowed === false
      ? {
          because: 'policy',
          by: verdict.by,
          reason: `${each.caller.title} denies what arrives on port ${each.port}: ${verdict.reason}`,
        }
      : undefined;
  });
}

/** What is not known of a client outside. */
const CLIENT = new Set(['server name'] as const);

function agreed(
  listener: GatewayListener,
  failureBy: (listener: GatewayListener) => Failure | undefined,
): Failure | undefined {
  return unlessUnsimulated(() => {
    const failure = failureBy(listener);
    return failure && (listener.others ?? []).every(each => failureBy(each.listener)?.because === failure.because)
      ? failure
      : undefined;
  });
}

function failureOf(
  backend: Pick<Backend, 'host' | 'port' | 'subset'>,
  caller: ProxiedCaller,
  asked: number,
  sent: Sent,
  context: Context,
): Failure | undefined {
  const { cluster } = context;
  // A gateway has the clusters of all hosts of its namespace, whichever Gateways it serves.
  const proxy = { ...caller.proxy, gateways: [] };
  const found = lookUp(backend, asked, proxy, context);
  if ('problem' in found) {
    return unknownBackend(backend, caller, asked, found.problem, cluster);
  }
  if (
    unreadOfHost(found.host, cluster)
    ?? waypointBefore(found.host, cluster)
    ?? unreadKindFor([clientOf(caller)], cluster)
  ) {
    return undefined;
  }
  const problem = unreadable(sent, found.host, found.port, found.security.tlsMode);
  if (problem !== undefined) {
    return { because: 'tls', reason: problem };
  }
  const isKnown = sent === 'http' || carriesRequests(found.port) === false;
  const failures = found.endpoints.map(each =>
    failureInto(each, found.security, isKnown ? sent : undefined, caller, context),
  );
  return firstIfAll(failures);
}

/** A host that exists but is not exported to the gateway, or a subset that its DestinationRules do not declare. */
function unknownBackend(
  { host, port, subset }: Pick<Backend, 'host' | 'port' | 'subset'>,
  { proxy, title }: ProxiedCaller,
  asked: number,
  problem: string,
  cluster: Cluster,
): Failure | undefined {
  if (host === undefined || cluster.hosts.named(host, '').length === 0) {
    return undefined;
  }
  const [visible] = cluster.hosts.visible(host, proxy.namespace);
  if (!visible) {
    return {
      because: 'visibility',
      reason: `${host} is not exported to ${proxy.namespace}, the namespace of ${title}`,
    };
  }
  const hasPort = portsOf(visible).some(each => portNumber(each) === (port ?? asked));
  return subset !== undefined && hasPort
    ? { because: 'subset', reason: `${title} has no DestinationRule with the ${problem.replace(/, which.*$/, '')}` }
    : undefined;
}

function failureInto(
  endpoint: Endpoint,
  security: Parameters<typeof connect>[2],
  sent: Sent | undefined,
  caller: ProxiedCaller,
  { cluster }: Context,
): Failure | undefined {
  const { workload } = endpoint;
  if (isUnreadBetween(clientOf(caller), workload, cluster)) {
    return undefined;
  }
  const { connection, refusal } = connect(caller, endpoint, security, cluster);
  if (!connection) {
    // Checks of DestinationRules have the others.
    const isReportedElsewhere = workload !== undefined && security.tlsMode !== undefined && isAutomatic(cluster);
    return refusal && !(isReportedElsewhere && refusal.by?.resource.kind !== 'NetworkPolicy')
      ? { because: 'connection', by: refusal.by, reason: refusal.reason }
      : undefined;
  }
  if (!sent || !workload || !isProxied(workload, endpoint.port.number, cluster)) {
    return undefined;
  }
  const verdict = authorize(
    workload,
    { connection, isTcp: sent !== 'http' || connection.isEncrypted === true },
    cluster,
  );
  return verdict.isAllowed === false
    ? {
        because: 'policy',
        by: verdict.by,
        reason: `${workload.namespace}/${workload.name} denies what ${caller.title} sends: ${verdict.reason}`,
      }
    : undefined;
}
