import { type Cluster, fullHost, Kind, parentsOf, type Resource } from '../../../manifests';
import type { Proxy } from '../proxies/proxy';
import { gatewayRouteRules } from './gateway-route';
import { inOrderOfPrecedence } from './gateway-route-match';
import { type Route, routesAt, type Rule } from './rule';

/**
 * Routes of the Gateway API whose parent is a Service: those of the caller's namespace are for its own callers, those of the Service's namespace for all; others are for nobody.
 * @see https://gateway-api.sigs.k8s.io/mesh/
 */
export class MeshRoutes {
  /** Those of a cluster, indexed once. */
  static of(cluster: Cluster): MeshRoutes {
    const known = INDEXES.get(cluster) ?? new MeshRoutes(cluster);
    INDEXES.set(cluster, known);
    return known;
  }

  private readonly byHost = new Map<string, Bound[]>();

  private constructor(private readonly cluster: Cluster) {
    for (const route of [...cluster.all(Kind.HTTP_ROUTE), ...cluster.all(Kind.GRPC_ROUTE)]) {
      for (const { at, name, namespace } of parentsOf(route).filter(each => each.kind === 'Service')) {
        const host = fullHost(name, namespace, cluster.clusterDomain);
        this.byHost.set(host, [...this.byHost.get(host) ?? [], { route, port: at.get('port').number }]);
      }
    }
  }

  /** The routes of a namespace for a host, as a proxy has them for a port; none, if there are none. */
  for(host: string, namespace: string, proxy: Proxy, port: number): Route[] {
    const rules = this.rulesOf(host, namespace, port);
    return rules.length === 0 ? [] : routesAt(inOrderOfPrecedence(rules), proxy, port);
  }

  /** The hosts to which those routes send that a proxy applies. */
  destinations(host: string, namespaces: readonly string[]): string[] {
    return namespaces.flatMap(namespace => this.rulesOf(host, namespace)).flatMap(rule => [...rule.backends, ...rule.mirrors]).flatMap(each => each.host ?? []);
  }

  private rulesOf(host: string, namespace: string, port?: number): Rule[] {
    return (this.byHost.get(host) ?? []).filter(each => each.route.namespace === namespace && (port === undefined || each.port === undefined || each.port === port))
      .flatMap(each => gatewayRouteRules(each.route, this.cluster));
  }
}

interface Bound {
  readonly route: Resource;
  readonly port?: number;
}

const INDEXES = new WeakMap<Cluster, MeshRoutes>();
