import type { Cluster, Field, Workload } from '../../manifests';
import type { Arrival } from './arrival';
import { authenticate } from '../policies/authentication';
import { authorize } from '../policies/authorization';
import { authorizeAtZtunnel } from '../policies/ztunnel';
import { checkAuthorizers } from '../policies/custom';
import { type Caller, callerAt, callerOf } from '../endpoints/caller';
import { isProxied } from '../endpoints/connect';
import type { Connection } from '../endpoints/connection';
import type { Context } from './context';
import type { Machine } from '../endpoints/endpoints';
import { defaultEndpointOf, type InboundPort, inboundPort, kindsAt, readsAt } from '../endpoints/inbound-ports';
import { arriveAtLinkerd } from './linkerd-inbound';
import type { PolicyTarget } from '../endpoints/policy-target';
import type { Message } from '../messages/message';
import { normalized, UNREADABLE_PATH } from './normalization';
import { Unsimulated } from '../messages/unsimulated';

/**
 * A request at the proxy of its callee: external authorizers, authentication, then authorization. Without a message, a
 * connection.
 */
export function arrive(
  workload: Workload,
  connection: Connection,
  message: Message | undefined,
  context: Context,
): Arrival {
  const { cluster } = context;
  const { number } = connection.port;
  if (connection.isAtZtunnel) {
    return arriveAtZtunnel(workload, connection, message, cluster);
  }
  if (connection.linkerd) {
    return arriveAtLinkerd(workload, connection, message, cluster);
  }
  if (!isProxied(workload, number, cluster)) {
    return { message, steps: [] };
  }
  const port = inboundPort(workload, number, cluster);
  if (port.doubt) {
    return { isUncertain: true, doubt: port.doubt, steps: [] };
  }
  const arrival = port.tls
    ? throughTls(port.tls, workload, port, connection, message, context)
    : inPlainText(workload, port, connection, message, context);
  const endpoint = defaultEndpointOf(port.listener);
  return endpoint === undefined || arrival.refusal || !port.listener
    ? arrival
    : { ...arrival, steps: [...arrival.steps, forwardedTo(endpoint, port.listener)] };
}

function forwardedTo(endpoint: string, listener: Field): string {
  return `forwarded to ${endpoint} by Sidecar ${listener.resource.key} (${String(listener)})`;
}

/** A request whose TLS ends at the proxy of its callee, by the settings of a Sidecar. */
function throughTls(
  tls: Field,
  workload: Workload,
  port: InboundPort,
  connection: Connection,
  message: Message | undefined,
  context: Context,
): Arrival {
  const name = `${workload.namespace}/${workload.name}`;
  if (message && !connection.isEncrypted) {
    const reason = `${name} requires TLS on port ${connection.port.number}, and the request is in plain text`;
    return { refusal: { status: 0, by: tls, reason }, steps: [] };
  }
  if (!message || tls.get('mode').text !== 'SIMPLE') {
    const doubt = new Unsimulated(
      `The Sidecar ${tls.resource.key} has TLS end at the proxy of ${name} (${String(tls)}), and it is not known `
        + `${message ? 'what certificate the client has' : 'whether the client uses it'}.`,
      message
        ? 'Use the mode SIMPLE, or test it in a cluster.'
        : 'Ask for an HTTPS request of a caller without a proxy.',
    );
    return { isUncertain: true, doubt, steps: [] };
  }
  return inPlainText(workload, port, { ...connection, isEncrypted: false }, message, context);
}

function inPlainText(
  workload: Workload,
  port: InboundPort,
  connection: Connection,
  message: Message | undefined,
  context: Context,
): Arrival {
  const { cluster } = context;
  const { reads, listener } = port;
  const { number } = connection.port;
  const name = `${workload.namespace}/${workload.name}`;
  const asBytes = () => throughPolicies(workload, callerOf(workload, cluster), connection, message, true, context);
  const asRequest = () => throughPolicies(workload, callerOf(workload, cluster), connection, message, false, context);
  if (connection.isEncrypted) {
    const reason = `${name} reads requests in plain text on port ${number}, and the client uses TLS`;
    const unread: Arrival = { refusal: { status: 0, by: listener, reason }, steps: [] };
    return !reads.includes('requests')
      ? asBytes()
      : reads.length > 1
        ? agreed(asBytes(), unread, severalProtocols(name, number))
        : unread;
  }
  if (message === undefined && reads.includes('requests')) {
    const doubt = new Unsimulated(
      `The proxy of ${name} reads requests on port ${number}, and answers bytes that are none by itself.`,
      'Ask for an HTTP request.',
    );
    return { isUncertain: true, doubt, steps: [] };
  }
  if (message === undefined) {
    // What the caller sends as bytes may be a request that the proxy detects.
    const [bytes, request] = [asBytes(), kindsAt(port, true).includes(false) ? asRequest() : undefined];
    const closed = request?.refusal && { ...request, refusal: { ...request.refusal, status: 0 } };
    return request ? agreed(bytes, closed ?? request, detectedProtocol(name, number)) : bytes;
  }
  if (!reads.includes('bytes')) {
    return asRequest();
  }
  return reads.length > 1 ? agreed(asBytes(), asRequest(), severalProtocols(name, number)) : asBytes();
}

