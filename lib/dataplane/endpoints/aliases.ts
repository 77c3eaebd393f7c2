import { addTo, aliasedHost, type Cluster, type Host, memo, type Resource } from '../../manifests';

/**
 * Services of type ExternalName: names that DNS resolves as those of other hosts.
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#externalname
 */
export class Aliases {
  static readonly of = memo((cluster: Cluster) => new Aliases(cluster));

  private readonly byName = new Map<string, Resource>();
  private readonly byHost = new Map<string, Host[]>();

  private constructor(cluster: Cluster) {
    const aliases = cluster.hosts.all.filter(each => aliasedHost(each.resource) !== undefined);
    aliases.forEach(each => this.byName.set(each.name.toLowerCase(), each.resource));
    for (const each of aliases) {
      const end = this.endOf(each.resource);
      if (end !== undefined) {
        addTo(this.byHost, end, each);
      }
    }
  }

  /** The host at the end of the aliases that begin with this one; undefined if they lead back to themselves. */
  endOf(alias: Resource): string | undefined {
    const seen = new Set<Resource>();
    let end = '';
    for (let next: Resource | undefined = alias; next; next = this.byName.get(end)) {
      if (seen.has(next)) {
        return undefined;
      }
      seen.add(next);
      end = aliasedHost(next) ?? '';
    }
    return end;
  }

  /** The aliases of a host, by whose names proxies know it too. */
  for({ name }: Host): readonly Host[] {
    return this.byHost.get(name.toLowerCase()) ?? NONE;
  }
}

const NONE: readonly Host[] = [];
