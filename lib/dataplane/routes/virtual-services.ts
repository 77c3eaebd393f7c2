import {
  addTo,
  byAge,
  type Cluster,
  covers,
  fullHost,
  gatewayOf,
  Kind,
  memo,
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
  static readonly of = memo((cluster: Cluster) => new VirtualServices(cluster));

  private readonly all: readonly KnownVirtualService[];
  private readonly byHost = new Map<string, KnownVirtualService[]>();
  private readonly byGateway = new Map<string, KnownVirtualService[]>();
  private readonly patterns: readonly KnownVirtualService[];
  private readonly hostsOf: ReadonlyMap<Resource, readonly string[]>;

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
    this.hostsOf = new Map(this.all.map(each => [each.resource, each.hosts]));
    this.patterns = this.all.filter(({ hosts }) => hosts.some(each => each.startsWith('*')));
  }

  /**
   * Those that a proxy applies: private ones of its namespace, those exported to it, then the public ones; each by age.
   */
  for(proxy: Applying): Resource[] {
    const found = proxy.gateways.map(each => this.byGateway.get(each) ?? []);
    const [first = []] = found;
    return inOrder(found.length < 2 ? first : [...new Set(found.flat())].sort((a, b) => a.order - b.order), proxy);
  }

  /** Those with one of several hosts, exactly or by a wildcard. */
  forHosts(proxy: Applying, hosts: readonly string[]): Resource[] {
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

  /** The one for a host: with the exact host, else with the longest wildcard. */
  forHost(proxy: Applying, host: string): Resource | undefined {
    const rank = (each: Resource) =>
      Math.max(
        0,
        ...(this.hostsOf.get(each) ?? [])
          .filter(own => covers(own, host))
          .map(own => (own === host ? Infinity : own.length)),
      );
    return this.forHosts(proxy, [host]).reduce(
      (best: Resource | undefined, each) => (!best || rank(each) > rank(best) ? each : best),
      undefined,
    );
  }
}

/** What of a proxy decides which VirtualServices it applies. */
type Applying = Pick<Proxy, 'namespace' | 'gateways'>;

function inOrder(known: readonly KnownVirtualService[], proxy: Applying): Resource[] {
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
