import type { k8s } from 'cdk8s-plus-27';
import { type Callee, ExternalService, Service } from '../topology';
import { anyOutside, type ClusterNetwork } from './cluster-network';
import { declareGenerated } from './declared-object';
import { NETWORK_POLICY } from './generated';
import { distinct, egressTo, type Peer, peersAt, peersOf, pods, tcp } from './network-peers';
import type { ProxyPods, Target, Tunnel } from './target';
import type { ITopologyChart } from './topology-chart';

/**
 * A NetworkPolicy for each proxy before services: connections in the tunnel from their callers, and to their pods or to
 * the external services.
 */
export function renderForProxies(chart: ITopologyChart, network: ClusterNetwork, mesh: Target, tunnel: Tunnel): void {
  for (const [proxy, callees] of proxiesOf(chart, tunnel)) {
    const { name, namespace, labels } = proxy;
    declareGenerated(chart.scopeOfNamespace(namespace), `network-policy-${name}`, NETWORK_POLICY, {
      metadata: { name, namespace },
      spec: {
        podSelector: { matchLabels: labels },
        policyTypes: ['Ingress', 'Egress'],
        ingress: distinct(
          callees.flatMap(callee =>
            sourcesOf(chart, mesh, tunnel, callee).map(from => ({ from, ports: [tcp(tunnel.port)] })),
          ),
        ),
        egress: distinct(
          callees.flatMap(callee => (callee instanceof Service ? toPods(tunnel, callee, network) : toOutside(callee))),
        ),
      },
    });
  }

  function toOutside(callee: Callee): k8s.NetworkPolicyEgressRule[] {
    return callee instanceof ExternalService ? callee.ports.map(port => egressTo(callee, port, network)) : [];
  }
}

/** Each proxy before services of the chart, with these. */
function proxiesOf({ topology }: ITopologyChart, tunnel: Tunnel): Map<ProxyPods, Callee[]> {
  const byPlace = new Map<string, [ProxyPods, Callee[]]>();
  for (const callee of [...topology.services.filter(each => !each.isForeign), ...topology.externals]) {
    const proxy = tunnel.proxyBefore(callee);
    if (proxy) {
      const place = `${proxy.namespace}/${proxy.name}`;
      byPlace.set(place, [proxy, [...(byPlace.get(place)?.[1] ?? []), callee]]);
    }
  }
  return new Map(byPlace.values());
}

/** The pods that connect to a callee through its proxy. */
function sourcesOf({ topology }: ITopologyChart, { gateway }: Target, tunnel: Tunnel, callee: Callee): Peer[][] {
  const edges =
    gateway && callee instanceof Service
      ? topology.edges.filter(
          edge =>
            edge.destinations.some(({ service }) => service === callee)
            && tunnel.proxyBefore(callee, edge) !== undefined,
        )
      : [];
  const peers = callee instanceof Service ? callee.allowedPeers.filter(({ peer }) => peer.hasIdentity) : [];
  return [
    ...callee.incomingCalls
      .filter(({ caller }) => caller.inMesh && tunnel.proxyBefore(callee, caller) !== undefined)
      .map(({ caller }) => peersAt(caller)),
    ...edges.flatMap(edge => (gateway ? [[pods(gateway.namespaceOf(edge), gateway.labelsOf(edge))]] : [])),
    ...peers.map(({ peer }) => peersOf(peer)),
  ];
}

/** The pods of a service, and the registries of the modules that the proxy runs for it. */
function toPods(tunnel: Tunnel, service: Service, { cidrs }: ClusterNetwork): k8s.NetworkPolicyEgressRule[] {
  return [
    { to: peersAt(service), ports: [tcp(tunnel.port)] },
    ...(service.objects.proxyExtensions?.some(({ module }) => module)
      ? [{ to: anyOutside(cidrs), ports: [tcp(443)] }]
      : []),
  ];
}
