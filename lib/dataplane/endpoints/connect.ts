import { isIP } from 'node:net';
import {
  type Cluster,
  type Field,
  isAutomatic,
  Kind,
  modeField,
  modeFieldBy,
  modeFor,
  NetworkPolicies,
  type Workload,
} from '../../manifests';
import { verifyCertificate } from './backend-certificates';
import type { BackendTls } from './backend-tls';
import type { Caller } from './caller';
import { capturesInbound } from './capture';
import type { Attempt, Connection } from './connection';
import type { Endpoint, Machine } from './endpoints';
import { inboundPort } from './inbound-ports';
import { policiesFor } from './policy-target';
import { acceptsMutualTls, hasSidecar, isGatewayPod } from './membership';
import { Unsimulated } from '../messages/unsimulated';
import type { Security } from './security';
import { LINKERD_INBOUND, linkerdConnection } from './linkerd';
import { atSidecar, atZtunnel, isAmbient, isTunnelled } from './tunnel';
import { HBONE } from './waypoints';

/** The address of a client outside that is unknown: a documentation address. */
const SOMEWHERE_OUTSIDE = '203.0.113.1';

/** Connects to an endpoint: NetworkPolicies of both sides, then the mutual TLS of callee and caller. */
export function connect(caller: Caller, endpoint: Endpoint, security: Security, cluster: Cluster): Attempt {
  const { workload, outside, machine, port } = endpoint;
  const { backendTls } = security;
  if (backendTls?.authorities.problem !== undefined) {
    return { refusal: { by: backendTls.at, reason: invalidPolicy(backendTls) } };
  }
  const from = {
    namespace: caller.namespace,
    labels: caller.labels,
    address: caller.namespace === '' ? (caller.address ?? SOMEWHERE_OUTSIDE) : caller.address,
  };
  const policies = NetworkPolicies.of(cluster);
  const isInTunnel = isTunnelled(caller, workload, security, cluster);
  const ofLinkerd = workload && linkerdConnection(caller, workload, port.number, cluster);
  const arriving = isInTunnel ? HBONE : ofLinkerd?.identity ? LINKERD_INBOUND : port;
  const between = workload && policies.verdict(from, workload, arriving);
  const blocking = between
    ? between.undecided
      ? undefined
      : between.blocking
    : policies.blockingOutside(from, addressesOf(endpoint), port);
  const [first] = blocking ?? [];
  if (first) {
    return {
      refusal: {
        by: first.root,
        reason:
          `${first.kind} ${first.key} does not allow connections from ${caller.title} to port `
          + `${arriving.number}, and no other policy does`,
      },
    };
  }
  const connection: Connection = { namespace: caller.namespace, labels: caller.labels, address: caller.address, port };
  if (machine) {
    return toMachine(caller, machine, connection, security, cluster);
  }
  if (!workload && security.tlsMode === 'ISTIO_MUTUAL' && caller.proxy) {
    return toOutside(caller, outside ?? '', security);
  }
  if (workload) {
    const attempt = isAmbient(workload, cluster)
      ? atZtunnel(caller, workload, connection, isInTunnel, cluster)
      : ofLinkerd
        ? { connection: { ...connection, linkerd: ofLinkerd } }
        : isInTunnel
          ? atSidecar(caller, workload, connection, isProxied(workload, port.number, cluster), cluster)
          : secured(caller, workload, connection, security, cluster);
    return attempt.refusal || !between?.undecided
      ? attempt
      : { ...attempt, doubt: unknownPod(caller, workload, arriving.number, between.undecided) };
  }
  return { connection, ...(blocking ? {} : { doubt: unknownAddress(caller, endpoint) }) };
}

function addressesOf({ outside = '', addresses }: Endpoint): readonly string[] | undefined {
  return addresses ?? (isIP(outside) === 0 ? undefined : [outside]);
}

function unknownPod({ title }: Caller, { namespace, name }: Workload, port: number, block: Field): Unsimulated {
  return new Unsimulated(
    `NetworkPolicy ${block.resource.key} allows the addresses ${block.get('cidr').text}, and manifests do not have `
      + `those of Pods: whether ${title} connects to port ${port} of ${namespace}/${name} depends on the network.`,
    'Allow Pods by a podSelector or namespaceSelector, and add their addresses to the exceptions of the block.',
  );
}

function unknownAddress({ title }: Caller, { outside = '', addresses, port }: Endpoint): Unsimulated {
  const what = addresses ? `the address of ${outside}, one of ${addresses.join(', ')},` : `the address of ${outside}`;
  return new Unsimulated(
    `NetworkPolicies allow ${title} to connect to some addresses on port ${port.number}, and ${what} is unknown.`,
    addresses
      ? 'Send the request to one of the addresses.'
      : 'Send the request to an address, or declare those of the host in a ServiceEntry with `resolution: NONE`.',
  );
}

/**
 * Outside the mesh no server has a certificate of the mesh; whether a host declared as part of the mesh has one is
 * unknown.
 */
function toOutside({ title }: Caller, outside: string, { isExternal }: Security): Attempt {
  if (!isExternal) {
    throw new Unsimulated(
      `${title} uses mesh mutual TLS to ${outside}, which is not in the manifests.`,
      'Declare the host as MESH_EXTERNAL, or add its workload: whether it has a proxy is unknown.',
    );
  }
  return { refusal: { reason: `${title} uses mesh mutual TLS to ${outside}, which is outside the mesh` } };
}

