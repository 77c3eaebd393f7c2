import { type Cluster, Membership, membershipOf, modeField, modeFor, type Workload } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Caller } from './caller';
import { acceptsHbone } from './hbone';
import type { Attempt, Connection } from './connection';
import type { Security } from './security';

/** Whether ztunnel accepts the connections to the Pods of a workload. */
export function isAmbient(workload: Workload, cluster: Cluster): boolean {
  return membershipOf(workload, cluster) === Membership.AMBIENT;
}

/**
 * Whether a connection to Pods is carried in HBONE: to Pods in ambient mode from all proxies of Istio, and from ztunnel
 * and waypoints to sidecars that accept it. Throws where that depends on settings that manifests do not have.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/xds/endpoints/endpoint_builder.go
 */
export function isTunnelled(
  { title, proxy }: Caller,
  workload: Workload | undefined,
  { tlsMode, backendTls, isPassedThrough }: Security,
  cluster: Cluster,
): boolean {
  if (!workload) {
    return false;
  }
  const isToAmbient = isAmbient(workload, cluster);
  const isOfSidecar = proxy !== undefined && !proxy.isZtunnel && !proxy.isGateway;
  const name = `${workload.namespace}/${workload.name}`;
  if ((proxy?.isZtunnel ?? proxy?.isWaypoint) && membershipOf(workload, cluster) === Membership.SIDECAR) {
    if (!acceptsHbone(workload, cluster)) {
      throw new Unsimulated(
        `${title} is in ambient mode and connects to ${name}, which has a sidecar: whether that accepts HBONE is unknown.`,
        "Set `ISTIO_META_ENABLE_HBONE: 'true'` in `proxyMetadata` of the annotation `proxy.istio.io/config` of its Pods, "
          + 'or add the mesh configuration that has it.',
      );
    }
    return true;
  }
  if (isToAmbient && isOfSidecar && proxy.mayDisableHbone) {
    throw new Unsimulated(
      `${title} has a sidecar and connects to ${name}, which is in ambient mode: whether it sends HBONE is unknown.`,
      'Remove `ISTIO_META_DISABLE_HBONE_SEND` from the settings of its proxy.',
    );
  }
  if (isToAmbient && ((tlsMode !== undefined && tlsMode !== 'ISTIO_MUTUAL') || backendTls)) {
    throw new Unsimulated(
      `${title} originates TLS to ${name}, which is in ambient mode.`,
      'Remove the TLS settings: mutual TLS is automatic.',
    );
  }
  return isToAmbient && proxy?.identity !== undefined && !(isOfSidecar && isPassedThrough);
}

/** A connection in HBONE that arrives at the sidecar of the Pods, which proves the identity as mutual TLS would. */
export function atSidecar(
  caller: Caller,
  workload: Workload,
  connection: Connection,
  isRead: boolean,
  cluster: Cluster,
): Attempt {
  const { number } = connection.port;
  if (!isRead || modeFor(workload, cluster, number) === 'DISABLE') {
    throw new Unsimulated(
      `${caller.title} connects by HBONE to port ${number} of ${workload.namespace}/${workload.name}, whose sidecar `
        + 'passes it on or has mutual TLS disabled.',
      'Remove the port from `excludeInboundPorts`, and the mode DISABLE.',
    );
  }
  return { connection: { ...connection, identity: caller.proxy?.identity } };
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
