import {
  type Cluster,
  isAmbientNamespace,
  isWaypointFor,
  Kind,
  type Labels,
  Membership,
  membershipOf,
  memo,
  type Resource,
  type Workload,
} from '../../../manifests';

export const USE = 'istio.io/use-waypoint';
const PLACE = 'istio.io/use-waypoint-namespace';

/**
 * Whether requests to a Service or ServiceEntry are routed through a waypoint: by its label, else by that of its
 * namespace; `none` disables it. One that is not declared counts.
 */
export function isEnrolled(service: Enrolled, cluster: Cluster): boolean {
  return waypointKeyOf(service, 'service', cluster) !== undefined;
}

/** The name of the waypoint that an object uses. */
export function waypointNamed(labels: Labels, namespace: Labels): string | undefined {
  const name = labels[USE] ?? namespace[USE];
  return name === undefined || name === '' || name === 'none' ? undefined : name;
}

/** Whether a namespace is in ambient mode. */
export function isAmbient(namespace: string, cluster: Cluster): boolean {
  return isAmbientNamespace(cluster.namespaceLabels(namespace));
}

/** The waypoint that a workload or a Service uses, if it is declared. */
export function waypointOf(user: Enrolled, cluster: Cluster): Resource | undefined {
  const { name, place } = waypointReferenceOf(user, cluster);
  return name === undefined ? undefined : cluster.find(Kind.GATEWAY, name, place);
}

/** The waypoint for connections to a Service or to a workload, as `namespace/name`; one that is not declared counts. */
export function waypointKeyOf(user: Enrolled, traffic: Traffic, cluster: Cluster): string | undefined {
  const { name, place } = waypointReferenceOf(user, cluster);
  const waypoint = waypointOf(user, cluster);
  return name === undefined || (waypoint && !isWaypointFor(traffic, waypoint, cluster))
    ? undefined
    : `${place}/${name}`;
}

type Traffic = Parameters<typeof isWaypointFor>[0];

/** The name and namespace of the waypoint to which an object refers, or else its namespace. */
export function waypointReferenceOf({ labels, namespace }: Enrolled, cluster: Cluster): WaypointReference {
  return referenceOf(labels, namespace, cluster.namespaceLabels(namespace));
}

interface WaypointReference {
  /** Undefined if there is none. */
  readonly name: string | undefined;
  readonly place: string;
}

/** The waypoints to which a namespace, Service, ServiceEntry or workload refers, as `namespace/name`. */
export const waypointsInUse = memo((cluster: Cluster): ReadonlySet<string> => {
  const namespaces = cluster.all(Kind.NAMESPACE).map(each => referenceOf({}, each.name, each.labels));
  const members = [...cluster.all(Kind.SERVICE), ...cluster.all(Kind.SERVICE_ENTRY), ...cluster.workloads.all].map(
    ({ labels, namespace }) => referenceOf(labels, namespace, {}),
  );
  return new Set(
    [...namespaces, ...members]
      .filter(each => each.name !== undefined)
      .map(({ name = '', place }) => `${place}/${name}`),
  );
});

/** Whether a Gateway is a waypoint: by its class, or by the protocol of a listener. */
export function isWaypoint(gateway: Resource, cluster: Cluster): boolean {
  const name = gateway.spec.get('gatewayClassName').text;
  return (
    /^istio-(agentgateway-)?waypoint/.test(name)
    || cluster.controllerOfClass(name) === 'istio.io/mesh-controller'
    || gateway.spec.get('listeners').items.some(each => each.get('protocol').text === 'HBONE')
  );
}

interface Enrolled {
  readonly labels: Labels;
  readonly namespace: string;
}

function referenceOf(labels: Labels, namespace: string, ofNamespace: Labels): WaypointReference {
  const { [PLACE]: place = namespace } = labels[USE] === undefined ? ofNamespace : labels;
  return { name: waypointNamed(labels, ofNamespace), place };
}

/** Whether a selector in an ambient namespace matches workloads in ambient mode without a waypoint. */
export function missesWaypoint(selector: Labels, namespace: string, cluster: Cluster): boolean {
  const labels = cluster.namespaceLabels(namespace);
  const workloads =
    Object.keys(selector).length === 0
      ? []
      : cluster.workloads.select(selector, namespace).filter(each => !isGateway(each));
  return workloads.length === 0
    ? waypointNamed({}, labels) === undefined
    : workloads.some(each => isAmbientWorkload(each, cluster) && waypointNamed(each.labels, labels) === undefined);
}

/** Whether a workload is itself a gateway or waypoint. */
export function isGateway({ labels }: Workload): boolean {
  return 'gateway.networking.k8s.io/gateway-name' in labels || 'gateway.istio.io/managed' in labels;
}

/** Whether a workload is in ambient mode and not a gateway. */
export function isAmbientWorkload(workload: Workload, cluster: Cluster): boolean {
  return !isGateway(workload) && membershipOf(workload, cluster) === Membership.AMBIENT;
}
