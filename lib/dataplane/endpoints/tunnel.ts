import { type Cluster, Membership, membershipOf, modeField, modeFor, type Workload } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Caller } from './caller';
import type { Attempt, Connection } from './connection';
import type { Security } from './security';

/** Whether ztunnel accepts the connections to the Pods of a workload. */
export function isAmbient(workload: Workload, cluster: Cluster): boolean {
  return membershipOf(workload, cluster) === Membership.AMBIENT;
}

/**
 * Whether a connection to Pods is carried in HBONE: from ztunnel, waypoints and gateways of Istio to Pods in ambient
 * mode. Throws where it depends on whether sidecars were installed with HBONE.
 */
export function isTunnelled(
  { title, proxy }: Caller,
  workload: Workload | undefined,
  { tlsMode, backendTls }: Security,
  cluster: Cluster,
): boolean {
  if (!workload) {
    return false;
  }
  const isToAmbient = isAmbient(workload, cluster);
  const speaksHbone = proxy?.isZtunnel === true || proxy?.isGateway === true;
  const isOfSidecar = proxy !== undefined && !speaksHbone;
  const name = `${workload.namespace}/${workload.name}`;
  if (
    isToAmbient
      ? isOfSidecar
      : (proxy?.isZtunnel ?? proxy?.isWaypoint) && membershipOf(workload, cluster) === Membership.SIDECAR
  ) {
    throw new Unsimulated(
      `${title} connects to ${name}, and one of both is in ambient mode, the other has a sidecar.`,
      'Test it in a cluster: it depends on whether HBONE is enabled for sidecars.',
    );
  }
  if (isToAmbient && ((tlsMode !== undefined && tlsMode !== 'ISTIO_MUTUAL') || backendTls)) {
    throw new Unsimulated(
      `${title} originates TLS to ${name}, which is in ambient mode.`,
      'Remove the TLS settings: mutual TLS is automatic.',
    );
  }
  return isToAmbient && speaksHbone && proxy?.identity !== undefined;
}

/** A connection that arrives at ztunnel of the Pods: with the identity of the caller in HBONE, without one else. */
export function atZtunnel(
  caller: Caller,
  workload: Workload,
  connection: Connection,
  isInTunnel: boolean,
  cluster: Cluster,
): Attempt {
  const { number } = connection.port;
  if (!isInTunnel && modeFor(workload, cluster, number) === 'STRICT') {
    return {
      refusal: {
        by: modeField(workload, cluster, number),
        reason: `${workload.namespace}/${workload.name} requires mutual TLS, and ${caller.title} does not use it`,
      },
    };
  }
  return {
    connection: { ...connection, isAtZtunnel: true, ...(isInTunnel ? { identity: caller.proxy?.identity } : {}) },
  };
}
