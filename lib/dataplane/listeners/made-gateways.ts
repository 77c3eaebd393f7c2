import { type Cluster, controllerOf, Kind, type Labels, type Resource } from '../../manifests';
import { identityOf, type ProxiedCaller } from '../endpoints/caller';
import type { Proxy } from '../endpoints/proxy';

/** The Gateways for which a controller creates Pods that serve traffic from outside, with these Pods as callers. */
export function madeGateways(cluster: Cluster): { gateway: Resource; caller: ProxiedCaller }[] {
  return cluster
    .all(Kind.GATEWAY)
    .filter(each => !each.spec.get('gatewayClassName').text.startsWith('istio-waypoint'))
    .map(gateway => ({ gateway, caller: callerOf(gateway, cluster) }));
}

/** The Pods that the controller of a gateway's class creates for it. Those of Envoy Gateway are outside the mesh. */
function callerOf(gateway: Resource, cluster: Cluster): ProxiedCaller {
  const { name, namespace } = gateway;
  const isOfIstio = controllerOf(gateway, cluster) === 'istio';
  const labels = isOfIstio
    ? labelsByIstio(gateway)
    : {
        ...gateway.spec.get('infrastructure', 'labels').strings,
        ...OF_ENVOY_GATEWAY,
        'gateway.envoyproxy.io/owning-gateway-name': name,
        'gateway.envoyproxy.io/owning-gateway-namespace': namespace,
      };
  const serviceAccount = gateway.annotations['gateway.istio.io/service-account'] || usualName(gateway);
  const identity = isOfIstio ? identityOf(namespace, serviceAccount, cluster) : undefined;
  const proxy: Proxy = { namespace, labels, identity, gateways: [], isGateway: true };
  return {
    title: `the gateway ${gateway.key}`,
    namespace: isOfIstio ? namespace : 'envoy-gateway-system',
    labels,
    proxy,
  };
}

const OF_ENVOY_GATEWAY: Labels = {
  'app.kubernetes.io/name': 'envoy',
  'app.kubernetes.io/component': 'proxy',
  'app.kubernetes.io/managed-by': 'envoy-gateway',
};

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
