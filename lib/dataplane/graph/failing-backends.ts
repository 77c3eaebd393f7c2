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
import type { Connection } from '../endpoints/connection';
import type { Endpoint } from '../endpoints/endpoints';
import { inboundPort, kindsAt } from '../endpoints/inbound-ports';
import type { PolicyTarget } from '../endpoints/policy-target';
import { type GatewayListener, policyTargetOf } from '../listeners/listener';
import { unlessUnsimulated } from '../messages/unsimulated';
import type { UnknownPart } from '../policies/attributes';
import { authorize } from '../policies/authorization';
import { authorizeAtZtunnel } from '../policies/ztunnel';
import type { Backend, Rule } from '../routes/rule';
import { clientOf, isUnreadBetween, unreadKindFor, unreadOfHost } from '../unread';
import { isUsedByGateways } from '../endpoints/waypoints';
import { describeRequests, forwardedRequests, type KnownRequests, requestsAt } from './requests-on-route';

/** Why every request or connection to a backend fails: with `request`, a policy allows others than those of the route. */
export interface Failure {
  readonly because: 'kind' | 'visibility' | 'subset' | 'tls' | 'connection' | 'policy' | 'request';
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
  backend: Sending['backend'],
  listener: GatewayListener,
  sending: Omit<Sending, 'backend'>,
  context: Context,
): Failure | undefined {
  return agreed(listener, each => failureOf({ backend, ...sending }, each, context));
}

/** What is sent to a backend, by a rule of requests or of connections. */
interface Sending {
  readonly backend: Pick<Backend, 'at' | 'host' | 'port' | 'subset'> & Partial<Pick<Backend, 'rewriteHost'>>;
  readonly rule?: Rule;
  readonly hosts: readonly string[];
  readonly sent: Sent;
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
    const unknown = each.tls === 'mesh' ? MESH_CLIENT : CLIENT;
    const verdict = authorize(target, { connection, isTcp: !each.carriesRequests, unknown }, cluster);
    return verdict.isAllowed === false
      ? {
          because: 'policy',
          by: verdict.by,
          reason:
            `${each.caller.title} denies ${each.carriesRequests ? 'requests' : 'connections'} that arrive on port `
            + `${each.port}: ${verdict.reason}`,
        }
      : undefined;
  });
}

/** The policy that denies every request of a rule at a gateway, but not every other one. */
export function denialOf(
  { rule, hosts }: Required<Pick<Sending, 'rule' | 'hosts'>>,
  listener: GatewayListener,
  context: Context,
): Failure | undefined {
  const denied = agreed(listener, each => {
    const target = policyTargetOf(each);
    if (
      each.caller.proxy.identity === undefined
      || !each.carriesRequests
      || unreadKindFor([{ ...target, role: 'gateway' }], context.cluster)
    ) {
      return undefined;
    }
    const connection = { namespace: '', labels: {}, port: { number: each.podPort, names: [], protocol: 'TCP' } };
    return denialOfAll(target, connection, requestsAt({ rule, hosts }, each), each.caller.title, context.cluster);
  });
  return denied && !denialAt(listener, context) ? denied : undefined;
}

function denialOfAll(
  target: PolicyTarget,
  connection: Connection,
  requests: readonly KnownRequests[],
  title: string,
  cluster: Cluster,
): Failure | undefined {
  const verdicts = requests.map(each => authorize(target, { connection, isTcp: false, ...each }, cluster));
  const [first] = requests;
  const denial = firstIfAll(verdicts.map(each => (each.isAllowed === false ? each : undefined)));
  return denial && first
    ? {
        because: 'request',
        by: denial.by,
        reason: `${title} denies ${describeRequests(first)}: ${denial.reason}`,
      }
    : undefined;
}

/** What is not known of a client outside. */
const CLIENT = new Set<UnknownPart>(['server name']);
/** What is not known of a client in the mesh. */
const MESH_CLIENT = new Set<UnknownPart>(['server name', 'identity']);

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

