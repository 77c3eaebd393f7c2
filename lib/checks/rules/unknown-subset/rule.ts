import { type Cluster, fullHost, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem, unless } from '../../manifests/check';
import { chosenRules, namedHost, namespacesApplying } from '../../manifests/routing/destination-rules';
import { destinationsOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'UnknownSubset',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA1107'],
  summary: 'A VirtualService sends traffic to a subset that no DestinationRule declares',
  explanation:
    'Requests on this route fail with 503. The DestinationRule must have the same host, or a wildcard over '
    + 'it if no other is for the host, and be exported to the namespaces that use the VirtualService; apply '
    + 'it before the VirtualService. A rule in the namespace of the caller hides those in the namespace of '
    + 'the host.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      const destinations = destinationsOf(virtualService).filter(each => each.subset !== '');
      const namespaces = destinations.length > 0 ? namespacesApplying(virtualService, cluster) : [];
      for (const { at, host, subset } of destinations) {
        const chosen = chosenRules(namespaces, namedHost(host, virtualService, cluster), cluster);
        if (!chosen.some(each => each.subset(subset))) {
          const found = absent(
            { type: Kind.DESTINATION_RULE, name: '', namespace: '' },
            problem(
              at.get('subset'),
              `No DestinationRule for ${host} has a subset "${subset}", so requests fail with 503.`,
              `Declare the subset in a DestinationRule with \`host: ${host}\`, or correct its name.`,
            ),
          );
          const movable = withoutNamespace(host, subset, virtualService, cluster.withOthers ?? cluster);
          yield movable
            ? unless(
                `the DestinationRule ${movable.name}, which names no namespace, is applied to ${virtualService.namespace}`,
                found,
              )
            : found;
        }
      }
    }
  },
};

/** A DestinationRule that names no namespace, and has a subset of a host if it is applied to that of a VirtualService. */
function withoutNamespace(
  host: string,
  subset: string,
  { namespace, object }: Resource,
  cluster: Cluster,
): Resource | undefined {
  const fullName = (name: string) => fullHost(name, namespace, cluster.clusterDomain);
  return object.metadata.namespace === undefined
    ? undefined
    : cluster
        .all(Kind.DESTINATION_RULE)
        .find(
          each =>
            each.object.metadata.namespace === undefined
            && each.namespace !== namespace
            && fullName(each.spec.get('host').text) === fullName(host)
            && each.spec.get('subsets').items.some(item => item.get('name').text === subset),
        );
}
