import type { Cluster } from './cluster';
import { allowsNamespace } from './gateway-api';
import { Kind } from './kinds';
import type { Field, Resource } from './resource';

const FOR = 'istio.io/waypoint-for';
const BINDING = 'ambient.istio.io/waypoint-inbound-binding';

/**
 * Whether a waypoint is for connections to Services, or for those to the addresses of workloads, by its label, else by
 * that of its class; it is for Services by default.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/serviceregistry/ambient/waypoints.go
 */
export function isWaypointFor(traffic: 'service' | 'workload', waypoint: Resource, cluster: Cluster): boolean {
  return [traffic, 'all'].includes(waypoint.labels[FOR] ?? classOf(waypoint, cluster)?.labels[FOR] ?? 'service');
}

/** Whether a waypoint accepts the Services and workloads of a namespace: by its listener, else those of its own. */
export function acceptsNamespace(waypoint: Resource, namespace: string, cluster: Cluster): boolean {
  const listener = listenerOf(waypoint, cluster);
  return listener ? allowsNamespace(listener, namespace, cluster) : waypoint.namespace === namespace;
}

/** Whether a waypoint accepts namespaces by their labels. */
export function selectsNamespaces(waypoint: Resource, cluster: Cluster): boolean {
  return listenerOf(waypoint, cluster)?.get('allowedRoutes', 'namespaces', 'from').text === 'Selector';
}

/** The listener at which a waypoint accepts connections: the one of its annotation, else that for HBONE. */
function listenerOf(waypoint: Resource, cluster: Cluster): Field | undefined {
  const listeners = waypoint.spec.get('listeners').items;
  const binding = waypoint.annotations[BINDING] ?? classOf(waypoint, cluster)?.annotations[BINDING];
  const [protocol, port] = binding?.split('/') ?? [];
  const bound = listeners.find(each =>
    port === undefined
      ? protocol === 'PROXY' && each.get('protocol').text === 'istio.io/PROXY'
      : each.get('port').number === Number(port),
  );
  return bound ?? listeners.find(each => each.get('protocol').text === 'HBONE' && each.get('port').number === 15008);
}

function classOf({ spec }: Resource, cluster: Cluster): Resource | undefined {
  return cluster.find(Kind.GATEWAY_CLASS, spec.get('gatewayClassName').text);
}
