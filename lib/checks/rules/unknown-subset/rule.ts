import { type Cluster, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { destinationsOf, hostKey, isVisibleWith } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'UnknownSubset',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA1107'],
  summary: 'A VirtualService sends traffic to a subset that no DestinationRule declares',
  explanation:
    'Requests on this route fail with 503. The DestinationRule must have the same host and be exported '
    + 'to the namespaces that use the VirtualService; apply it before the VirtualService.',
  *find(cluster) {
    const declared = subsetsByHost(cluster);
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const { at, host, subset } of destinationsOf(virtualService)) {
        const rules = declared.get(`${hostKey(host, virtualService.namespace, cluster.clusterDomain)} ${subset}`) ?? [];
        if (subset !== '' && !rules.some(rule => isVisibleWith(rule, virtualService))) {
          yield problem(
            at.get('subset'),
            `No DestinationRule for ${host} has a subset "${subset}", so requests fail with 503.`,
            `Declare the subset in a DestinationRule with \`host: ${host}\`, or correct its name.`,
          );
        }
      }
    }
  },
};

function subsetsByHost(cluster: Cluster): ReadonlyMap<string, readonly Resource[]> {
  const declared = new Map<string, Resource[]>();
  for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
    for (const subset of rule.spec.get('subsets').items) {
      const key =
        `${hostKey(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain)} ` + `${subset.get('name').text}`;
      declared.set(key, [...(declared.get(key) ?? []), rule]);
    }
  }
  return declared;
}