/** Callers use mutual TLS to a machine with an identity by themselves. */
function toMachine(
  caller: Caller,
  machine: Machine,
  connection: Connection,
  security: Security,
  cluster: Cluster,
): Attempt {
  const { number } = connection.port;
  const selecting = policiesFor(machine, Kind.PEER_AUTHENTICATION, cluster).find(
    each => each.namespace === machine.namespace && each.spec.get('selector', 'matchLabels').entries.length > 0,
  );
  const by = modeFieldBy(selecting, machine.namespace, cluster, number);
  const mode = by?.text;
  const isMutual = usesMutualTls(caller, security, mode !== 'DISABLE', cluster);
  if (isMutual ? mode === 'DISABLE' : mode === 'STRICT') {
    const what = isMutual ? 'does not accept mutual TLS' : 'requires mutual TLS';
    return { refusal: { by, reason: `the machine ${machine.entry.key} ${what}, unlike ${caller.title}` } };
  }
  return { connection: { ...connection, ...proofOf(caller, isMutual, security) } };
}

function secured(
  caller: Caller,
  workload: Workload,
  connection: Connection,
  security: Security,
  cluster: Cluster,
): Attempt {
  const { number } = connection.port;
  if (isGatewayPod(workload)) {
    // Its servers decide about TLS, no PeerAuthentication.
    const proof = proofOf(caller, usesMutualTls(caller, security, false, cluster), security);
    return { connection: { ...connection, ...proof, isAtServers: true } };
  }
  if (security.backendTls) {
    return encrypted(caller, workload, connection, security.backendTls, cluster);
  }
  const mode = isProxied(workload, number, cluster) ? modeFor(workload, cluster, number) : 'DISABLE';
  // Callers do not know about ports that are excluded from the sidecar.
  const isMutual = usesMutualTls(
    caller,
    security,
    acceptsMutualTls(workload, cluster) && modeFor(workload, cluster, number) !== 'DISABLE',
    cluster,
  );
  const name = `${workload.namespace}/${workload.name}`;
  if (isMutual && mode === 'DISABLE') {
    return {
      refusal: {
        by: modeField(workload, cluster, number),
        reason: `${name} does not accept mutual TLS on port ${number}, and ${caller.title} requires it`,
      },
    };
  }
  if (!isMutual && mode === 'STRICT') {
    return {
      refusal: {
        by: modeField(workload, cluster, number),
        reason: `${name} requires mutual TLS, and ${caller.title} does not use it`,
      },
    };
  }
  return {
    connection: { ...connection, ...proofOf(caller, isMutual, security), isEncrypted: security.isEncrypted },
  };
}

function proofOf({ proxy }: Caller, isMutual: boolean, { serverName }: Security): Partial<Connection> {
  return isMutual ? { identity: proxy?.identity, serverName } : {};
}

/** Why a proxy has no settings for the TLS of a policy, so that it does not connect at all. */
export function invalidPolicy({ at, authorities }: BackendTls): string {
  return `BackendTLSPolicy ${at.resource.key} is invalid: ${authorities.problem ?? ''}`;
}

/**
 * TLS of the caller's proxy that ends at the application: one in the mesh has a proxy before it, which passes TLS on if
 * it requires none itself, unless the port is declared for requests.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/filterchain_options.go
 */
function encrypted(
  { title }: Caller,
  workload: Workload,
  connection: Connection,
  tls: BackendTls,
  cluster: Cluster,
): Attempt {
  const { number } = connection.port;
  const [name, policy] = [`${workload.namespace}/${workload.name}`, `BackendTLSPolicy ${tls.at.resource.key}`];
  if (isProxied(workload, number, cluster)) {
    if (modeFor(workload, cluster, number) === 'STRICT') {
      const by = modeField(workload, cluster, number);
      return { refusal: { by, reason: `${name} requires mutual TLS, and ${title} uses that of ${policy}` } };
    }
    const { reads, tls: terminated, doubt } = inboundPort(workload, number, cluster);
    if (doubt ?? terminated) {
      throw doubt ?? new Unsimulated(`A Sidecar has TLS end at the proxy of ${name}.`, 'Use the TLS of the mesh.');
    }
    if (reads.includes('requests')) {
      if (reads.length > 1) {
        throw new Unsimulated(`Services declare different protocols for port ${number} of ${name}.`, 'Declare one.');
      }
      return {
        refusal: { by: tls.at, reason: `port ${number} of ${name} is declared for plain text, and ${title} uses TLS` },
      };
    }
  }
  const { problem, certificate } = verifyCertificate(tls, workload, cluster);
  return problem === undefined
    ? {
        connection: { ...connection, isEncrypted: true },
        step: `TLS with server name ${tls.serverName} by ${policy}, to ${certificate}`,
      }
    : {
        refusal: {
          by: tls.at,
          reason: `${policy} does not accept the certificate of ${name}: ${certificate} ${problem}`,
        },
      };
}

function usesMutualTls(
  { proxy, title }: Caller,
  { tlsMode, isPassedThrough, isExternal }: Security,
  isOffered: boolean,
  cluster: Cluster,
): boolean {
  if (!proxy?.identity || isPassedThrough) {
    return false;
  }
  switch (tlsMode) {
    case 'ISTIO_MUTUAL':
      return true;
    case 'DISABLE':
      return false;
    case undefined:
      return isAutomatic(cluster) && isOffered && !isExternal;
    default:
      throw new Unsimulated(
        `${title} originates TLS (${tlsMode}) to a workload of the cluster.`,
        'Remove the TLS settings, or test it in a cluster: whether the application accepts TLS is unknown.',
      );
  }
}

/** Whether traffic to a port passes the proxy of the workload. */
export function isProxied(workload: Workload, port: number, cluster: Cluster): boolean {
  return !isGatewayPod(workload) && hasSidecar(workload, cluster) && capturesInbound(workload, port);
}
