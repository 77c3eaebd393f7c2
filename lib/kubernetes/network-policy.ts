import type { k8s } from 'cdk8s-plus-27';
import { type Edge, type EgressGateway, ExternalService, type Port, Service } from '../topology';
import { anyOutside, type ClusterNetwork } from './cluster-network';
import type { EdgeGateway } from './edge-gateway';
import { distinct, egressTo, peersAt, peersOf, pods, tcp } from './network-peers';
import { renderForProxies } from './proxy-policies';
import { destinationsAt, fromProxy, portAt, portsAt, sourcesOf, throughProxy } from './tunnelled-connections';
import { elsewhere, hostElsewhere, podsElsewhere } from './elsewhere';
import type { Target, Tunnel } from './target';
import type { ITopologyChart } from './topology-chart';
import { declareGenerated } from './declared-object';
import { NETWORK_POLICY } from './generated';

/**
 * A default deny in every namespace that the topology owns, and for each service and edge only the declared
 * connections. In other namespaces only the pods of services and gateways are selected.
 */
export function renderNetworkPolicies(chart: ITopologyChart, mesh: Target, network: ClusterNetwork): void {
  const { gateway } = mesh;
  const always = baseline(mesh, network);
  const tunnel = mesh.tunnel();
  chart.topology.ownNamespaces.forEach(name => renderDefault(chart, always, name));
  const gatesByService = new Map<Service, Gate[]>();
  for (const edge of chart.topology.edges) {
    if (!gateway) {
      continue;
    }
    for (const { service, port } of edge.destinations) {
      gatesByService.set(service, [...(gatesByService.get(service) ?? []), { gateway, edge, port }]);
    }
    renderForEdge(chart, always, gateway, edge, tunnel);
  }
  chart.topology.services
    // Machines have no pods that a NetworkPolicy could select.
    .filter(each => !each.isForeign && !each.objects.machines)
    .forEach(service => renderForService(chart, always, network, service, gatesByService.get(service) ?? [], tunnel));
  chart.topology.egressGateways.forEach(each => renderForEgressGateway(chart, network, each));
  if (tunnel) {
    renderForProxies(chart, network, mesh, tunnel);
  }
}

interface Gate {
  readonly gateway: EdgeGateway;
  readonly edge: Edge;
  readonly port: Port;
}

interface Rules {
  readonly ingress: k8s.NetworkPolicyIngressRule[];
  readonly egress: k8s.NetworkPolicyEgressRule[];
}

/** DNS and the mesh's own connections. */
function baseline(mesh: Target, { dns }: ClusterNetwork): Rules {
  const { ingress, egress } = mesh.systemConnections();
  return { ingress, egress: [dns.egress, ...egress] };
}

/** The rules that a workload's policy must repeat in a namespace that has no default policy of the topology. */
function baselineOutside(chart: ITopologyChart, always: Rules, namespace: string): Rules {
  return chart.topology.owns(namespace) ? { ingress: [], egress: [] } : always;
}

function renderDefault(chart: ITopologyChart, always: Rules, namespace: string): void {
  declareGenerated(chart.scopeOfNamespace(namespace), 'network-policy', NETWORK_POLICY, {
    metadata: { name: 'default-deny', namespace },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: distinct(always.ingress),
      egress: distinct(always.egress),
    },
  });
}

