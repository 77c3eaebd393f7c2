import {
  addTo,
  byAge,
  type Cluster,
  covers,
  fullHost,
  gatewayOf,
  Kind,
  namespacesOf,
  type Resource,
} from '../../manifests';
import { MESH, type Proxy } from '../endpoints/proxy';

/** An indexed VirtualService; delegates are excluded. */
interface KnownVirtualService {
  readonly resource: Resource;
  readonly hosts: readonly string[];
  readonly visibleIn: readonly string[];
  readonly gateways: readonly string[];
  /** Its position among all, by age. */
  readonly order: number;
}

/** The VirtualServices of a cluster, by host. */
export class VirtualServices {
  /** Those of a cluster, cached. */
  static of(cluster: Cluster): VirtualServices {
    const known = INDEXES.get(cluster) ?? new VirtualServices(cluster);
    INDEXES.set(cluster, known);
    return known;
  }

  private readonly all: readonly KnownVirtualService[];
  private readonly byHost = new Map<string, KnownVirtualService[]>();
  private readonly byGateway = new Map<string, KnownVirtualService[]>();
  private readonly patterns: readonly KnownVirtualService[];

  private constructor(cluster: Cluster) {
    this.all = byAge(cluster.all(Kind.VIRTUAL_SERVICE))
      .filter(each => each.spec.get('hosts').items.length > 0)
      .map((resource, order) => {
        const gateways = resource.spec
          .get('gateways')
          .texts.map(each => (each === MESH ? MESH : Object.values(gatewayOf(each, resource.namespace)).join('/')));
        return {
          resource,
          order,
          hosts: resource.spec
            .get('hosts')
            .texts.map(each => fullHost(each, resource.namespace, cluster.clusterDomain)),
          visibleIn: namespacesOf(resource.spec.get('exportTo').texts, resource.namespace),
          gateways: gateways.length === 0 ? [MESH] : gateways,
        };
      });
    for (const each of this.all) {
      each.hosts.forEach(host => addTo(this.byHost, host, each));
      new Set(each.gateways).forEach(gateway => addTo(this.byGateway, gateway, each));
    }
    this.patterns = this.all.filter(({ hosts }) => hosts.some(each => each.startsWith('*')));
  }

  /**
   * Those that a proxy applies: private ones of its namespace, those exported to it, then the public ones; each by age.
   */
  for(proxy: Proxy): Resource[] {
    const found = proxy.gateways.map(each => this.byGateway.get(each) ?? []);
    const [first = []] = found;
    return inOrder(found.length < 2 ? first : [...new Set(found.flat())].sort((a, b) => a.order - b.order), proxy);
  }

  /** Those with one of several hosts, exactly or by a wildcard. */
  forHosts(proxy: Proxy, hosts: readonly string[]): Resource[] {
    const exact = hosts.flatMap(each => this.byHost.get(each) ?? []);
    return inOrder(
      [
        ...new Set([
          ...exact,
          ...this.patterns.filter(each => each.hosts.some(pattern => hosts.some(host => covers(pattern, host)))),
        ]),
      ].sort((a, b) => a.order - b.order),
      proxy,
    );
  }
}

const INDEXES = new WeakMap<Cluster, VirtualServices>();

function inOrder(known: readonly KnownVirtualService[], proxy: Proxy): Resource[] {
  const rank = ({ visibleIn, resource }: KnownVirtualService) =>
    visibleIn.includes('*')
      ? 2
      : !visibleIn.includes(proxy.namespace)
        ? undefined
        : resource.namespace === proxy.namespace
          ? 0
          : 1;
  const ranked = known
    .filter(({ gateways }) => gateways.some(each => proxy.gateways.includes(each)))
    .map(each => ({ each, rank: rank(each) }));
  return [0, 1, 2].flatMap(wanted => ranked.filter(each => each.rank === wanted).map(({ each }) => each.resource));
}
