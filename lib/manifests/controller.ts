import type { Cluster } from './cluster';
import type { Resource } from './resource';

/** The controller that creates the Pods of a Gateway API Gateway and enforces its policies. */
export type Controller = 'istio' | 'envoy-gateway' | 'unknown';

/** The controller of a Gateway: that of its GatewayClass, or the well-known one for the name of the class. */
export function controllerOf(gateway: Resource, cluster: Cluster): Controller {
  const className = gateway.spec.get('gatewayClassName').text;
  const name = cluster.controllerOfClass(className);
  if (name === '' ? ['istio', 'istio-remote'].includes(className) : name.startsWith('istio.io/')) {
    return 'istio';
  }
  const isConfigured = gateway.spec.get('infrastructure', 'parametersRef', 'group').text === 'gateway.envoyproxy.io';
  return name.startsWith('gateway.envoyproxy.io/')
    || (name === '' && (isConfigured || ['eg', 'envoy-gateway'].includes(className)))
    ? 'envoy-gateway'
    : 'unknown';
}