/** A request at the proxy of a machine: what the port that leads there declares is what the proxy reads. */
export function arriveAtMachine(
  machine: Machine,
  connection: Connection,
  message: Message | undefined,
  context: Context,
): Arrival {
  const protocol = readsAt(machine.port);
  if (protocol === 'unknown' && message) {
    const doubt = new Unsimulated(
      `The port that leads to the machine ${machine.entry.key} declares no protocol.`,
      'Declare it, e.g. by the name `http`.',
    );
    return { isUncertain: true, doubt, steps: [] };
  }
  const isTcp = message === undefined || protocol === 'bytes';
  return throughPolicies(machine, callerAt(machine, context.cluster), connection, message, isTcp, context);
}

/** ztunnel enforces the policies of a Pod for connections, which it does not read. */
function arriveAtZtunnel(
  workload: Workload,
  connection: Connection,
  message: Message | undefined,
  cluster: Cluster,
): Arrival {
  const { isAllowed, by, reason, doubt } = authorizeAtZtunnel(workload, connection, cluster);
  return isAllowed === false
    ? { refusal: { status: 0, by, reason }, steps: [] }
    : { message, by, isUncertain: isAllowed === undefined, doubt: doubt?.(), steps: [] };
}

/**
 * External authorizers, authentication and authorization of a request at a proxy.
 * @param asker the proxy as what calls external authorizers
 */
export function throughPolicies(
  target: PolicyTarget,
  asker: Caller,
  connection: Connection,
  message: Message | undefined,
  isTcp: boolean,
  context: Context,
): Arrival {
  const { cluster } = context;
  const request = isTcp || !message ? undefined : normalized(message, cluster);
  if (!isTcp && message && !request) {
    return { refusal: { status: 400, reason: UNREADABLE_PATH }, steps: [] };
  }
  const asking = checkAuthorizers(
    target,
    { connection, message: request, isTcp },
    context.authorizersFor(asker),
    cluster,
  );
  const asked = authorizerSteps(asking.asks);
  if (asking.isAllowed === false) {
    return { refusal: { ...asking, status: isTcp ? 0 : asking.status }, steps: asked };
  }
  const read = request && authenticate(target, request, cluster);
  const steps = [...asked, ...(read?.by ? [acceptedBy(read.by)] : [])];
  const verdict = read?.refusal ? undefined : authorize(target, { connection, message: read?.message, isTcp }, cluster);
  const refusal = read?.refusal ?? (verdict?.isAllowed === false ? verdict : undefined);
  const isSettled = refusal !== undefined && (isTcp || refusal.status === asking.status);
  const unknown = isSettled ? undefined : [asking, verdict].find(each => each && each.isAllowed === undefined);
  return {
    ...(refusal
      ? { refusal: { ...refusal, status: isTcp ? 0 : refusal.status } }
      : { message: read?.message ?? message, by: verdict?.by }),
    isUncertain: unknown !== undefined,
    doubt: unknown?.doubt?.(),
    steps,
  };
}

/** What a proxy does either way, if it is unknown whether it reads requests. */
function agreed(bytes: Arrival, request: Arrival, doubt: Unsimulated): Arrival {
  const result = ({ refusal, message }: Arrival) => JSON.stringify([refusal?.status, message]);
  return result(bytes) === result(request)
    ? { ...request, isUncertain: bytes.isUncertain || request.isUncertain, doubt: bytes.doubt ?? request.doubt }
    : { isUncertain: true, doubt, steps: [] };
}

function severalProtocols(name: string, port: number): Unsimulated {
  return new Unsimulated(
    `Services declare different protocols for port ${port} of ${name}.`,
    'Declare the same protocol.',
  );
}

function detectedProtocol(name: string, port: number): Unsimulated {
  return new Unsimulated(
    `The proxy of ${name} detects whether requests arrive on port ${port}, for which its Sidecar has no protocol.`,
    'Declare the port and its protocol in the Sidecar (`spec.ingress`).',
  );
}

/** The external authorizers that are called, one step each. */
export function authorizerSteps(providers: readonly string[]): string[] {
  return providers.map(each => `checked by the external authorizer ${each}`);
}

/** The step of a request whose token a provider has accepted. */
export function acceptedBy(rule: Field): string {
  return `token of ${rule.get('issuer').text} accepted by ${rule.resource.kind} ${rule.resource.key} (${String(rule)})`;
}
