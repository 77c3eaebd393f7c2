import {
  acceptsNamespace,
  type Cluster,
  type Host,
  isWaypointFor,
  Kind,
  type Labels,
  memo,
  NetworkPolicies,
  type Resource,
  selectsNamespaces,
} from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import { type Caller, identityOf, type ProxiedCaller } from './caller';
import type { Connection } from './connection';
import { labelsByIstio } from './gateway-labels';
import { UnknownMembership } from './membership';
import type { PolicyTarget } from './policy-target';

/** The port at which Pods in ambient mode, waypoints and gateways accept connections of the mesh. */
export const HBONE = { number: 15008, names: [], protocol: 'TCP' } as const;

/** A waypoint: the proxy that callers in ambient mode connect to in place of the Pods of a host. */
export interface Waypoint {
  readonly gateway: Resource;
  /** The waypoint as what connects to the Pods. */
  readonly caller: ProxiedCaller;
}

/**
 * The waypoint of a host by the label of its Service or ServiceEntry, else by that of the namespace; undefined for none.
 * Without the Gateway that the label names, traffic passes by, unless other manifests have it.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/serviceregistry/ambient/waypoints.go
 */
export const waypointOf = memo(({ resource }: Host, cluster: Cluster): Waypoint | undefined => {
  const labels = labelsFor(resource, cluster);
  const name = labels[USE_WAYPOINT];
  rejectCanary(resource, cluster);
  if (name === undefined || name === 'none') {
    return undefined;
  }
  const waypoint = waypointNamed(name, labels[`${USE_WAYPOINT}-namespace`] ?? resource.namespace, cluster);
  return isBound('service', waypoint.gateway, resource.namespace, cluster) ? waypoint : undefined;
});

const USE_WAYPOINT = 'istio.io/use-waypoint';

/** Whether gateways connect to the waypoint of a host, too. */
export function isUsedByGateways({ resource }: Host, cluster: Cluster): boolean {
  const labels = { ...cluster.namespaceLabels(resource.namespace), ...resource.labels };
  return labels['istio.io/ingress-use-waypoint']?.toLowerCase() === 'true';
}

/** Throws if connections to the addresses of Pods of a namespace may pass a waypoint. */
export function rejectWorkloadWaypoint(namespace: string, pods: readonly { labels: Labels }[], cluster: Cluster): void {
  for (const labels of [cluster.namespaceLabels(namespace), ...pods.map(each => each.labels)]) {
    const name = labels[USE_WAYPOINT] ?? 'none';
    if (name === 'none') {
      continue;
    }
    const { gateway } = waypointNamed(name, labels[`${USE_WAYPOINT}-namespace`] ?? namespace, cluster);
    if (isBound('workload', gateway, namespace, cluster)) {
      throw new Unsimulated(
        `Connections to Pods of ${namespace} pass the waypoint ${gateway.key}, which is for workloads.`,
        'Send the request to a Service with a cluster IP: waypoints of Services are simulated.',
      );
    }
  }
}

/** What policies at a waypoint target: it reads those by `targetRefs` alone. */
export function policyTargetAt({ gateway, caller }: Waypoint, { resource }: Host): PolicyTarget {
  return { namespace: caller.namespace, labels: caller.labels, gateway, services: [resource], isWaypoint: true };
}

/** The connection of a caller as a waypoint sees it, or the NetworkPolicy that does not allow it. */
export function connectionTo(
  waypoint: Waypoint,
  caller: Caller,
  port: Connection['port'],
  cluster: Cluster,
): { readonly connection?: Connection; readonly blocking?: Resource } {
  const { namespace, labels, address } = caller;
  const [blocking] = NetworkPolicies.of(cluster).blocking({ namespace, labels, address }, waypoint.caller, HBONE);
  return blocking
    ? { blocking }
    : { connection: { namespace, labels, address, identity: caller.proxy?.identity, isAtWaypoint: true, port } };
}

function waypointNamed(name: string, namespace: string, cluster: Cluster): Waypoint {
  const gateway = cluster.find(Kind.GATEWAY, name, namespace);
  if (!gateway) {
    throw new Unsimulated(
      `No manifest has the waypoint ${namespace}/${name}: without it, traffic passes by its policies.`,
      'Add its Gateway to the manifests.',
    );
  }
  if (!gateway.spec.get('gatewayClassName').text.startsWith('istio-waypoint')) {
    throw new Unsimulated(
      `Gateway ${gateway.key} is used as a waypoint, and has another class.`,
      'Use istio-waypoint.',
    );
  }
  const account = gateway.annotations['gateway.istio.io/service-account'] || name;
  const labels = labelsByIstio(gateway);
  const identity = identityOf(namespace, account, cluster);
  const proxy = { namespace, labels, identity, gateways: [], isGateway: true, isWaypoint: true };
  return { gateway, caller: { title: `the waypoint ${gateway.key}`, namespace, labels, proxy } };
}

/** Whether a waypoint is for what refers to it: traffic of this type, to objects of a namespace that it accepts. */
function isBound(traffic: 'service' | 'workload', waypoint: Resource, namespace: string, cluster: Cluster): boolean {
  if (selectsNamespaces(waypoint, cluster) && !cluster.isDeclared(namespace)) {
    throw new UnknownMembership(namespace);
  }
  return isWaypointFor(traffic, waypoint, cluster) && acceptsNamespace(waypoint, namespace, cluster);
}

/** The labels that select the waypoint of an object: its own, else those of its namespace, which has to be known. */
function labelsFor(resource: Resource, cluster: Cluster): Labels {
  if (resource.labels[USE_WAYPOINT] !== undefined) {
    return resource.labels;
  }
  if (!cluster.isDeclared(resource.namespace)) {
    throw new UnknownMembership(resource.namespace);
  }
  return cluster.namespaceLabels(resource.namespace);
}

function rejectCanary(resource: Resource, cluster: Cluster): void {
  const labels = { ...cluster.namespaceLabels(resource.namespace), ...resource.labels };
  if (labels[`${USE_WAYPOINT}-canary`] !== undefined) {
    throw new Unsimulated(`${resource.kind} ${resource.key} has a second waypoint by weight.`, 'Remove its label.');
  }
}
