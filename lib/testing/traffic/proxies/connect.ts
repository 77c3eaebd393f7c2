import { type Cluster, type Field, isAutomatic, Membership, membershipOf, modeField, modeFor, NetworkPolicies, offersMutualTls, type Workload } from '../../../manifests';
import type { Caller } from './caller';
import type { Connection } from './connection';
import type { Endpoint } from './endpoints';
import { Unsimulated } from '../unsimulated';

/** A connection that was made, or what kept it from being made. */
export interface Attempt {
  readonly connection?: Connection;
  readonly refusal?: { readonly by?: Field; readonly reason: string };
}

/** Where a connection to a name outside goes: an address of nobody's. */
const SOMEWHERE_OUTSIDE = '203.0.113.1';

/** How a caller secures a connection: as a DestinationRule says, by itself if that is undefined; not at all without a proxy. */
export interface Security {
  readonly tlsMode?: string;
  /** The name that the proxy sends in TLS of its own. */
  readonly serverName?: string;
  /** Whether the host is declared to be outside the mesh, whatever is behind it. */
  readonly isExternal?: boolean;
  /** Whether the proxy only passes bytes on that it knows nothing of. */
  readonly isPassedThrough?: boolean;
}

/** Connects to an endpoint: NetworkPolicies of both sides, then what the callee demands and the caller offers of mutual TLS. */
export function connect(caller: Caller, { workload, outside, port }: Endpoint, security: Security, cluster: Cluster): Attempt {
  const peer = workload ?? { namespace: '', labels: {}, address: outside !== undefined && /^[\d.]+$|:/.test(outside) ? outside : SOMEWHERE_OUTSIDE };
  const from = { namespace: caller.namespace, labels: caller.labels, address: caller.namespace === '' ? caller.address ?? SOMEWHERE_OUTSIDE : caller.address };
  const [blocking] = NetworkPolicies.of(cluster).blocking(from, peer, port);
  if (blocking) {
    return { refusal: { by: blocking.root, reason: `${blocking.kind} ${blocking.key} lets no connection of ${caller.title} to port ${port.number} through, nor does another` } };
  }
  const connection: Connection = { namespace: caller.namespace, labels: caller.labels, address: caller.address, port };
  if (!workload && security.tlsMode === 'ISTIO_MUTUAL' && caller.proxy) {
    return toOutside(caller, outside ?? '', security);
  }
  return workload ? secured(caller, workload, connection, security, cluster) : { connection };
}

/** Outside the mesh no server has a certificate of the mesh; whether one that is declared a part of it has, is not known. */
function toOutside({ title }: Caller, outside: string, { isExternal }: Security): Attempt {
  if (!isExternal) {
    throw new Unsimulated(`${title} speaks mutual TLS of the mesh to ${outside}, which no manifest runs.`, 'Whether it has a proxy is not known.');
  }
  return { refusal: { reason: `${title} speaks mutual TLS of the mesh to ${outside}, which is outside the mesh` } };
}

function secured(caller: Caller, workload: Workload, connection: Connection, security: Security, cluster: Cluster): Attempt {
  const { number } = connection.port;
  const mode = isProxied(workload, number, cluster) ? modeFor(workload, cluster, number) : 'DISABLE';
  // A port that is excluded from the sidecar makes no difference to callers.
  const isMutual = usesMutualTls(caller, security, offersMutualTls(workload, cluster) && modeFor(workload, cluster, number) !== 'DISABLE', cluster);
  const name = `${workload.namespace}/${workload.name}`;
  if (isMutual && mode === 'DISABLE') {
    return { refusal: { by: modeField(workload, cluster, number), reason: `${name} speaks no mutual TLS on port ${number}, and ${caller.title} speaks nothing else` } };
  }
  if (!isMutual && mode === 'STRICT') {
    return { refusal: { by: modeField(workload, cluster, number), reason: `${name} takes mutual TLS alone, and ${caller.title} does not speak it` } };
  }
  return { connection: { ...connection, ...(isMutual ? { identity: caller.proxy?.identity, serverName: security.serverName } : {}) } };
}

function usesMutualTls({ proxy, title }: Caller, { tlsMode, isPassedThrough, isExternal }: Security, isOffered: boolean, cluster: Cluster): boolean {
  if (!proxy?.identity || isPassedThrough) {
    return false;
  }
  switch (tlsMode) {
    case 'ISTIO_MUTUAL': return true;
    case 'DISABLE': return false;
    case undefined: return isAutomatic(cluster) && isOffered && !isExternal;
    default: throw new Unsimulated(`${title} begins TLS of its own (${tlsMode}) to a workload of the cluster.`, 'What the application makes of that is not known.');
  }
}

/** Whether the proxy of a workload gets what comes to a port. */
export function isProxied(workload: Workload, port: number, cluster: Cluster): boolean {
  const membership = membershipOf(workload, cluster);
  if (membership === Membership.AMBIENT) {
    throw new Unsimulated(`${workload.namespace}/${workload.name} is in ambient mode.`, 'Only workloads with sidecars, and those outside the mesh, are simulated.');
  }
  const excluded = (workload.annotations['traffic.sidecar.istio.io/excludeInboundPorts'] ?? '').split(',').map(Number);
  return membership === Membership.SIDECAR && !excluded.includes(port);
}
