import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import { integersOf, type Port, type Service, type Version } from '../topology';
import type { SpecOf } from './resource';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];

/** What has a namespace: an edge, or the service that is the parent of a route. */
type Namespaced = Pick<Service, 'namespace'>;

/** The backends of requests to a service: the service, or its versions by weight. */
export function backends(
  route: Namespaced,
  service: Service,
  port: Port,
  weights = service.weights,
): Rule['backendRefs'] {
  const [only] = weights;
  return weights.length === 0
    ? [backend(route, service, port)]
    : weights.length === 1 && weights !== service.weights
      ? [backend(route, service, port, only?.version)]
      : integersOf(weights).map(({ version, weight }) => ({ ...backend(route, service, port, version), weight }));
}

/**
 * A service, or a version of it, as a route in a namespace refers to it. During a progressive rollout routes of gateways
 * lead to the stable pods: its controller changes the weights of the mesh.
 */
export function backend(
  route: Namespaced,
  service: Service,
  port: Port,
  version?: Version,
): { name: string; namespace?: string; port: number } {
  const namespace = service.namespace === route.namespace ? {} : { namespace: service.namespace };
  return {
    name: version?.deploymentName ?? service.progressiveRollout?.stableService ?? service.name,
    ...namespace,
    port: port.number,
  };
}
