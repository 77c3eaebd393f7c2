import { type Cluster, controllerOf, type Resource } from '../../manifests';
import { titleOf } from '../unread/read';
import { Unsimulated } from '../messages/unsimulated';

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
      'Use Istio or Envoy Gateway. If the class is of one of them, add the GatewayClass to the manifests, or set '
        + '`gatewayClasses`.',
    );
  }
}
