import { byAge, type Cluster, covers, type Field, fullHost, hasLabels, type Host, Kind, type Labels, namespacesOf, type Resource } from '../../manifests';
import type { Proxy } from './proxy';

/**
 * What DestinationRules say to a proxy about a host: those of the proxy's namespace before those of the host's, before those of the mesh; the best name before a pattern. Several for
 * one host in one namespace add up: subsets of all, the policy of the first that has one.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export class DestinationRules {
  static for(proxy: Proxy, host: Host, cluster: Cluster): DestinationRules {
    return new DestinationRules(rulesFor(proxy, host, cluster));
  }

  private constructor(readonly rules: readonly Resource[]) {}

  /** The labels of a subset; undefined if no rule has it. */
  subset(name: string): { labels: Labels; at: Field } | undefined {
    const at = this.rules.flatMap(each => each.spec.get('subsets').items).find(each => each.get('name').text === name);
    return at && { at, labels: at.get('labels').strings };
  }

  /** The TLS mode with which connections to a port are made, if a rule says one: of the subset before that of the host, of the port before that of all. */
  tlsMode(port: number, subset: string | undefined): Field | undefined {
    const policies = [
      ...(subset === undefined ? [] : this.rules.flatMap(each => each.spec.get('subsets').items).filter(each => each.get('name').text === subset).slice(0, 1)),
      ...this.rules.map(each => each.spec).filter(each => each.get('trafficPolicy').exists).slice(0, 1),
    ].map(each => each.get('trafficPolicy'));
    for (const policy of policies) {
      const level = policy.get('portLevelSettings').items.find(each => each.get('port', 'number').number === port);
      if (level) {
        return modeOf(level);
      }
      if (policy.get('tls').exists) {
        return modeOf(policy);
      }
    }
    return undefined;
  }
}

function modeOf(policy: Field): Field | undefined {
  const mode = policy.get('tls', 'mode');
  return policy.get('tls').exists ? mode.exists ? mode : mode.replaced('DISABLE') : undefined;
}

function rulesFor(proxy: Proxy, host: Host, cluster: Cluster): readonly Resource[] {
  const { rootNamespace } = cluster.mesh;
  const index = indexOf(cluster);
  // Rules of the root namespace that are for all count last, for its own proxies too.
  const local = index.in(proxy.namespace).filter(each => exportsOf(each).some(name => name === proxy.namespace || (name === '*' && proxy.namespace !== rootNamespace)));
  const exported = (namespace: string) => index.in(namespace).filter(each => !hasSelector(each) && ['*', proxy.namespace].some(name => exportsOf(each).includes(name)));
  for (const rules of [local, exported(host.resource.namespace), exported(rootNamespace)]) {
    const best = mostSpecific(rules, host.name.toLowerCase(), cluster);
    if (best.length > 0) {
      const selecting = best.filter(each => hasSelector(each) && hasLabels(proxy.labels, each.spec.get('workloadSelector', 'matchLabels').strings));
      return selecting.length > 0 ? selecting : best.filter(each => !hasSelector(each));
    }
  }
  return [];
}

function hasSelector(rule: Resource): boolean {
  return rule.spec.get('workloadSelector').exists;
}

/** The namespaces to which a rule is visible. One that selects workloads is for its own alone. */
function exportsOf(rule: Resource): string[] {
  return hasSelector(rule) ? [rule.namespace] : namespacesOf(rule.spec.get('exportTo').texts, rule.namespace);
}

function mostSpecific(rules: readonly Resource[], host: string, cluster: Cluster): Resource[] {
  const named = rules.map(rule => ({ rule, name: fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain).toLowerCase() }));
  const exact = named.filter(each => each.name === host);
  const patterns = named.filter(each => each.name.startsWith('*') && covers(each.name, host));
  const longest = Math.max(0, ...patterns.map(each => each.name.length));
  return (exact.length > 0 ? exact : patterns.filter(each => each.name.length === longest)).map(each => each.rule);
}

class Index {
  private readonly byNamespace = new Map<string, Resource[]>();

  constructor(cluster: Cluster) {
    for (const rule of byAge(cluster.all(Kind.DESTINATION_RULE))) {
      this.byNamespace.set(rule.namespace, [...this.byNamespace.get(rule.namespace) ?? [], rule]);
    }
  }

  in(namespace: string): readonly Resource[] {
    return this.byNamespace.get(namespace) ?? [];
  }
}

const INDEXES = new WeakMap<Cluster, Index>();

function indexOf(cluster: Cluster): Index {
  const index = INDEXES.get(cluster) ?? new Index(cluster);
  INDEXES.set(cluster, index);
  return index;
}
