import { type Cluster, Kind, type Resource } from '../../../manifests';
import { titleOf } from '../unread/read';
import { Unsimulated } from '../unsimulated';

/** What makes the Pods of a Gateway of the Gateway API and keeps its policies. */
export type Controller = 'istio' | 'envoy-gateway' | 'unknown';

/** The controller of a Gateway: that of its GatewayClass, or the one that the name of the class is known for. */
export function controllerOf(gateway: Resource, cluster: Cluster): Controller {
  const className = gateway.spec.get('gatewayClassName').text;
  const name = cluster.find(Kind.GATEWAY_CLASS, className)?.spec.get('controllerName').text ?? '';
  if (name === '' ? ['istio', 'istio-remote'].includes(className) : name.startsWith('istio.io/')) {
    return 'istio';
  }
  const isConfigured = gateway.spec.get('infrastructure', 'parametersRef', 'group').text === 'gateway.envoyproxy.io';
  return name.startsWith('gateway.envoyproxy.io/') || (name === '' && (isConfigured || ['eg', 'envoy-gateway'].includes(className))) ? 'envoy-gateway' : 'unknown';
}

/** Throws {@link Unsimulated} where it is not known how a controller serves a Gateway. Istio makes no Pods for one with several addresses. */
export function requireKnownController(gateway: Resource, cluster: Cluster): void {
  if (controllerOf(gateway, cluster) === 'istio' && gateway.spec.get('addresses').items.length > 1) {
    throw new Unsimulated(`${titleOf(gateway)} has several addresses, so that other Pods serve it than those which Istio makes.`, 'Give it one address, or none.');
  }
  if (controllerOf(gateway, cluster) === 'unknown') {
    const className = gateway.spec.get('gatewayClassName').text;
    throw new Unsimulated(
      `${titleOf(gateway)} has the class ${className}, whose controller is not simulated.`,
      'Those of Istio and of Envoy Gateway are; add the GatewayClass to the manifests if it is one of theirs.',
    );
  }
}
