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
import { type BackendTls, backendTlsOf, type BackendTlsTarget, backendTlsTargets } from '../endpoints/backend-tls';
import type { Proxy } from '../endpoints/proxy';
import { Unsimulated } from '../messages/unsimulated';

/**
 * The DestinationRules that apply to a host at a proxy: those of the proxy's namespace before those of the host's,
 * before those of the mesh; an exact host before a wildcard. Several for one host in one namespace are merged: subsets
 * of all, the policy of the first that has one. istiod makes one of the BackendTLSPolicies for a host, which has the TLS
 * settings that the others leave unset.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export class DestinationRules {
  static for(proxy: Choosing, host: ChosenFor, cluster: Cluster): DestinationRules {
    const targets = backendTlsTargets(host, 'istio', cluster);
    const { rules, isOfHost } = rulesFor(proxy, host, targets.length > 0, cluster);
    const made = isOfHost ? targets : [];
    const selecting = made.length > 0 ? rules.find(hasSelector) : undefined;
    if (selecting) {
      throw new Unsimulated(
        `The DestinationRule ${selecting.key} selects workloads, and the BackendTLSPolicy `
          + `${made[0]?.at.resource.key ?? ''} has the same host.`,
        'Keep one of them.',
      );
    }
    return new DestinationRules(rules, made, cluster);
  }

  private constructor(
    readonly rules: readonly Resource[],
    private readonly backendTargets: readonly BackendTlsTarget[],
    private readonly cluster: Cluster,
  ) {}

  /** The labels of a subset; undefined if no rule declares it. */
  subset(name: string): { labels: Labels; at: Field } | undefined {
    const at = this.rules.flatMap(each => each.spec.get('subsets').items).find(each => each.get('name').text === name);
    return at && { at, labels: at.get('labels').strings };
  }

  /** The TLS mode of connections to a port, if a rule or a BackendTLSPolicy sets one. */
  tlsMode(port: number, subset: string | undefined): Field | undefined {
    const { rule, target } = this.chosen(port, subset);
    const mode = rule?.get('mode');
    return mode?.exists === false ? mode.replaced('DISABLE') : (mode ?? target?.at.replaced('SIMPLE'));
  }

  /** The TLS settings of a rule for a port: the subset's before the host's, port-level settings before general ones. */
  tls(port: number, subset: string | undefined): Field | undefined {
    return this.chosen(port, subset).rule;
  }

  /** The TLS of a BackendTLSPolicy for a port, if no rule sets any. */
  backendTls(port: number, subset: string | undefined): BackendTls | undefined {
    const { target } = this.chosen(port, subset);
    return target && backendTlsOf(target, 'istio', this.cluster);
  }

  private chosen(port: number, subset: string | undefined): Chosen {
    const ofPort = this.backendTargets.find(each => each.port === port);
    const [ofSubset] =
      subset === undefined
        ? []
        : this.rules.flatMap(each => each.spec.get('subsets').items).filter(each => each.get('name').text === subset);
    const policies = [ofSubset, this.rules.map(each => each.spec).find(each => each.get('trafficPolicy').exists)].map(
      each => each?.get('trafficPolicy'),
    );
    const [subsetPolicy, hostPolicy] = policies.map(each => each && settingsAt(each, port));
    if (subsetPolicy?.tls ?? subsetPolicy?.isOfPort) {
      return { rule: subsetPolicy?.tls };
    }
    if (hostPolicy?.isOfPort) {
      return hostPolicy.tls ? { rule: hostPolicy.tls } : { target: ofPort };
    }
    if (ofPort) {
      return { target: ofPort };
    }
    return hostPolicy?.tls
      ? { rule: hostPolicy.tls }
      : { target: this.backendTargets.find(each => each.port === undefined) };
  }
}

/** The TLS settings that apply: those of a rule, or of a BackendTLSPolicy. */
interface Chosen {
  readonly rule?: Field;
  readonly target?: BackendTlsTarget;
}

/** The TLS settings of a traffic policy for a port; its settings for the port replace the general ones. */
function settingsAt(policy: Field, port: number): { readonly isOfPort: boolean; readonly tls?: Field } {
  const level = policy.get('portLevelSettings').items.find(each => each.get('port', 'number').number === port);
  return { isOfPort: level !== undefined, tls: tlsOf(level ?? policy) };
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

/**
 * The rules for a host, and whether they are those of its namespace: there istiod makes a rule with the exact host, if
 * a BackendTLSPolicy has it as its target.
 */
function rulesFor(
  proxy: Choosing,
  host: ChosenFor,
  isTarget: boolean,
  cluster: Cluster,
): { rules: readonly Resource[]; isOfHost: boolean } {
  const { rootNamespace } = cluster.mesh;
  const index = Index.of(cluster);
  const name = host.name.toLowerCase();
  const { namespace } = host.resource;
  // Public rules of the root namespace come last, for its own proxies too.
  const isLocal = (rule: Resource) =>
    exportsOf(rule).some(each => each === proxy.namespace || (each === '*' && proxy.namespace !== rootNamespace));
  const isExported = (rule: Resource) =>
    !hasSelector(rule) && ['*', proxy.namespace].some(each => exportsOf(rule).includes(each));
  const places: readonly (readonly [string, (rule: Resource) => boolean])[] = [
    [proxy.namespace, isLocal],
    [namespace, isExported],
    [rootNamespace, isExported],
  ];
  for (const [place, isMeant] of places) {
    const isMade = isTarget && place === namespace && (isMeant === isExported || proxy.namespace !== rootNamespace);
    const best = isMade ? index.exactly(place, name, isMeant) : index.best(place, name, isMeant);
    if (best.length > 0 || isMade) {
      const selecting = best.filter(
        each => hasSelector(each) && hasLabels(proxy.labels, each.spec.get('workloadSelector', 'matchLabels').strings),
      );
      return { rules: selecting.length > 0 ? selecting : best.filter(each => !hasSelector(each)), isOfHost: isMade };
    }
  }
  return { rules: [], isOfHost: false };
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
    const exact = this.exactly(namespace, host, isMeant);
    if (exact.length > 0) {
      return exact;
    }
    const patterns = (this.patterns.get(namespace) ?? []).filter(each => isMeant(each.rule) && covers(each.host, host));
    const longest = Math.max(0, ...patterns.map(each => each.host.length));
    return patterns.filter(each => each.host.length === longest).map(each => each.rule);
  }

  /** The rules of a namespace with a host that is not a wildcard. */
  exactly(namespace: string, host: string, isMeant: (rule: Resource) => boolean): Resource[] {
    return (this.exact.get(`${namespace}/${host}`) ?? []).filter(isMeant);
  }
}
