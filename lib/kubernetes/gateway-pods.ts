import type { GatewayPods } from '../checks/graph';
import type { Edge, Topology } from '../topology';
import type { Target } from './target';

/** The edges with a gateway of their own, and of each shared gateway the first one. */
export function oneForEachGateway({ edges }: Topology): readonly Edge[] {
  return edges.filter(({ gateway }, index) => !gateway || edges.findIndex(each => each.gateway === gateway) === index);
}

/** The pods of the gateways of all edges. */
export function gatewayPods({ edges }: Topology, { gateway, mutualTls }: Target): GatewayPods[] {
  return gateway
    ? edges.map(edge => ({
        edge,
        namespace: gateway.namespaceOf(edge),
        ...(mutualTls ? { serviceAccount: gateway.serviceAccountOf(edge) } : {}),
        labels: gateway.labelsOf(edge),
      }))
    : [];
}
