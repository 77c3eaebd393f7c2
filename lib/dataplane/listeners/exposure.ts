import { type Cluster, embedded, type Field, Kind, type Resource } from '../../manifests';
import { Gateways } from './gateways';
import type { GatewayListener } from './listener';

/** The Service of a gateway's Pods, as far as manifests say. */
interface Front {
  readonly namespace: string;
  /** Undefined where a controller chooses it. */
  readonly name?: string;
  readonly type: string;
}

/**
 * What is assumed where the Service of a gateway has cluster addresses alone, and nothing in the manifests leads to it
 * from outside.
 */
export function assumedExposure(listener: GatewayListener, cluster: Cluster): string | undefined {
  const fronts = frontsOf(listener, cluster);
  const isOpen = fronts.some(front => front.type !== 'ClusterIP' || bindings(cluster).some(at => leadsTo(at, front)));
  return fronts.length === 0 || isOpen
    ? undefined
    : `assumption: a load balancer leads to ${listener.caller.title}, whose Service is a ClusterIP; no `
        + 'TargetGroupBinding, Ingress or API in the manifests does';
}

/** What is assumed about the Pods of a Gateway of Istio that are not among the manifests. */
export function assumedPodsOf({ at, gateway, caller }: GatewayListener, cluster: Cluster): string | undefined {
  const { resource } = at;
  const isSeen =
    gateway !== undefined
    || Gateways.of(cluster)
      .selectedBy(resource)
      .some(each => each.workload);
  if (resource.type !== Kind.ISTIO_GATEWAY || isSeen) {
    return undefined;
  }
  const labels = Object.entries(caller.labels).map(([name, value]) => `${name}: ${value}`);
  const known = [...cluster.namespaces, ...cluster.gatewayPods.map(each => each.namespace), cluster.mesh.rootNamespace];
  return (
    `assumption: the Pods of ${caller.title}, which are not among the manifests, have the labels ${labels.join(', ')}`
    + (known.includes(caller.namespace) ? ` in namespace ${caller.namespace}` : '')
  );
}

function frontsOf({ gateway, caller }: GatewayListener, cluster: Cluster): Front[] {
  if (gateway) {
    return [frontOf(gateway, cluster)];
  }
  const pods = cluster.workloads.select(caller.labels).filter(each => each.namespace === caller.namespace);
  return pods
    .flatMap(each => cluster.servicesOf(each))
    .map(({ namespace, name, spec }) => ({
      namespace,
      name,
      type: spec.get('externalIPs').items.length > 0 ? 'LoadBalancer' : spec.get('type').text || 'ClusterIP',
    }));
}

/**
 * The Service that a controller makes for a Gateway of the Gateway API: a load balancer unless its parameters or
 * annotations say otherwise.
 */
function frontOf(gateway: Resource, cluster: Cluster): Front {
  const { namespace, name, spec } = gateway;
  const infrastructure = spec.get('infrastructure');
  const annotation = 'networking.istio.io/service-type';
  const parameters = infrastructure.get('parametersRef', 'name').text;
  const ofIstio = cluster.find(Kind.CONFIG_MAP, parameters, namespace)?.root.get('data', 'service');
  const ofEnvoyGateway = cluster
    .find('EnvoyProxy.gateway.envoyproxy.io', parameters, namespace)
    ?.spec.get('provider', 'kubernetes', 'envoyService');
  const declared = [
    ofIstio && embedded(ofIstio).get('spec', 'type').text,
    ofEnvoyGateway?.get('type').text,
    infrastructure.get('annotations').strings[annotation],
    gateway.annotations[annotation],
  ];
  const own = ofEnvoyGateway
    ? ofEnvoyGateway.get('name').text || undefined
    : `${name}-${spec.get('gatewayClassName').text}`;
  return { namespace: ofEnvoyGateway ? '' : namespace, name: own, type: declared.find(each => each) ?? 'LoadBalancer' };
}

/** The names of Services to which load balancers lead. */
function bindings(cluster: Cluster): Field[] {
  return [
    ...[Kind.TARGET_GROUP_BINDING, 'TargetGroupBinding.eks.amazonaws.com']
      .flatMap(type => cluster.all(type))
      .map(each => each.spec.get('serviceRef', 'name')),
    ...cluster.all(Kind.INGRESS).flatMap(({ spec }) => [
      spec.get('defaultBackend', 'service', 'name'),
      ...spec
        .get('rules')
        .items.flatMap(rule => rule.get('http', 'paths').items)
        .map(path => path.get('backend', 'service', 'name')),
    ]),
  ].filter(each => each.exists);
}

/** A Service whose namespace or name a controller chooses may be any. */
function leadsTo(at: Field, { namespace, name }: Front): boolean {
  return (namespace === '' || at.resource.namespace === namespace) && (name === undefined || at.text === name);
}
