import type { Labels, Resource } from '../../manifests';

/**
 * The labels of Pods that istiod makes: those of the infrastructure, where there are any, else those of the Gateway
 * itself, and its own.
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
 */
export function labelsByIstio(gateway: Resource): Labels {
  const given = gateway.spec.get('infrastructure', 'labels');
  const own = Object.entries(given.strings).filter(([name]) => !name.startsWith('gateway.networking.k8s.io/'));
  return {
    'sidecar.istio.io/inject': 'false',
    'service.istio.io/canonical-name': gateway.annotations['gateway.istio.io/name-override'] || usualName(gateway),
    'service.istio.io/canonical-revision': 'latest',
    ...(given.exists ? Object.fromEntries(own) : gateway.labels),
    'gateway.networking.k8s.io/gateway-name': gateway.name,
    'gateway.networking.k8s.io/gateway-class-name': gateway.spec.get('gatewayClassName').text,
    'gateway.istio.io/managed': 'istio.io-gateway-controller',
  };
}

/** The name of the Deployment and the ServiceAccount, unless an annotation gives another one. */
export function usualName({ name, spec }: Resource): string {
  return `${name}-${spec.get('gatewayClassName').text}`;
}
