import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import { type Edge, integersOf, type Port, type Service, type Version } from '../topology';
import type { SpecOf } from './resource';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];

/** The backends of requests to a service: the service, or its versions by weight. */
export function backends(edge: Edge, service: Service, port: Port, weights = service.weights): Rule['backendRefs'] {
  const [only] = weights;
  return weights.length === 0
    ? [backend(edge, service, port)]
    : weights.length === 1 && weights !== service.weights
      ? [backend(edge, service, port, only?.version)]
      : integersOf(weights).map(({ version, weight }) => ({ ...backend(edge, service, port, version), weight }));
}

/** A service, or a version of it, as an edge refers to it. */
export function backend(
  edge: Edge,
  service: Service,
  port: Port,
  version?: Version,
): { name: string; namespace?: string; port: number } {
  const namespace = service.namespace === edge.namespace ? {} : { namespace: service.namespace };
  return { name: version?.deploymentName ?? service.name, ...namespace, port: port.number };
}
