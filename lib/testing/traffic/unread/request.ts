import { type Cluster, covers, type Field, fullHost, hasLabels, Kind, type Labels, type Resource, type Workload } from '../../../manifests';
import type { Message } from '../message';
import type { Passage } from '../passage';
import { sidecarOf } from '../proxies/scope';
import { Unsimulated } from '../unsimulated';
import { GATEWAY, GRPC_ROUTE, HTTP_ROUTE, SERVICE } from './fields';
import { DESTINATION_RULE, SIDECAR, VIRTUAL_SERVICE } from './istio';
import { type Party, requireNoUnreadKind, unreadKindFor } from './kinds';
import { requireRead, titleOf } from './read';

const REMEDY = 'Remove it from the manifests of the test, or test it in a cluster.';

/**
 * Throws {@link Unsimulated} where an object that is not simulated, or a field of one that is, may decide about a request.
 * @param namespace of what sends it, in which names without one are
 */
export function requireRequestRead(passage: Passage, message: Message, namespace: string, from: Party | undefined, cluster: Cluster): void {
  const services = servicesOf(passage, message, namespace, cluster);
  const workloads = new Set([...passage.branches.flatMap(each => each.workload ?? []), ...services.flatMap(each => cluster.selectedBy(each))]);
  requireNoUnreadKind([...(from ? [from] : []), ...[...workloads].map(serverOf)], cluster);
  requireSidecarsRead(from, [...workloads], cluster);
  services.forEach(each => requireServiceRead(each, cluster));
  const hosts = [message.host, ...services.map(each => fullHost(each.name, each.namespace, cluster.clusterDomain))];
  cluster.all(Kind.DESTINATION_RULE).filter(({ spec, namespace: own }) => hosts.some(each => covers(fullHost(spec.get('host').text, own, cluster.clusterDomain), each)))
    .forEach(each => requireRead(each.spec, DESTINATION_RULE));
  if (passage.rule) {
    requireRuleRead(passage.rule);
  }
}

/** An object that is not simulated and may decide whether one workload reaches another. */
export function unreadBetween(from: Party, workload: Workload | undefined, cluster: Cluster): Resource | undefined {
  return unreadKindFor([from, ...(workload ? [serverOf(workload)] : [])], cluster);
}

/** What sends from within the cluster. */
export function clientOf({ namespace, labels }: { readonly namespace: string; readonly labels: Labels }): Party {
  return { namespace, labels, role: 'client' };
}

function serverOf({ namespace, labels }: Workload): Party {
  return { namespace, labels, role: 'server' };
}

/** The Services to which a request may go: the one that it names, and those of the rule that routes it. */
function servicesOf({ rule }: Passage, { host }: Message, namespace: string, cluster: Cluster): Resource[] {
  const hosts = rule?.get('route').items.map(each => fullHost(each.get('destination', 'host').text, rule.resource.namespace, cluster.clusterDomain)) ?? [];
  const named = [host, ...hosts].flatMap(each => cluster.hosts.named(withDomain(each, cluster), namespace)).map(each => each.resource);
  const referred = rule?.get('backendRefs').items.flatMap(each => cluster.find(Kind.SERVICE, each.get('name').text, each.get('namespace').text || rule.resource.namespace) ?? []) ?? [];
  return [...new Set([...named, ...referred])].filter(each => each.type === Kind.SERVICE);
}

/** A name of a Service, short of the domain of the cluster, as it is known. */
function withDomain(host: string, { clusterDomain }: Cluster): string {
  const parts = host.split('.');
  return parts.length === 2 || (parts.length === 3 && parts[2] === 'svc') ? `${parts[0] ?? ''}.${parts[1] ?? ''}.svc.${clusterDomain}` : host;
}

/** A Sidecar says of its own Pods what they receive, and what they send. */
function requireSidecarsRead(from: Party | undefined, to: readonly Workload[], cluster: Cluster): void {
  const sending = from && sidecarOf(from, cluster);
  sending?.spec.entries.filter(([name]) => !['ingress', 'inboundConnectionPool'].includes(name)).forEach(([, each]) => requireRead(each, SIDECAR));
  to.flatMap(each => sidecarOf(each, cluster)?.spec.get('ingress') ?? []).forEach(each => requireRead(each, SIDECAR));
}

