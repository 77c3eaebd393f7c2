import { type Cluster, Kind, type Resource } from '../../manifests';
import { titleOf } from '../unread/read';
import { Unsimulated } from '../messages/unsimulated';

/** The controller that creates the Pods of a Gateway API Gateway and enforces its policies. */
export type Controller = 'istio' | 'envoy-gateway' | 'unknown';

/** The controller of a Gateway: that of its GatewayClass, or the well-known one for the name of the class. */
export function controllerOf(gateway: Resource, cluster: Cluster): Controller {
  const className = gateway.spec.get('gatewayClassName').text;
  const name = cluster.find(Kind.GATEWAY_CLASS, className)?.spec.get('controllerName').text ?? '';
  if (name === '' ? ['istio', 'istio-remote'].includes(className) : name.startsWith('istio.io/')) {
    return 'istio';
  }
  const isConfigured = gateway.spec.get('infrastructure', 'parametersRef', 'group').text === 'gateway.envoyproxy.io';
  return name.startsWith('gateway.envoyproxy.io/')
    || (name === '' && (isConfigured || ['eg', 'envoy-gateway'].includes(className)))
    ? 'envoy-gateway'
    : 'unknown';
}

/**
 * Throws {@link Unsimulated} for a controller that is not simulated. Istio makes no Pods for one with several
 * addresses.
 */
export function requireKnownController(gateway: Resource, cluster: Cluster): void {
  if (controllerOf(gateway, cluster) === 'istio' && gateway.spec.get('addresses').items.length > 1) {
    throw new Unsimulated(
      `${titleOf(gateway)} has several addresses, so that other Pods serve it than those which Istio makes.`,
      'Give it one address, or none.',
    );
  }
  if (controllerOf(gateway, cluster) === 'unknown') {
    const className = gateway.spec.get('gatewayClassName').text;
    throw new Unsimulated(
      `${titleOf(gateway)} has the class ${className}, whose controller is not simulated.`,
      'Use Istio or Envoy Gateway; add the GatewayClass to the manifests if it belongs to one of them.',
    );
  }
}
