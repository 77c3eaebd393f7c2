import {
  type Cluster,
  controllerOf,
  covers,
  type Field,
  fullHost,
  gatewayAt,
  gatewayOfListeners,
  gatewaysNamedBy,
  hasLabels,
  isExposedAt,
  isInternal,
  Kind,
  LISTENER_SETS,
  memo,
  parentOfSet,
  parentsOf,
  type Resource,
  routesOf,
  type Workload,
} from '../../manifests';
import { isGatewayPod } from '../endpoints/membership';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { GATEWAY, LISTENER_SET, REFERENCE_GRANT } from './fields';
import { ISTIO_GATEWAY } from './istio';
import { type Reading, titleOf, unreadField, unreadFields } from './read';

/** Throws {@link Unsimulated} where it is not known how a listener accepts requests. */
export function requireListenerRead(
  listener: Field,
  gateway: Resource | undefined,
  host: string,
  cluster: Cluster,
): void {
  const unread = unreadOfListener(listener, cluster) ?? unreadOfOwner(listener, gateway);
  if (unread) {
    throw unread;
  }
  if (gateway) {
    requireListenersRead(gateway, host, cluster);
  }
}

/** Whether a field of a listener that is not simulated may decide who gets in. */
export function isListenerUnread(
  { at, gateway }: { readonly at: Field; readonly gateway?: Resource },
  cluster: Cluster,
): boolean {
  return (
    (unreadOfListener(at, cluster) ?? unreadOfOwner(at, gateway)) !== undefined
    || (gateway !== undefined && listenerSetOf(gateway, cluster) !== undefined)
  );
}

/** The first field that is not simulated of the Gateway of a ListenerSet, for all listeners. */
function unreadOfOwner({ resource }: Field, gateway: Resource | undefined): Unsimulated | undefined {
  const [field] =
    resource.type === Kind.LISTENER_SET && gateway
      ? gateway.spec.entries.filter(([name]) => name !== 'listeners').flatMap(([, each]) => unreadFields(each, GATEWAY))
      : [];
  return field && unreadField(field);
}

/**
 * The first field that is not simulated of a listener, of its Gateway for all listeners, or of a ReferenceGrant for its
 * certificates.
 */
const unreadOfListener = memo((listener: Field, cluster: Cluster): Unsimulated | undefined => {
  const { resource } = listener;
  const [reading, list]: [Reading, string] =
    resource.type === Kind.GATEWAY
      ? [GATEWAY, 'listeners']
      : resource.type === Kind.LISTENER_SET
        ? [LISTENER_SET, 'listeners']
        : [ISTIO_GATEWAY, 'servers'];
  const namespaces = listener
    .get('tls', 'certificateRefs')
    .items.map(each => each.get('namespace').text)
    .filter(each => each !== '' && each !== resource.namespace);
  const [field] = [
    ...unreadFields(listener, reading),
    ...resource.spec.entries.filter(([name]) => name !== list).flatMap(([, each]) => unreadFields(each, reading)),
    ...cluster
      .all(Kind.REFERENCE_GRANT)
      .filter(each => namespaces.includes(each.namespace))
      .flatMap(each => unreadFields(each.spec, REFERENCE_GRANT)),
  ];
  return field && unreadField(field);
});

/** Throws {@link Unsimulated} where listeners of a Gateway, or of any, come from elsewhere. */
export function requireListenersRead(gateway: Resource | undefined, host: string, cluster: Cluster): void {
  const found = listenerSetOf(gateway, cluster);
  if (found) {
    throw new Unsimulated(
      `${titleOf(found)} adds listeners to a Gateway, and its kind is not simulated.`,
      'Write the listeners into the Gateway.',
    );
  }
  const route = routesOfUnknownListeners(cluster).find(each => hostnamesOf(each).some(name => covers(name, host)));
  if (route) {
    throw new Unsimulated(
      `${titleOf(route)} has a ListenerSet as its parent, which no manifest has.`,
      'Make a Gateway its parent.',
    );
  }
}

/** The routes whose parent is a ListenerSet that no manifest has. */
const routesOfUnknownListeners = memo((cluster: Cluster): readonly Resource[] =>
  routesOf(cluster).filter(each =>
    parentsOf(each).some(
      ({ kind, name, namespace }) =>
        ['ListenerSet', 'XListenerSet'].includes(kind)
        && !LISTENER_SETS.some(type => cluster.find(type, name, namespace)),
    ),
  ),
);

