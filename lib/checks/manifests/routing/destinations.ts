import { type Cluster, type Field, fullHost, type Host, Kind, namespacesOf, type Resource } from '../../../manifests';

/** A place in a VirtualService that traffic is sent to. */
export interface Destination {
  /** The `destination`, or the `mirror`. */
  readonly at: Field;
  readonly host: string;
  readonly subset: string;
  readonly port?: number;
  /** Whether it gets copies only. */
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
  return { at, host: at.get('host').text, subset: at.get('subset').text, port: at.get('port', 'number').number, isMirror };
}

/** The host that a VirtualService or DestinationRule means, if the namespaces that it is exported to may see it. */
export function targetOf(host: string, rule: Resource, cluster: Cluster): Host | undefined {
  return cluster.hosts.find(host, rule.namespace, scopesOf(rule));
}

function scopesOf(rule: Resource): string[] {
  const exportTo = rule.spec.get('exportTo').texts;
  return exportTo.length === 0 ? [rule.namespace] : namespacesOf(exportTo, rule.namespace);
}

/** What two rules for one host have in common: the host alone, but for hosts outside, which are each namespace's own. */
export function hostKey(host: string, namespace: string, clusterDomain: string): string {
  const full = fullHost(host, namespace, clusterDomain);
  return full.endsWith(`.svc.${clusterDomain}`) ? full : `${namespace}/${full}`;
}

/** Whether two rules are exported to a common namespace, so that some proxy may have both. */
export function meetSomewhere(one: Resource, other: Resource): boolean {
  return haveCommon(namespacesOf(one.spec.get('exportTo').texts, one.namespace), namespacesOf(other.spec.get('exportTo').texts, other.namespace));
}

/** Whether those who route by a VirtualService may have a DestinationRule: gateways may be in any namespace, workloads are first of all in its own. */
export function isSeenWith(rule: Resource, virtualService: Resource): boolean {
  const scopes = namespacesOf(virtualService.spec.get('exportTo').texts, virtualService.namespace);
  const isForOwn = haveCommon(scopes, [virtualService.namespace]);
  const readers = !isForMesh(virtualService) ? ['*'] : isForOwn ? [virtualService.namespace] : scopes;
  return haveCommon(readers, namespacesOf(rule.spec.get('exportTo').texts, rule.namespace));
}

function haveCommon(some: readonly string[], others: readonly string[]): boolean {
  return some.includes('*') || others.includes('*') || some.some(each => others.includes(each));
}

/** Whether a VirtualService is for traffic between workloads: by naming no gateway, or `mesh`. */
export function isForMesh(virtualService: Resource): boolean {
  const gateways = virtualService.spec.get('gateways').texts;
  return gateways.length === 0 || gateways.includes('mesh');
}

/** VirtualServices by the hosts that they have rules for. */
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
