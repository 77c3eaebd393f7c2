import { type Cluster, type Host, Kind } from '../../manifests';
import { isHeadless } from './headless';
import { Unsimulated } from '../messages/unsimulated';

/**
 * Resolves a name for a Pod of a namespace: a Service by any of its names, the headless Service of a named Pod, or a
 * host of a ServiceEntry; undefined outside the cluster.
 */
export function resolve(name: string, namespace: string, cluster: Cluster): Host | undefined {
  const plain = name.toLowerCase().replace(/\.$/, '');
  const suffix = `.svc.${cluster.clusterDomain}`;
  const short = plain.endsWith(suffix) ? plain.slice(0, -suffix.length) : plain.replace(/\.svc$/, '');
  const [service = '', space = namespace, ...rest] = short.split('.');
  const found = rest.length === 0 ? cluster.find(Kind.SERVICE, service, space) : undefined;
  const behind = rest.length < 2 ? cluster.find(Kind.SERVICE, space, rest[0] ?? namespace) : undefined;
  if (found?.spec.get('type').text === 'ExternalName') {
    throw new Unsimulated(
      `The Service ${found.key} is an ExternalName for ${found.spec.get('externalName').text}.`,
      'Send the request to that host.',
    );
  }
  const host =
    found && cluster.hosts.named(`${service}.${space}${suffix}`, namespace).find(each => each.resource === found);
  const ofPod =
    behind
    && cluster.hosts
      .named(`${behind.name}.${behind.namespace}${suffix}`, namespace)
      .find(each => each.resource === behind && isHeadless(each));
  return (
    host ?? ofPod ?? cluster.hosts.visible(plain, namespace).find(each => each.resource.type === Kind.SERVICE_ENTRY)
  );
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
      ].includes(host),
    );
  if (service) {
    throw new Unsimulated(`${host} is an address of the Service ${service.key}.`, 'Ask for the Service by its name.');
  }
}
