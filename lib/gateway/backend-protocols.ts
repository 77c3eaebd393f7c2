import { ApiObject, JsonPatch } from 'cdk8s';
import type { TopologyChart } from '../kubernetes';
import { type Edge, Protocol, type Service } from '../topology';

/**
 * Envoy Gateway selects the protocol by `appProtocol`, not by port name: without it, it would send HTTP/1.1 to gRPC
 * services.
 */
export function renderBackendProtocols(chart: TopologyChart, edge: Edge): void {
  for (const service of new Set(edge.routes.map(route => route.service))) {
    const objects = chart
      .scopeOf(service)
      .node.children.filter(child => child.node.id.startsWith('service') && child.node.id !== 'service-account');
    objects
      .flatMap(child => child.node.findAll())
      .filter(each => ApiObject.isApiObject(each))
      .forEach(object => tellProtocols(object, service));
  }
}

function tellProtocols(object: ApiObject, { ports }: Service): void {
  ports.forEach(({ protocol }, index) => {
    if (protocol === Protocol.GRPC || protocol === Protocol.HTTP2) {
      object.addJsonPatch(JsonPatch.add(`/spec/ports/${index}/appProtocol`, 'kubernetes.io/h2c'));
    }
  });
}
