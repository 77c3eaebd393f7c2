import {
  byAge,
  type Cluster,
  covers,
  type Field,
  fullHost,
  hasLabels,
  Kind,
  type Labels,
  memo,
  namespacesOf,
  type Resource,
} from '../../manifests';
import type { Proxy } from '../endpoints/proxy';

/**
 * The DestinationRules that apply to a host at a proxy: those of the proxy's namespace before those of the host's,
 * before those of the mesh; an exact host before a wildcard. Several for one host in one namespace are merged: subsets
 * of all, the policy of the first that has one.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export class DestinationRules {
  static for(proxy: Choosing, host: ChosenFor, cluster: Cluster): DestinationRules {
    return new DestinationRules(rulesFor(proxy, host, cluster));
  }

  private constructor(readonly rules: readonly Resource[]) {}

  /** The labels of a subset; undefined if no rule declares it. */
  subset(name: string): { labels: Labels; at: Field } | undefined {
    const at = this.rules.flatMap(each => each.spec.get('subsets').items).find(each => each.get('name').text === name);
    return at && { at, labels: at.get('labels').strings };
  }

  /** The TLS mode of connections to a port, if a rule sets one. */
  tlsMode(port: number, subset: string | undefined): Field | undefined {
    const tls = this.tls(port, subset);
    const mode = tls?.get('mode');
    return mode?.exists === false ? mode.replaced('DISABLE') : mode;
  }

  /** The TLS settings for a port: the subset's before the host's, port-level settings before general ones. */
  tls(port: number, subset: string | undefined): Field | undefined {
    const policies = [
      ...(subset === undefined
        ? []
        : this.rules
            .flatMap(each => each.spec.get('subsets').items)
            .filter(each => each.get('name').text === subset)
            .slice(0, 1)),
      ...this.rules
        .map(each => each.spec)
        .filter(each => each.get('trafficPolicy').exists)
        .slice(0, 1),
    ].map(each => each.get('trafficPolicy'));
    for (const policy of policies) {
      const level = policy.get('portLevelSettings').items.find(each => each.get('port', 'number').number === port);
      if (level) {
        return tlsOf(level);
      }
      if (policy.get('tls').exists) {
        return tlsOf(policy);
      }
    }
    return undefined;
  }
}

/** What of a proxy and of a host decides which rules apply. */
type Choosing = Pick<Proxy, 'namespace' | 'labels'>;

interface ChosenFor {
  readonly name: string;
  readonly resource: { readonly namespace: string };
}

function tlsOf(policy: Field): Field | undefined {
  const tls = policy.get('tls');
  return tls.exists ? tls : undefined;
}

function rulesFor(proxy: Choosing, host: ChosenFor, cluster: Cluster): readonly Resource[] {
  const { rootNamespace } = cluster.mesh;
  const index = Index.of(cluster);
  const name = host.name.toLowerCase();
  // Public rules of the root namespace come last, for its own proxies too.
  const isLocal = (rule: Resource) =>
    exportsOf(rule).some(each => each === proxy.namespace || (each === '*' && proxy.namespace !== rootNamespace));
  const isExported = (rule: Resource) =>
    !hasSelector(rule) && ['*', proxy.namespace].some(each => exportsOf(rule).includes(each));
  for (const best of [
    index.best(proxy.namespace, name, isLocal),
    index.best(host.resource.namespace, name, isExported),
    index.best(rootNamespace, name, isExported),
  ]) {
    if (best.length > 0) {
      const selecting = best.filter(
        each => hasSelector(each) && hasLabels(proxy.labels, each.spec.get('workloadSelector', 'matchLabels').strings),
      );
      return selecting.length > 0 ? selecting : best.filter(each => !hasSelector(each));
    }
  }
  return [];
}

function hasSelector(rule: Resource): boolean {
  return rule.spec.get('workloadSelector').exists;
}

/** The namespaces to which a rule is visible. A rule with a workloadSelector is visible in its own namespace only. */
function exportsOf(rule: Resource): string[] {
  return hasSelector(rule) ? [rule.namespace] : namespacesOf(rule.spec.get('exportTo').texts, rule.namespace);
}

/** Rules by namespace and host. */
class Index {
  static readonly of = memo((cluster: Cluster) => new Index(cluster));

  private readonly exact = new Map<string, Resource[]>();
  private readonly patterns = new Map<string, { readonly rule: Resource; readonly host: string }[]>();

  private constructor(cluster: Cluster) {
    for (const rule of byAge(cluster.all(Kind.DESTINATION_RULE))) {
      const host = fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain).toLowerCase();
      if (host.startsWith('*')) {
        this.patterns.set(rule.namespace, [...(this.patterns.get(rule.namespace) ?? []), { rule, host }]);
      } else {
        const key = `${rule.namespace}/${host}`;
        this.exact.set(key, [...(this.exact.get(key) ?? []), rule]);
      }
    }
  }

  /** The rules of a namespace for a host: those with the exact host, else those with the longest wildcard. */
  best(namespace: string, host: string, isMeant: (rule: Resource) => boolean): Resource[] {
    const exact = (this.exact.get(`${namespace}/${host}`) ?? []).filter(isMeant);
    if (exact.length > 0) {
      return exact;
    }
    const patterns = (this.patterns.get(namespace) ?? []).filter(each => isMeant(each.rule) && covers(each.host, host));
    const longest = Math.max(0, ...patterns.map(each => each.host.length));
    return patterns.filter(each => each.host.length === longest).map(each => each.rule);
  }
}
