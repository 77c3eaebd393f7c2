import { type Cluster, Kind, memo, type Resource } from '../../../manifests';
import type { Entry } from './node';

/** AWS ends an HTTP API's requests after 30 s, including the network path to the cluster; the CDK sets 29 s. */
const HTTP_API = 29_000;
const REST_API = 29_000;

/**
 * The longest timeout of the managed API in front of an entry, in milliseconds; undefined if the templates have none,
 * or it is in front of another gateway.
 */
export function apiLimitOf(entry: Entry, cluster: Cluster): number | undefined {
  const bound = gatewaysBound(cluster);
  return bound.size === 0 || entry.gateways.some(each => bound.has(each)) ? longestOf(cluster) : undefined;
}

const longestOf = memo((cluster: Cluster): number | undefined => {
  const limits = [
    ...cluster
      .all('AWS::ApiGatewayV2::Integration')
      .map(each => each.root.get('Properties'))
      .filter(
        each => each.get('ConnectionType').text === 'VPC_LINK' || each.get('IntegrationType').text.startsWith('HTTP'),
      )
      .map(each => each.get('TimeoutInMillis').number ?? HTTP_API),
    ...cluster
      .all('AWS::ApiGateway::Method')
      .map(each => each.root.get('Properties', 'Integration'))
      .filter(each => each.get('Type').text.startsWith('HTTP'))
      .map(each => each.get('TimeoutInMillis').number ?? REST_API),
  ];
  return limits.length === 0 ? undefined : Math.max(...limits);
});

/**
 * The Gateways to which a load balancer is bound by a TargetGroupBinding; without one, any Gateway may be behind an
 * API.
 */
const gatewaysBound = memo((cluster: Cluster): ReadonlySet<Resource> => {
  const services = new Set(
    cluster.all(Kind.TARGET_GROUP_BINDING).map(each => `${each.namespace}/${each.spec.get('serviceRef', 'name').text}`),
  );
  return new Set(
    services.size === 0
      ? []
      : [Kind.GATEWAY, Kind.ISTIO_GATEWAY]
          .flatMap(type => cluster.all(type))
          .filter(gateway => servicesOf(gateway, cluster).some(each => services.has(each))),
  );
});

/** The Services in front of a Gateway's pods; those that Istio creates are found by name. */
function servicesOf(gateway: Resource, cluster: Cluster): string[] {
  return gateway.type === Kind.GATEWAY
    ? [gateway.key, `${gateway.key}-${gateway.spec.get('gatewayClassName').text}`]
    : cluster.workloads
        .select(gateway.spec.get('selector').strings)
        .flatMap(each => cluster.servicesOf(each))
        .map(each => each.key);
}
