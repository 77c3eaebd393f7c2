import { portNumber } from './hosts';
import { Kind } from './kinds';
import type { Resource } from './resource';

/**
 * Whether connections from outside the cluster are forwarded to the Pods of a Service: those of a load balancer, to a
 * port of each node, or to external addresses. Headless Services and aliases are not proxied.
 * @see https://kubernetes.io/docs/reference/networking/virtual-ips/
 */
export function isExposed(service: Resource): boolean {
  return opensNodePorts(service) || hasExternalAddresses(service);
}

/** Whether they are for this port: that of the Service, or the one of each node, which is in a range if it is not declared. */
export function isExposedAt(service: Resource, port: number): boolean {
  const { spec } = service;
  const isBalanced = spec.get('type').text === 'LoadBalancer' || hasExternalAddresses(service);
  return spec.get('ports').items.some(each => {
    const nodePort = each.get('nodePort').number;
    return (
      (isBalanced && portNumber(each) === port)
      || (opensNodePorts(service) && (nodePort === undefined ? isNodePort(port) : nodePort === port))
    );
  });
}

function opensNodePorts({ type, spec }: Resource): boolean {
  return type === Kind.SERVICE && ['LoadBalancer', 'NodePort'].includes(spec.get('type').text);
}

function hasExternalAddresses({ type, spec }: Resource): boolean {
  return (
    type === Kind.SERVICE
    && spec.get('externalIPs').items.length > 0
    && spec.get('type').text !== 'ExternalName'
    && spec.get('clusterIP').text !== 'None'
  );
}

/** The range from which the API server chooses ports of nodes, unless it is configured with another one. */
function isNodePort(port: number): boolean {
  return port >= 30_000 && port <= 32_767;
}
