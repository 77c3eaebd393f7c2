import { type TopologyChart, transcoders } from '../kubernetes';
import { type Edge, ValidationError } from '../topology';
import { EnvoyPatchPolicy } from './resources';

const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener';

/**
 * REST-to-gRPC transcoding: filters before the router of the listener that accepts requests.
 * @see https://gateway.envoyproxy.io/docs/tasks/extensibility/envoy-patch-policy/
 */
export function renderTranslation(chart: TopologyChart, edge: Edge): void {
  const filters = transcoders(edge);
  if (filters.length === 0) {
    return;
  }
  const { name, namespace, tlsSecret, gateway } = edge;
  if (gateway) {
    throw new ValidationError({
      code: 'NotOnSharedGateway',
      path: edge.path,
      summary: `At Envoy Gateway \`grpcMethod\` is a filter of a listener, so it would apply to every edge of ${gateway.path}.`,
      fix: 'Declare the edge with a gateway of its own, or remove `grpcMethod`.',
    });
  }
  new EnvoyPatchPolicy(chart.scopeOf(edge), 'patch-policy', {
    metadata: { name, namespace },
    spec: {
      type: 'JSONPatch',
      targetRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name },
      jsonPatches: filters.map(value => ({
        type: LISTENER,
        name: `${namespace}/${name}/${tlsSecret ? 'https' : 'http'}`,
        // Adding at the index of the router inserts before it.
        operation: { op: 'add' as const, jsonPath: '$..http_filters[?(@.name=="envoy.filters.http.router")]', value },
      })),
    },
  });
}