function failureOf(sending: Sending, listener: GatewayListener, context: Context): Failure | undefined {
  const { backend, sent } = sending;
  const { caller, port: asked } = listener;
  const { cluster } = context;
  // A gateway has the clusters of all hosts of its namespace, whichever Gateways it serves.
  const proxy = { ...caller.proxy, gateways: [] };
  const found = lookUp(backend, asked, proxy, context);
  if ('problem' in found) {
    return unknownBackend(backend, caller, asked, found.problem, cluster);
  }
  if (unreadOfHost(found.host, cluster) ?? unreadKindFor([clientOf(caller)], cluster)) {
    return undefined;
  }
  if (isUsedByGateways(found.host, cluster)) {
    return undefined;
  }
  const problem = unreadable(sent, found.host, found.port, found.security.tlsMode);
  if (problem !== undefined) {
    return { because: 'tls', reason: problem };
  }
  const kinds = sent === 'http' ? [false] : carriesRequests(found.port) === false ? [true] : [true, false];
  const failures = found.endpoints.map(each => failureInto(each, found.security, kinds, sending, listener, context));
  return firstIfAll(failures);
}

/** A host that exists but is not exported to the gateway, or a subset that its DestinationRules do not declare. */
function unknownBackend(
  { at, host, port, subset }: Pick<Backend, 'at' | 'host' | 'port' | 'subset'>,
  { proxy, title }: ProxiedCaller,
  asked: number,
  problem: string,
  cluster: Cluster,
): Failure | undefined {
  if (host === undefined) {
    return wrongReference(at);
  }
  if (cluster.hosts.named(host, '').length === 0) {
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

/** A reference of a route of the Gateway API to what is no Service, or to no port of one. */
function wrongReference(at: Field): Failure | undefined {
  const [kind, group] = [at.get('kind').text || 'Service', at.get('group').text];
  return group !== ''
    ? { because: 'kind', reason: `a route cannot refer to a ${kind} of the group ${group}` }
    : kind === 'Service' && !at.get('port').exists
      ? { because: 'kind', reason: `the reference to the Service ${at.get('name').text} has no port` }
      : undefined;
}

function failureInto(
  endpoint: Endpoint,
  security: Parameters<typeof connect>[2],
  isTcp: readonly boolean[],
  { backend, rule, hosts }: Sending,
  listener: GatewayListener,
  { cluster }: Context,
): Failure | undefined {
  const { workload } = endpoint;
  const { caller } = listener;
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
  if (workload && connection.isAtZtunnel) {
    const { isAllowed, by, reason } = authorizeAtZtunnel(workload, connection, cluster);
    return isAllowed === false
      ? { because: 'policy', by, reason: `${workload.namespace}/${workload.name} denies ${caller.title}: ${reason}` }
      : undefined;
  }
  if (!workload || !isProxied(workload, endpoint.port.number, cluster)) {
    return undefined;
  }
  const title = `${workload.namespace}/${workload.name}`;
  const port = inboundPort(workload, endpoint.port.number, cluster);
  if (port.doubt) {
    return undefined;
  }
  const kinds = [...new Set(isTcp.flatMap(each => kindsAt(port, each)))];
  const denial = firstIfAll(
    (connection.isEncrypted && !port.tls ? [true] : kinds)
      .map(each => authorize(workload, { connection, isTcp: each }, cluster))
      .map(each => (each.isAllowed === false ? each : undefined)),
  );
  if (denial) {
    return {
      because: 'policy',
      by: denial.by,
      reason: `${title} denies what ${caller.title} sends: ${denial.reason}`,
    };
  }
  return rule && !connection.isEncrypted && !kinds.includes(true)
    ? denialOfAll(workload, connection, forwardedRequests({ rule, hosts }, backend, listener, cluster), title, cluster)
    : undefined;
}