/** A ListenerSet of a kind, or at a Gateway of a controller, that is not simulated. */
function listenerSetOf(gateway: Resource | undefined, cluster: Cluster): Resource | undefined {
  return LISTENER_SETS.flatMap(type => cluster.all(type)).find(set => {
    const { name, namespace } = parentOfSet(set);
    const parent = gatewayOfListeners(set, cluster);
    const isRead = set.type === Kind.LISTENER_SET && parent && controllerOf(parent, cluster) === 'istio';
    return !isRead && (!gateway || (name === gateway.name && namespace === gateway.namespace));
  });
}

/**
 * Throws {@link Unsimulated} where no listener routes a host, and a route has it whose Gateway is not among the
 * manifests.
 */
export function requireNoUnseenGateway(host: string, cluster: Cluster): void {
  const found = unseenGateways(cluster).find(({ hosts }) => hosts.some(each => covers(each, host)));
  if (found) {
    throw new Unsimulated(
      `No gateway among the manifests routes ${host}, but the Gateway ${found.gateway} may: ${found.route.kind} `
        + `${found.route.key} refers to it.`,
      'Add the Gateway to the manifests.',
    );
  }
}

interface RouteOfUnseenGateway {
  readonly route: Resource;
  readonly hosts: readonly string[];
  /** As `namespace/name`. */
  readonly gateway: string;
}

const unseenGateways = memo((cluster: Cluster): readonly RouteOfUnseenGateway[] => [
  ...routesOf(cluster).flatMap(route =>
    parentsOf(route)
      .filter(each => each.kind === 'Gateway' && !cluster.find(Kind.GATEWAY, each.name, each.namespace))
      .map(each => ({ route, hosts: hostnamesOf(route), gateway: `${each.namespace}/${each.name}` })),
  ),
  ...cluster.all(Kind.VIRTUAL_SERVICE).flatMap(route =>
    gatewaysNamedBy(route)
      .filter(each => !isInternal(each) && !gatewayAt(each, cluster))
      .map(({ namespace, name }) => ({
        route,
        hosts: route.spec
          .get('hosts')
          .texts.map(each => fullHost(each, route.namespace, cluster.clusterDomain).toLowerCase()),
        gateway: `${namespace}/${name}`,
      })),
  ),
]);

/** The hosts of a route; all without any. */
function hostnamesOf({ spec }: Resource): string[] {
  const { texts } = spec.get('hostnames');
  return texts.length > 0 ? texts.map(each => each.toLowerCase()) : ['*'];
}

/** Throws {@link Unsimulated} where an Ingress may have a host that no gateway serves. */
export function requireNoIngress(host: string, cluster: Cluster): void {
  const ingress = cluster
    .all(Kind.INGRESS)
    .find(
      ({ spec }) =>
        spec.get('defaultBackend').exists
        || spec.get('rules').items.some(each => covers(each.get('host').text || '*', host)),
    );
  if (ingress) {
    throw new Unsimulated(
      `No gateway takes ${host}, but the Ingress ${ingress.key} may, and its kind is not simulated.`,
      'Ask about hosts of Gateways.',
    );
  }
}

/** The workloads of a Service that are no gateway. */
export function workloadsPastGateways(service: Resource, cluster: Cluster): readonly Workload[] {
  const isGateway = ({ labels }: Workload) =>
    cluster.all(Kind.ISTIO_GATEWAY).some(each => hasLabels(labels, each.spec.get('selector').strings));
  return cluster.selectedBy(service).filter(each => !isGateway(each) && !isGatewayPod(each));
}

/** Throws {@link Unsimulated} where a load balancer leads to Pods that are no gateway. */
export function requireNoLoadBalancer({ host, port }: Pick<Message, 'host' | 'port'>, cluster: Cluster): void {
  const leadsElsewhere = (service: Resource | undefined) =>
    service !== undefined && workloadsPastGateways(service, cluster).length > 0;
  const binding = [Kind.TARGET_GROUP_BINDING, 'TargetGroupBinding.eks.amazonaws.com']
    .flatMap(type => cluster.all(type))
    .find(({ spec, namespace }) =>
      leadsElsewhere(cluster.find(Kind.SERVICE, spec.get('serviceRef', 'name').text, namespace)),
    );
  const service = cluster.all(Kind.SERVICE).find(each => isExposedAt(each, port) && leadsElsewhere(each));
  const found = binding
    ? `a load balancer leads to the Service of the TargetGroupBinding ${binding.key}`
    : service && `the Service ${service.key} is reached from outside on port ${port}`;
  if (found !== undefined) {
    throw new Unsimulated(`No gateway takes ${host}, but ${found}.`, 'Ask as a workload of the cluster.');
  }
}
