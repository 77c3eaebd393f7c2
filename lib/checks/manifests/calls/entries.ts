import {
  backendsOf,
  type Cluster,
  gatewayAt,
  gatewaysNamedBy,
  Kind,
  parentGateway,
  parentsOf,
  type Resource,
  routesOf,
} from '../../../manifests';
import type { Entry, Node } from './node';

/**
 * The entry points from outside: routes of the Gateway API at Gateways, VirtualServices at Istio Gateways, Ingresses.
 */
export function entriesOf(cluster: Cluster, nodeOf: (service: Resource) => Node | undefined): Entry[] {
  const entry = (
    route: Resource,
    rule: Entry['rule'],
    service: Resource | undefined,
    gateways: readonly Resource[],
    port?: number,
  ): Entry[] => {
    const callee = service && nodeOf(service);
    return callee ? [{ route, rule, callee, service, gateways, port }] : [];
  };
  return [
    ...routesOf(cluster).flatMap(route => {
      const gateways = parentsOf(route)
        .flatMap(each => parentGateway(each, cluster) ?? [])
        .filter(each => !isWaypoint(each));
      const rules = route.spec.get('rules').items;
      return gateways.length === 0
        ? []
        : backendsOf(route)
            .filter(each => each.kind === 'Service')
            .flatMap(({ at, name, namespace }) => {
              const rule = rules[Number(at.path[2])];
              return rule
                ? entry(route, rule, cluster.find(Kind.SERVICE, name, namespace), gateways, at.get('port').number)
                : [];
            });
    }),
    ...cluster.all(Kind.VIRTUAL_SERVICE).flatMap(route => {
      const gateways = gatewaysNamedBy(route).flatMap(each => gatewayAt(each, cluster) ?? []);
      return gateways.length === 0
        ? []
        : route.spec.get('http').items.flatMap(rule =>
            rule
              .get('route')
              .items.map(each => each.get('destination'))
              .flatMap(destination => {
                const host = cluster.hosts.find(destination.get('host').text, route.namespace);
                return entry(
                  route,
                  rule,
                  host?.resource.type === Kind.SERVICE ? host.resource : undefined,
                  gateways,
                  destination.get('port', 'number').number,
                );
              }),
          );
    }),
    ...cluster.all(Kind.INGRESS).flatMap(route => {
      const paths = route.spec.get('rules').items.flatMap(each => each.get('http', 'paths').items);
      const others = route.spec.get('defaultBackend');
      return [
        ...paths.map(rule => ({ rule, backend: rule.get('backend') })),
        ...(others.exists ? [{ rule: others, backend: others }] : []),
      ].flatMap(({ rule, backend }) =>
        entry(
          route,
          rule,
          cluster.find(Kind.SERVICE, backend.get('service', 'name').text, route.namespace),
          [route],
          backend.get('service', 'port', 'number').number,
        ),
      );
    }),
  ];
}

function isWaypoint(gateway: Resource): boolean {
  return gateway.spec.get('gatewayClassName').text.startsWith('istio-waypoint');
}
