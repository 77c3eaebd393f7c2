import type { Call } from './call';
import { ClusterServiceKind, ExternalService } from './external';
import { shareAddresses } from './external-props';
import { type Port, Protocol } from './port';
import { ValidationError } from './validation-error';

/**
 * Refuses a host outside that nothing tells apart from another callee on one port. Without addresses in its
 * ServiceEntry, the proxy of the caller goes by the `Host` header or by the name in TLS, which plain TCP has not:
 * connections to one host would reach the other. Services of the cluster with requests have that listener, too.
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0134/
 */
export function rejectOnePortOutside(path: string, call: Call, others: readonly Call[]): void {
  rejectUnusable(path, call);
  const rival = others.find(
    ({ callee, port }) =>
      callee !== call.callee
      && port.number === call.port.number
      && !areToldApart(port, call.port)
      && (callee instanceof ExternalService
        ? call.callee instanceof ExternalService
          ? !haveOwnAddresses(callee, call.callee)
          : hasListenerOf(callee, call)
        : call.callee instanceof ExternalService && hasListenerOf(call.callee, { port, caller: call.caller })),
  );
  if (rival) {
    throw new ValidationError({
      code: 'IndistinctHosts',
      path,
      summary:
        `${call.callee.name} and ${rival.callee.name} are both dialled on port ${call.port.number}, `
        + `as ${call.port.protocol} and ${rival.port.protocol}: nothing in such a connection names its host, `
        + 'so one could reach the other.',
      fix:
        'Give the `addresses` of the hosts outside, use another port for one of them, `Port.tls` for both if the caller '
        + 'uses TLS from the first byte, '
        + 'or a service for each call.',
    });
  }
}

/**
 * Refuses what the caller of an external service cannot have: one address of many, or TLS without a proxy of its own.
 */
function rejectUnusable(path: string, { caller, callee, port, addressEnvVar, policy }: Call): void {
  if (!(callee instanceof ExternalService)) {
    return;
  }
  rejectWithoutProxy(path, caller, callee, port);
  if (addressEnvVar !== undefined && !callee.hasOneName) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: `${callee.name} is no single host, so ${addressEnvVar} has no address to be set to.`,
      fix: 'Leave `addressEnvVar` out, or declare the host that is called.',
    });
  }
  if (callee.egressGateway && !caller.inMesh) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `${caller.name} has no proxy, so no identity by which ${callee.egressGateway.name} could allow it.`,
      fix: `Add ${caller.name} to the mesh, or leave \`egressGateway\` of ${callee.name} out.`,
    });
  }
  if (callee.egressGateway && policy.rewrite?.host !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `${callee.egressGateway.name} routes by the host, which the call rewrites.`,
      fix: 'Leave `rewrite.host` out, or have the caller send that host.',
    });
  }
  if (callee.tlsOrigination && !caller.inMesh) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `${caller.name} has no proxy that could originate TLS, so its requests would leave in plaintext.`,
      fix: `Add ${caller.name} to the mesh, or declare the port with TLS that it originates itself.`,
    });
  }
  if (callee.tlsOrigination?.secret !== undefined && !callee.egressGateway && caller.exists) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary:
        `The pods of ${caller.name} exist already, so the client certificate cannot be mounted into their `
        + 'proxies.',
      fix: 'Use TlsOrigination.simple, or have this topology render the caller.',
    });
  }
}

/** Rejects what proxies alone do on the way to a host outside: another port, and the name of the host in requests. */
function rejectWithoutProxy(path: string, caller: Call['caller'], callee: ExternalService, port: Port): void {
  const isMapped = port.number !== port.target && callee.clusterService !== ClusterServiceKind.ENDPOINTS;
  const isRenamed = port.carriesRequests && callee.clusterService === ClusterServiceKind.EXTERNAL_NAME;
  if (!caller.inMesh && (isMapped || isRenamed)) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: isMapped
        ? `${caller.name} has no proxy, so it connects to port ${port.number} itself, not to ${port.target}.`
        : `${caller.name} has no proxy, so its requests would have "${callee.name}" as their host, not ${callee.host}.`,
      fix: `Add ${caller.name} to the mesh, or leave ${isMapped ? '`target`' : '`clusterService`'} of ${callee.name} out.`,
    });
  }
}

/** Whether both are known by addresses that the other does not have. */
function haveOwnAddresses({ addresses: one }: ExternalService, { addresses: other }: ExternalService): boolean {
  return one !== undefined && other !== undefined && !shareAddresses(one, other);
}

/** Whether an external service has the listener of a port that requests to services of the cluster pass. */
function hasListenerOf({ addresses }: ExternalService, { port, caller }: Pick<Call, 'caller' | 'port'>): boolean {
  return addresses === undefined && caller.inMesh && port.carriesRequests;
}

function areToldApart(one: Port, other: Port): boolean {
  return (
    (one.carriesRequests && other.carriesRequests) || (one.protocol === Protocol.TLS && other.protocol === Protocol.TLS)
  );
}
