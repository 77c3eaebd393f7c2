import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';
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
          yield absent(
            { type: Kind.DESTINATION_RULE, name: '', namespace: '' },
            problem(
              at.get('subset'),
              `No DestinationRule for ${host} has a subset "${subset}", so requests fail with 503.`,
              `Declare the subset in a DestinationRule with \`host: ${host}\`, or correct its name.`,
            ),
          );
        }
      }
    }
  },
};
