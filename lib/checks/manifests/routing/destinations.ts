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

/** Whether two rules are exported to a common namespace, so that a proxy may have both. */
export function meetSomewhere(one: Resource, other: Resource): boolean {
  return haveCommon(
    namespacesOf(one.spec.get('exportTo').texts, one.namespace),
    namespacesOf(other.spec.get('exportTo').texts, other.namespace),
  );
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
