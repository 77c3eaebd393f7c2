import type { GatewayName, GatewayPods } from '../checks/graph';
import type { Edge, Topology } from '../topology';
import type { Target } from './target';

/** The edges with a gateway of their own, and of each shared gateway the first one. */
function oneForEachGateway({ edges }: Topology): readonly Edge[] {
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

/** The names of what controllers make for gateways of edges, and for the proxies before services and hosts outside. */
export function gatewayNames(topology: Topology, target: Target): GatewayName[] {
  return [...namesOfEdges(topology, target), ...namesOfProxies(topology, target)];
}

function namesOfEdges(topology: Topology, { gateway }: Target): GatewayName[] {
  return gateway
    ? oneForEachGateway(topology).map(edge => {
        const path = edge.gateway?.path ?? edge.path;
        return {
          path,
          title: `the gateway of ${path}`,
          namespace: gateway.namespaceOf(edge),
          name: gateway.serviceNameOf(edge),
        };
      })
    : [];
}

function namesOfProxies({ services, externals }: Topology, target: Target): GatewayName[] {
  const tunnel = target.tunnel();
  const names = [...services, ...externals].flatMap(callee => {
    const proxy = tunnel?.proxyBefore(callee);
    return proxy
      ? [{ path: callee.path, title: `the proxy before ${callee.path}`, namespace: proxy.namespace, name: proxy.name }]
      : [];
  });
  const isFirst = ({ namespace, name }: GatewayName, index: number) =>
    names.findIndex(each => each.namespace === namespace && each.name === name) === index;
  return names.filter(isFirst);
}
