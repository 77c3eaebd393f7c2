import { type Age, ageOf, byAge, type Cluster, fullHost, Kind, memo, parentsOf, type Resource } from '../../manifests';
import type { Proxy } from '../endpoints/proxy';
import { gatewayRouteRules } from './gateway-route';
import { inOrderOfPrecedence } from './gateway-route-match';
import { type Route, routesAt, type Rule } from './rule';
import { RouteReader } from './unsupported-filters';

/**
 * Routes of the Gateway API whose parent is a Service: those in the caller's namespace apply to its own callers, those
 * in the Service's namespace to all; others are ignored.
 * @see https://gateway-api.sigs.k8s.io/mesh/
 */
export class MeshRoutes {
  /** Those of a cluster, cached. */
  static readonly of = memo((cluster: Cluster) => new MeshRoutes(cluster));

  private readonly byHost = new Map<string, MeshRouteGroup[]>();

  private constructor(cluster: Cluster) {
    for (const route of byAge([...cluster.all(Kind.HTTP_ROUTE), ...cluster.all(Kind.GRPC_ROUTE)])) {
      for (const { at, name, namespace } of parentsOf(route).filter(each => each.kind === 'Service')) {
        const host = fullHost(name, namespace, cluster.clusterDomain);
        this.group(host, route, at.get('port').number).rules.push(
          ...gatewayRouteRules(route, RouteReader.ISTIO_MESH, cluster),
        );
      }
    }
  }

  /** The routes for a host, those of one namespace and port together. */
  for(host: string): readonly MeshRouteGroup[] {
    return this.byHost.get(host) ?? [];
  }

  /** The destination hosts of routes for a host in some namespaces. */
  destinations(host: string, namespaces: readonly string[]): { readonly host: string; readonly port?: number }[] {
    return this.for(host)
      .filter(each => namespaces.includes(each.namespace))
      .flatMap(each => each.rules)
      .flatMap(rule => [...rule.backends, ...rule.mirrors])
      .flatMap(each => (each.host === undefined ? [] : [{ host: each.host, port: each.port }]));
  }

  private group(host: string, route: Resource, port: number | undefined): MeshRouteGroup {
    const { namespace } = route;
    const groups = this.byHost.get(host) ?? [];
    this.byHost.set(host, groups);
    const known = groups.find(each => each.namespace === namespace && each.port === port);
    const group = known ?? {
      namespace,
      port,
      age: { ...ageOf(route), name: [namespace, ...(port === undefined ? [] : [port]), host].join('~') },
      rules: [],
    };
    if (!known) {
      groups.push(group);
    }
    return group;
  }
}

/** Rules of routes that Istio merges into one VirtualService. */
export interface MeshRouteGroup {
  readonly namespace: string;
  /** Undefined for all ports. */
  readonly port?: number;
  /** That of its oldest route, under the name of the VirtualService. */
  readonly age: Age;
  readonly rules: Rule[];
}

/** The routes of a group that a proxy has for a port. */
export function meshRoutesAt({ rules, port }: MeshRouteGroup, proxy: Proxy, asked: number): Route[] {
  return port !== undefined && port !== asked
    ? []
    : routesAt(inOrderOfPrecedence(rules, RouteReader.ISTIO_MESH), proxy, asked);
}