function requireServiceRead(service: Resource, cluster: Cluster): void {
  requireRead(service.spec, SERVICE);
  const isTarget = (at: Field) => ['', 'Service'].includes(at.get('kind').text) && at.get('name').text === service.name;
  const others = [
    ...cluster.all('BackendTLSPolicy.gateway.networking.k8s.io').filter(each => each.spec.get('targetRefs').items.some(isTarget)),
    ...cluster.all('XBackendTrafficPolicy.gateway.networking.x-k8s.io').filter(each => each.spec.get('targetRefs').items.some(isTarget)),
    ...(service.spec.get('selector').exists ? [] : [
      ...cluster.all('Endpoints').filter(each => each.name === service.name),
      ...cluster.all('EndpointSlice.discovery.k8s.io').filter(each => each.labels['kubernetes.io/service-name'] === service.name),
    ]),
  ];
  const found = others.find(each => each.namespace === service.namespace);
  if (found) {
    throw new Unsimulated(`${titleOf(found)} changes how the Service ${service.key} is reached, and its kind is not simulated.`, REMEDY);
  }
}

/** Backends that are no Services are known to controllers alone. */
function requireRuleRead(rule: Field): void {
  const { resource } = rule;
  if (resource.type === Kind.VIRTUAL_SERVICE) {
    requireRead(rule, VIRTUAL_SERVICE);
    ['http', 'tls', 'tcp'].flatMap(each => resource.spec.get(each).items).forEach(each => requireRead(each.get('match'), VIRTUAL_SERVICE));
    return;
  }
  const reading = { [Kind.HTTP_ROUTE]: HTTP_ROUTE, [Kind.GRPC_ROUTE]: GRPC_ROUTE }[resource.type];
  if (!reading) {
    return;
  }
  requireRead(rule, reading);
  resource.spec.get('rules').items.forEach(each => requireRead(each.get('matches'), reading));
  const other = rule.get('backendRefs').items.find(each => each.get('group').text !== '' || !['', 'Service'].includes(each.get('kind').text));
  if (other && (other.get('weight').number ?? 1) > 0) {
    throw new Unsimulated(`${titleOf(resource)} sends requests to a ${other.get('kind').text} (${String(other)}).`, 'Backends that are Services are simulated.');
  }
}

/** Throws {@link Unsimulated} where a listener has fields that are not simulated, or its Gateway has some for all listeners. */
export function requireGatewayRead(listener: Field): void {
  const { resource } = listener;
  if (resource.type === Kind.GATEWAY) {
    requireRead(listener, GATEWAY);
    resource.spec.entries.filter(([name]) => name !== 'listeners').forEach(([, each]) => requireRead(each, GATEWAY));
  }
}

/** Throws {@link Unsimulated} where listeners of a Gateway come from elsewhere. */
export function requireListenersRead(gateway: Resource | undefined, cluster: Cluster): void {
  const sets = ['ListenerSet.gateway.networking.k8s.io', 'XListenerSet.gateway.networking.x-k8s.io'].flatMap(type => cluster.all(type));
  const found = sets.find(({ spec, namespace }) => {
    const at = spec.get('parentRef');
    return !gateway || (at.get('name').text === gateway.name && (at.get('namespace').text || namespace) === gateway.namespace);
  });
  if (found) {
    throw new Unsimulated(`${titleOf(found)} adds listeners to a Gateway, and its kind is not simulated.`, 'Write the listeners into the Gateway.');
  }
}

/** Throws {@link Unsimulated} where an Ingress may have the host that no gateway takes. */
export function requireNoIngress(host: string, cluster: Cluster): void {
  const ingress = cluster.all(Kind.INGRESS).find(({ spec }) => spec.get('defaultBackend').exists
    || spec.get('rules').items.some(each => covers(each.get('host').text || '*', host)));
  if (ingress) {
    throw new Unsimulated(`No gateway takes ${host}, but the Ingress ${ingress.key} may, and its kind is not simulated.`, 'Ask about hosts of Gateways.');
  }
}

/** Throws {@link Unsimulated} where a load balancer leads to Pods that are no gateway. */
export function requireNoBinding(host: string, cluster: Cluster): void {
  const isGateway = (labels: Labels) => cluster.all(Kind.ISTIO_GATEWAY).some(each => hasLabels(labels, each.spec.get('selector').strings));
  const binding = [Kind.TARGET_GROUP_BINDING, 'TargetGroupBinding.eks.amazonaws.com'].flatMap(type => cluster.all(type)).find(({ spec, namespace }) => {
    const service = cluster.find(Kind.SERVICE, spec.get('serviceRef', 'name').text, namespace);
    return service && cluster.selectedBy(service).some(each => !isGateway(each.labels));
  });
  if (binding) {
    throw new Unsimulated(`No gateway takes ${host}, but a load balancer leads to the Service of the TargetGroupBinding ${binding.key}.`, 'Ask as a workload of the cluster.');
  }
}
