import { k8s } from 'cdk8s-plus-27';
import { type Edge, ExternalService, type Port, Service } from '../topology';
import type { TopologyChart } from './chart';
import type { Labels } from './target';

type Peer = k8s.NetworkPolicyPeer;

/** Default deny in every namespace, and for each service and edge the declared connections alone. */
export function renderNetworkPolicies(chart: TopologyChart): void {
  chart.topology.namespaces.forEach(name => renderDefault(chart, name));
  const edgesByService = new Map<Service, Map<string, Gate>>();
  for (const edge of chart.topology.edges) {
    for (const { service, port } of edge.routes) {
      const gates = edgesByService.get(service) ?? new Map<string, Gate>();
      edgesByService.set(service, gates.set(`${edge.name}:${port.number}`, { edge, port }));
    }
    renderForEdge(chart, edge);
  }
  chart.topology.services.forEach(service => renderForService(chart, service, [...edgesByService.get(service)?.values() ?? []]));
}

interface Gate {
  readonly edge: Edge;
  readonly port: Port;
}

/** Nothing but name resolution and the mesh's own connections. */
function renderDefault(chart: TopologyChart, namespace: string): void {
  const { ingress, egress } = chart.mesh.systemConnections();
  new k8s.KubeNetworkPolicy(chart.scopeOfNamespace(namespace), 'network-policy', {
    metadata: { name: 'default-deny', namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress, egress: [nameResolution(), ...egress] },
  });
}

function renderForService(chart: TopologyChart, service: Service, gates: Gate[]): void {
  const ingress = [
    ...service.incomingCalls.map(({ caller, port }) => ({ from: [pods(caller.namespace, caller.selector)], ports: [tcp(port.target)] })),
    ...gates.map(({ edge, port }) => ({ from: [pods(edge.namespace, chart.mesh.gatewayLabels(edge.name))], ports: [tcp(port.target)] })),
  ];
  const egress = service.outgoingCalls.map(({ callee, port }) => callee instanceof Service
    ? { to: [pods(callee.namespace, callee.selector)], ports: [tcp(port.target)] }
    : { ports: [tcp(port.number)], to: callee instanceof ExternalService ? anywhereOutside() : [] });
  new k8s.KubeNetworkPolicy(chart.scopeOf(service), 'network-policy', {
    metadata: { name: service.name, namespace: service.namespace },
    spec: { podSelector: { matchLabels: service.selector }, policyTypes: ['Ingress', 'Egress'], ingress: distinct(ingress), egress: distinct(egress) },
  });
}

/** Anybody may knock at an edge; it may reach the services it has routes to. */
function renderForEdge(chart: TopologyChart, edge: Edge): void {
  const egress = edge.routes.map(({ service, port }) => ({ to: [pods(service.namespace, service.selector)], ports: [tcp(port.target)] }));
  new k8s.KubeNetworkPolicy(chart.scopeOf(edge), 'network-policy', {
    metadata: { name: edge.name, namespace: edge.namespace },
    spec: {
      podSelector: { matchLabels: chart.mesh.gatewayLabels(edge.name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: chart.mesh.gatewayPorts(edge.tlsSecret !== undefined).map(tcp) }],
      egress: distinct(egress),
    },
  });
}

/** The pods with these labels in that namespace. */
export function pods(namespace: string, labels: Labels): Peer {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } }, podSelector: { matchLabels: labels } };
}

/** A TCP port as a NetworkPolicy has it: the port of the pod, not of the Service. */
export function tcp(port: number): k8s.NetworkPolicyPort {
  return { protocol: 'TCP', port: k8s.IntOrString.fromNumber(port) };
}

/** The cluster's DNS, and the node-local cache in front of it. */
function nameResolution(): k8s.NetworkPolicyEgressRule {
  const port = k8s.IntOrString.fromNumber(53);
  return {
    to: [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
      { ipBlock: { cidr: '169.254.20.10/32' } },
    ],
    ports: [{ protocol: 'UDP', port }, { protocol: 'TCP', port }],
  };
}

/** A NetworkPolicy knows no host names: the mesh's proxy chooses among hosts, this bounds the port. Link-local is where clouds hand out credentials. */
function anywhereOutside(): Peer[] {
  return [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }, { ipBlock: { cidr: '::/0', except: ['fe80::/10'] } }];
}

function distinct<T>(rules: T[]): T[] {
  return [...new Map(rules.map(rule => [JSON.stringify(rule), rule])).values()];
}
