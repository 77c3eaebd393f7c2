import { type Cluster, fullHost, Kind, operationsOf, wildcardsOver } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { rulesByHost } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'UnservedHost',
  severity: Severity.INFO,
  covers: ['KIA0104'],
  summary: 'An AuthorizationPolicy has a cluster host that no Service or VirtualService declares',
  explanation:
    'Hosts are compared with the Host header, so any name may be valid, and names outside the cluster '
    + "are not checked; a name without dots, `name.namespace` or a name in the cluster's domain "
    + 'that no Service or VirtualService declares is probably misspelled.',
  *find(cluster) {
    const ruled = rulesByHost(cluster);
    const isRuled = (name: string) => [name, ...wildcardsOver(name)].some(each => ruled.has(each));
    const above = new Set(cluster.hosts.all.flatMap(each => [each.name, ...wildcardsOver(each.name)]));
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
      for (const host of operationsOf(policy).flatMap(each => each.get('hosts').items)) {
        const name = host.text.replace(/:(\d+|\*)$/, '');
        const inside = nameInside(name, policy.namespace, cluster);
        if (
          inside !== undefined
          && !above.has(inside)
          && cluster.hosts.named(inside, '').length === 0
          && !Gateways.of(cluster).hasHost(inside, policy.namespace)
          && !isRuled(name)
          && !isRuled(inside)
        ) {
          yield problem(
            host,
            `No Service has the host ${inside}, so requests are unlikely to have the host ${name}.`,
            'Correct the name or the namespace.',
          );
        }
      }
    }
  },
};

/**
 * The Service host that a name means to workloads of a namespace; undefined if it may be outside the cluster, or is
 * more than a suffix pattern.
 */
function nameInside(name: string, namespace: string, cluster: Cluster): string | undefined {
  const [first = '', second, ...rest] = name.split('.');
  if (name.endsWith(`.svc.${cluster.clusterDomain}`)) {
    return name;
  }
  if (name.includes('*') || first === '' || rest.length > 0) {
    return undefined;
  }
  return second === undefined
    ? fullHost(first, namespace, cluster.clusterDomain)
    : cluster.hasNamespace(second)
      ? fullHost(first, second, cluster.clusterDomain)
      : undefined;
}
