import { addTo, covers, type Field, memoByKey, type Resource } from '../../manifests';

/**
 * The hosts of an egress listener of a Sidecar, for the proxies of a namespace: `namespace/host`, where `.` is that of
 * the proxy, `*` is any, and a `~` in front excludes hosts. Names are not expanded.
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
 */
export class EgressHosts {
  /** Those of each egress listener, in order. */
  static readonly of: (sidecar: Resource, namespace: string) => readonly EgressHosts[] = memoByKey(
    (sidecar: Resource, namespace: string) =>
      sidecar.spec.get('egress').items.map(each => new EgressHosts(each.get('hosts'), namespace)),
  );

  /** The included hosts, if each of them is a single host of a single namespace. */
  readonly exact: readonly string[] | undefined;
  private readonly included = new NamespacedHosts();
  private readonly excluded = new NamespacedHosts();

  private constructor(hosts: Field, namespace: string) {
    const single: string[] = [];
    let areSingle = true;
    for (const text of new Set(hosts.texts)) {
      const [scope = '', host, ...more] = text.split('/');
      if (host === undefined || more.length > 0) {
        continue;
      }
      const excludes = scope.startsWith('~');
      const plain = excludes ? scope.slice(1) || '*' : scope;
      const place = plain === '.' ? namespace : plain;
      (excludes ? this.excluded : this.included).add(place, host);
      if (!excludes) {
        areSingle &&= place !== '*' && !host.startsWith('*');
        single.push(host);
      }
    }
    this.exact = areSingle ? single : undefined;
  }

  /** Whether the listener has a host of a namespace. */
  includes(namespace: string, host: string): boolean {
    return this.included.cover(namespace, host) && !this.excluded.cover(namespace, host);
  }

  /**
   * Whether the listener has a host by the name of an alias too: entries of the same namespace, or of any, name both.
   */
  includesAlias(namespace: string, host: string, alias: string): boolean {
    return this.included.coverIn(this.included.coverIn(namespace, host) ? namespace : '*', alias);
  }

  /** Whether rules of a namespace for a host, possibly with a wildcard, apply. */
  imports(namespace: string, host: string): boolean {
    return this.included.overlap(namespace, host) && !this.excluded.cover(namespace, host);
  }
}

/** Hosts by namespace, those without a wildcard to be found at once. */
class NamespacedHosts {
  private readonly exact = new Map<string, Set<string>>();
  private readonly patterns = new Map<string, string[]>();

  add(namespace: string, host: string): void {
    if (host.startsWith('*')) {
      addTo(this.patterns, namespace, host);
    } else {
      this.exact.set(namespace, (this.exact.get(namespace) ?? new Set()).add(host));
    }
  }

  cover(namespace: string, host: string): boolean {
    return [namespace, '*'].some(each => this.coverIn(each, host));
  }

  coverIn(scope: string, host: string): boolean {
    return this.exact.get(scope)?.has(host) === true || this.patternsOf(scope).some(pattern => covers(pattern, host));
  }

  overlap(namespace: string, host: string): boolean {
    return (
      this.cover(namespace, host)
      || (host.startsWith('*')
        && [namespace, '*'].some(
          each =>
            [...(this.exact.get(each) ?? [])].some(own => covers(host, own))
            || this.patternsOf(each).some(pattern => covers(host, pattern)),
        ))
    );
  }

  private patternsOf(namespace: string): readonly string[] {
    return this.patterns.get(namespace) ?? [];
  }
}
