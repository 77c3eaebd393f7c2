import { isIP } from 'node:net';
import {
  aliasedHost,
  type Cluster,
  type Host,
  hostsElsewhere,
  isElsewhere,
  isWithin,
  Kind,
  PODS_ELSEWHERE,
  type Resource,
} from '../../manifests';
import { Aliases } from './aliases';
import { hasPod, isHeadless } from './endpoints';
import { Unsimulated } from '../messages/unsimulated';

/**
 * Resolves a name for a Pod of a namespace: a Service by any of its names, that of a Service of type ExternalName to
 * the host that it stands for, the headless Service of a Pod with that name, or a host of a ServiceEntry; undefined
 * outside the cluster.
 */
export function resolve(name: string, namespace: string, cluster: Cluster): Host | undefined {
  const plain = withoutDot(name);
  const alias = aliasNamed(plain, namespace, cluster);
  if (alias) {
    const end = Aliases.of(cluster).endOf(alias);
    return end === undefined ? undefined : resolveInFull(withoutDot(end), namespace, cluster);
  }
  const suffix = `.svc.${cluster.clusterDomain}`;
  const [service = '', space = namespace] = labelsIn(plain, cluster);
  const found = serviceNamed(plain, namespace, cluster);
  const behind = serviceOfPod(plain, namespace, cluster);
  const host =
    found && cluster.hosts.named(`${service}.${space}${suffix}`, namespace).find(each => each.resource === found);
  const ofPod =
    behind
    && cluster.hosts
      .named(`${behind.name}.${behind.namespace}${suffix}`, namespace)
      .find(each => each.resource === behind && isHeadless(each) && hasPod(behind, service, cluster));
  return (
    host ?? ofPod ?? cluster.hosts.visible(plain, namespace).find(each => each.resource.type === Kind.SERVICE_ENTRY)
  );
}

/**
 * What DNS resolves in place of a name: the host behind a Service of type ExternalName. Undefined for a circle of them.
 */
export function nameInDns(name: string, namespace: string, cluster: Cluster): string | undefined {
  const alias = aliasNamed(withoutDot(name), namespace, cluster);
  return alias ? Aliases.of(cluster).endOf(alias)?.replace(/\.$/, '') : name;
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function aliasNamed(name: string, namespace: string, cluster: Cluster): Resource | undefined {
  const found = serviceNamed(name, namespace, cluster);
  return found && aliasedHost(found) !== undefined ? found : undefined;
}

function serviceNamed(name: string, namespace: string, cluster: Cluster): Resource | undefined {
  const [service = '', space = namespace, ...rest] = labelsIn(name, cluster);
  return rest.length === 0 ? cluster.find(Kind.SERVICE, service, space) : undefined;
}

/** An alias is for a name in full, to which DNS adds no domain. */
function resolveInFull(name: string, namespace: string, cluster: Cluster): Host | undefined {
  return name.endsWith(`.svc.${cluster.clusterDomain}`)
    ? resolve(name, namespace, cluster)
    : cluster.hosts.visible(name, namespace).find(each => each.resource.type === Kind.SERVICE_ENTRY);
}

/** Whether a name is that of a Pod behind a headless Service, existing or not: only the cluster's DNS resolves it. */
export function isPodName(name: string, namespace: string, cluster: Cluster): boolean {
  const service = serviceOfPod(withoutDot(name), namespace, cluster);
  return service !== undefined && isHeadless({ resource: service });
}

/** The labels of a name, without the suffix that all Services have. */
function labelsIn(name: string, { clusterDomain }: Cluster): string[] {
  const suffix = `.svc.${clusterDomain}`;
  return (name.endsWith(suffix) ? name.slice(0, -suffix.length) : name.replace(/\.svc$/, '')).split('.');
}

/** The Service behind whose name that of a Pod would be. */
function serviceOfPod(name: string, namespace: string, cluster: Cluster): Resource | undefined {
  const [, service = '', space = namespace, ...rest] = labelsIn(name, cluster);
  return rest.length === 0 ? cluster.find(Kind.SERVICE, service, space) : undefined;
}

/**
 * Throws {@link Unsimulated} for an address of a Service: the cluster leads it to Pods, of which proxies and their
 * rules know only some.
 */
export function requireNoServiceAddress(host: string, cluster: Cluster): void {
  const service = cluster
    .all(Kind.SERVICE)
    .find(({ root, spec }) =>
      [
        ...['clusterIP', 'loadBalancerIP'].map(name => spec.get(name).text),
        ...['clusterIPs', 'externalIPs'].flatMap(name => spec.get(name).texts),
        ...root.get('status', 'loadBalancer', 'ingress').items.map(each => each.get('ip').text),
      ].some(each => isWithin(host, each)),
    );
  if (service) {
    throw new Unsimulated(`${host} is an address of the Service ${service.key}.`, 'Ask for the Service by its name.');
  }
}

/** The host that a name means for a Pod of a namespace, if only other manifests declare it. */
export function hostElsewhere(name: string, namespace: string, cluster: Cluster): string | undefined {
  const plain = withoutDot(name);
  const { clusterDomain } = cluster;
  const names = [
    plain,
    `${plain}.${clusterDomain}`,
    `${plain}.svc.${clusterDomain}`,
    `${plain}.${namespace}.svc.${clusterDomain}`,
  ];
  return names.find(each => hostsElsewhere(cluster).has(each));
}

/** Whether only other manifests declare a host, or the Pods behind it. */
export function isBehindElsewhere(host: string, cluster: Cluster): boolean {
  return (
    hostsElsewhere(cluster).has(host) || cluster.hosts.named(host, '').some(each => arePodsElsewhere(each, cluster))
  );
}

/** Whether only other manifests declare the Pods of a host. */
export function arePodsElsewhere({ resource }: Pick<Host, 'resource'>, cluster: Cluster): boolean {
  return (
    resource.type === Kind.SERVICE && isElsewhere(resource, PODS_ELSEWHERE) && cluster.selectedBy(resource).length === 0
  );
}

/** Throws {@link Unsimulated} for what only other manifests declare. */
export function rejectElsewhere(what: string, isSo: boolean): void {
  if (isSo) {
    throw new Unsimulated(
      `${what} is declared in other manifests.`,
      'Simulate both together: the policies there are unknown.',
    );
  }
}

/** Whether the cluster's DNS has no address for a name of its own. */
export function isUnresolved(host: string, namespace: string, cluster: Cluster): boolean {
  const name = nameInDns(host, namespace, cluster);
  const isOwn =
    name === undefined
    || isInside(name, cluster.clusterDomain)
    || (name === host && isPodName(host, namespace, cluster));
  return isOwn && !resolve(host, namespace, cluster);
}

/** Whether only the cluster's DNS could resolve a name. */
function isInside(host: string, clusterDomain: string): boolean {
  return (!host.includes('.') && isIP(host) === 0) || host.endsWith('.svc') || host.endsWith(`.svc.${clusterDomain}`);
}
