import { type Cluster, type Field, fullHost, type Host, Kind, namespacesOf, type Resource } from '../../../manifests';

/** A destination in a VirtualService. */
export interface Destination {
  /** The `destination`, or the `mirror`. */
  readonly at: Field;
  readonly host: string;
  readonly subset: string;
  readonly port?: number;
  /** Whether it receives mirrored requests only. */
  readonly isMirror: boolean;
}

/** All destinations of a VirtualService. */
export function destinationsOf(virtualService: Resource): Destination[] {
  const { spec } = virtualService;
  const routes = ['http', 'tls', 'tcp'].flatMap(protocol => spec.get(protocol).items);
  return routes.flatMap(route => [
    ...route.get('route').items.map(each => destinationAt(each.get('destination'), false)),
    ...(route.get('mirror').exists ? [destinationAt(route.get('mirror'), true)] : []),
    ...route.get('mirrors').items.map(each => destinationAt(each.get('destination'), true)),
  ]);
}

function destinationAt(at: Field, isMirror: boolean): Destination {
  return {
    at,
    host: at.get('host').text,
    subset: at.get('subset').text,
    port: at.get('port', 'number').number,
    isMirror,
  };
}

/**
 * The host of a VirtualService or DestinationRule, if it is visible in the namespaces to which the object is exported.
 */
export function targetOf(host: string, rule: Resource, cluster: Cluster): Host | undefined {
  return cluster.hosts.find(host, rule.namespace, scopesOf(rule));
}

function scopesOf(rule: Resource): string[] {
  const exportTo = rule.spec.get('exportTo').texts;
  return exportTo.length === 0 ? [rule.namespace] : namespacesOf(exportTo, rule.namespace);
}

/** The key by which two rules have the same host: the host, and for hosts outside the cluster also the namespace. */
export function hostKey(host: string, namespace: string, clusterDomain: string): string {
  const full = fullHost(host, namespace, clusterDomain);
  return full.endsWith(`.svc.${clusterDomain}`) ? full : `${namespace}/${full}`;
}

/** Whether two rules are exported to a common namespace, so that a proxy may have both. */
export function meetSomewhere(one: Resource, other: Resource): boolean {
  return haveCommon(
    namespacesOf(one.spec.get('exportTo').texts, one.namespace),
    namespacesOf(other.spec.get('exportTo').texts, other.namespace),
  );
}

/**
 * Whether the proxies that apply a VirtualService may have a DestinationRule: gateways may be in any namespace,
 * workloads are primarily in its own.
 */
export function isVisibleWith(rule: Resource, virtualService: Resource): boolean {
  const scopes = namespacesOf(virtualService.spec.get('exportTo').texts, virtualService.namespace);
  const isForOwn = haveCommon(scopes, [virtualService.namespace]);
  const readers = !isForMesh(virtualService) ? ['*'] : isForOwn ? [virtualService.namespace] : scopes;
  return haveCommon(readers, namespacesOf(rule.spec.get('exportTo').texts, rule.namespace));
}

function haveCommon(some: readonly string[], others: readonly string[]): boolean {
  return some.includes('*') || others.includes('*') || some.some(each => others.includes(each));
}

/** Whether a VirtualService applies to traffic between workloads: it has no gateways, or `mesh` among them. */
export function isForMesh(virtualService: Resource): boolean {
  const gateways = virtualService.spec.get('gateways').texts;
  return gateways.length === 0 || gateways.includes('mesh');
}

/** VirtualServices by their hosts. */
export function rulesByHost(cluster: Cluster): ReadonlyMap<string, readonly Resource[]> {
  const rules = new Map<string, Resource[]>();
  for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
    for (const text of virtualService.spec.get('hosts').texts) {
      const host = fullHost(text, virtualService.namespace, cluster.clusterDomain);
      const members = rules.get(host) ?? [];
      members.push(virtualService);
      rules.set(host, members);
    }
  }
  return rules;
}
