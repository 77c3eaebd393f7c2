import type { k8s } from 'cdk8s-plus-27';
import { type ExternalService, type IService, type Peer as AllowedPeer, type Port, Service } from '../topology';
import { addressesOf, type ClusterNetwork } from './cluster-network';
import { IntOrString } from './generated';
import type { Labels } from './topology-chart';

/** Who a rule of a NetworkPolicy allows. */
export type Peer = k8s.NetworkPolicyPeer;

/** The pods of a service, or the addresses of its machines. The policies of all its callers and callees share them. */
export function peersAt(service: IService): Peer[] {
  const known = PEERS.get(service);
  if (known) {
    return known;
  }
  const machines = service instanceof Service ? service.objects.machines : undefined;
  const peers = machines
    ? machines.cidrs.map(cidr => ({ ipBlock: { cidr } }))
    : [pods(service.namespace, service.selector)];
  PEERS.set(service, peers);
  return peers;
}

const PEERS = new WeakMap<IService, Peer[]>();

/** The peer that selects the pods with these labels in a namespace. */
export function pods(namespace: string, labels: Labels): Peer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: labels },
  };
}

/** A caller outside the topology: its addresses, or pods of its namespace. */
export function peersOf({ namespace = '', podLabels, addresses }: AllowedPeer): Peer[] {
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  return addresses
    ? addresses.map(cidr => ({ ipBlock: { cidr } }))
    : [podLabels ? pods(namespace, podLabels) : { namespaceSelector }];
}

/** A TCP port in a NetworkPolicy: the port of the pod, not of the Service. */
export function tcp(port: number): k8s.NetworkPolicyPort {
  return { protocol: 'TCP', port: new IntOrString(port) };
}

/** Connections to an external service: to its addresses, or to the pods of its egress gateway. */
export function egressTo(external: ExternalService, port: Port, network: ClusterNetwork): k8s.NetworkPolicyEgressRule {
  const { egressGateway: gateway } = external;
  return gateway
    ? {
        to: [pods(gateway.namespace, gateway.selector)],
        ports: [tcp(gateway.listener(external, port)?.number ?? port.target)],
      }
    : { to: addressesOf(external, network), ports: [tcp(port.target)] };
}

/** Each rule once; undefined for none, since the API server has no use for an empty list. */
export function distinct<T>(rules: T[]): T[] | undefined {
  return rules.length === 0 ? undefined : [...new Map(rules.map(rule => [JSON.stringify(rule), rule])).values()];
}