function renderForService(
  chart: ITopologyChart,
  always: Rules,
  network: ClusterNetwork,
  service: Service,
  gates: Gate[],
  tunnel: Tunnel | undefined,
): void {
  const repeated = baselineOutside(chart, always, service.namespace);
  const ingress = [
    ...repeated.ingress,
    ...service.incomingCalls.map(({ caller, port }) => ({
      from: sourcesOf(tunnel, service, caller),
      ports: [portAt(tunnel, service, port, caller)],
    })),
    ...gates.map(({ gateway, edge, port }) => ({
      from: fromProxy(tunnel, service, edge) ?? [pods(gateway.namespaceOf(edge), gateway.labelsOf(edge))],
      ports: [portAt(tunnel, service, port)],
    })),
    ...service.allowedPeers.map(({ peer, port }) => ({
      from: (peer.hasIdentity ? fromProxy(tunnel, service) : undefined) ?? peersOf(peer),
      ports: portsAt(tunnel, service, port, peer.hasIdentity),
    })),
    // A dry run of the mesh's policies reports the callers that would be denied, so they have to arrive.
    ...(service.objects.authorizationDryRun !== undefined && service.ports.length > 0
      ? [{ from: [{ namespaceSelector: {} }], ports: service.ports.map(({ target }) => tcp(target)) }]
      : []),
  ];
  const egress = [
    ...repeated.egress,
    ...service.outgoingCalls.map(({ callee, port }) =>
      callee instanceof Service
        ? { to: destinationsAt(tunnel, callee, service), ports: [portAt(tunnel, callee, port, service)] }
        : callee instanceof ExternalService
          ? (throughProxy(tunnel, service, callee) ?? egressTo(callee, port, network))
          : { ports: [tcp(port.target)], to: [] },
    ),
    // The agent of the proxy loads modules from their registry.
    ...(!tunnel && service.objects.proxyExtensions?.some(({ module }) => module)
      ? [{ to: anyOutside(network.cidrs), ports: [tcp(443)] }]
      : []),
    ...(service.objects.outboundTraffic?.isAny ? [{ to: anyOutside(network.cidrs) }] : []),
  ];
  declareGenerated(chart.scopeOf(service), 'network-policy', NETWORK_POLICY, {
    metadata: {
      name: service.name,
      namespace: service.namespace,
      ...elsewhere(
        podsElsewhere(service),
        service.outgoingCalls.flatMap(({ callee }) => hostElsewhere(callee)),
      ),
    },
    spec: {
      podSelector: { matchLabels: service.selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: distinct(ingress),
      egress: distinct(egress),
    },
  });
}

/**
 * An edge allows all sources, or only the addresses of its front, and connects to the services of its routes. Policies
 * in the gateway's own namespace belong to its operator: there only the addresses of the front are rendered.
 */
function renderForEdge(
  chart: ITopologyChart,
  always: Rules,
  gateway: EdgeGateway,
  edge: Edge,
  tunnel: Tunnel | undefined,
): void {
  const namespace = gateway.namespaceOf(edge);
  const isOurs = namespace === edge.namespace || chart.topology.owns(namespace);
  const addresses = edge.front?.addresses;
  if (!isOurs && !addresses) {
    return;
  }
  const repeated = baselineOutside(chart, always, namespace);
  const isMeasured = edge.routes.some(({ service }) => service.objects.slo);
  const metrics = gateway.metricsPort !== undefined && isMeasured ? [tcp(gateway.metricsPort)] : [];
  const scraping = metrics.length > 0 ? [{ from: [{ namespaceSelector: {} }], ports: metrics }] : [];
  const from = addresses?.map(cidr => ({ ipBlock: { cidr } }));
  const egress = [
    ...repeated.egress,
    ...edge.destinations.map(({ service, port }) => ({
      to: fromProxy(tunnel, service, edge) ?? peersAt(service),
      ports: [portAt(tunnel, service, port)],
    })),
  ];
  declareGenerated(chart.scopeOf(edge), 'network-policy', NETWORK_POLICY, {
    metadata: { name: isOurs ? edge.name : gateway.serviceNameOf(edge), namespace },
    spec: {
      podSelector: { matchLabels: gateway.labelsOf(edge) },
      policyTypes: isOurs ? ['Ingress', 'Egress'] : ['Ingress'],
      ingress: [...(isOurs ? repeated.ingress : scraping), { from, ports: gateway.portsOf(edge).map(tcp) }],
      egress: isOurs ? distinct(egress) : undefined,
    },
  });
}

/** The callers of an egress gateway, and the external services that it connects to. Its namespace has a default deny. */
function renderForEgressGateway(chart: ITopologyChart, network: ClusterNetwork, gateway: EgressGateway): void {
  const { name, namespace, selector, listeners } = gateway;
  const ingress = listeners.flatMap(({ external, port, number }) =>
    external.incomingCalls
      .filter(call => call.port === port)
      .map(({ caller }) => ({ from: peersAt(caller), ports: [tcp(number)] })),
  );
  // What passes it has no declared addresses.
  const egress = listeners.map(({ port }) => ({ to: anyOutside(network.cidrs), ports: [tcp(port.target)] }));
  declareGenerated(chart.scopeOf(gateway), 'network-policy', NETWORK_POLICY, {
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: distinct(ingress),
      egress: distinct(egress),
    },
  });
}
