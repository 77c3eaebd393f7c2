import { allowsPort, type Cluster, type Field, namesOfPort, NetworkPolicies, type PeerPort } from '../../manifests';
import type { GatewayListener } from './listener';

/** Why a client cannot connect to a gateway from an address. */
export interface RefusedConnection {
  readonly by: Field;
  readonly reason: string;
}

/**
 * Whether a client outside can connect to the Pods of a gateway from an address, by the NetworkPolicies of the Pods.
 * Undefined if it can.
 */
export function refusedConnection(
  listener: GatewayListener,
  address: string,
  cluster: Cluster,
): RefusedConnection | undefined {
  const { caller, podPort } = listener;
  const client = { namespace: '', labels: {}, address };
  const [blocking] = NetworkPolicies.of(cluster).blocking(client, caller, portOf(listener, cluster));
  if (blocking) {
    return {
      by: blocking.root,
      reason:
        `${blocking.kind} ${blocking.key} does not allow connections from ${address} to port ${podPort} of `
        + `${caller.title}, and no other policy does`,
    };
  }
  return undefined;
}

/** What is assumed where NetworkPolicies of the Pods do not allow every address, and that of the client is unknown. */
export function assumedAddress(listener: GatewayListener, cluster: Cluster): string | undefined {
  const { caller } = listener;
  const port = portOf(listener, cluster);
  const rules = NetworkPolicies.of(cluster).rulesFor(caller, 'ingress');
  return !rules || rules.some(JSON.stringify(port), rule => allowsPort(rule, port) && isForAll(rule.get('from')))
    ? undefined
    : `assumption: the client connects from an address that the NetworkPolicies of ${caller.title} allow`;
}

function isForAll(peers: Field): boolean {
  const blocks = peers.items.map(each => each.get('ipBlock'));
  return (
    blocks.length === 0
    || blocks.some(each => each.get('cidr').text === '0.0.0.0/0' && each.get('except').items.length === 0)
  );
}

function portOf({ caller, podPort }: GatewayListener, cluster: Cluster): PeerPort {
  const pods = cluster.workloads.select(caller.labels, caller.namespace);
  return { number: podPort, names: pods.flatMap(each => namesOfPort(podPort, each)), protocol: 'TCP' };
}
