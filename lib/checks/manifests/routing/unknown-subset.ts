import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { destinationsOf, hostKey } from './destinations';

export const unknownSubset: Check = {
  id: 'UnknownSubset',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA1107'],
  summary: 'A VirtualService sends traffic to a subset that no DestinationRule declares',
  explanation: 'Requests that take the route are answered with 503. The DestinationRule has to name the same host; apply it before the VirtualService.',
  *find(cluster) {
    const subsets = new Set(cluster.all(Kind.DESTINATION_RULE).flatMap(rule => rule.spec.get('subsets').items.map(subset =>
      `${hostKey(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain)} ${subset.get('name').text}`)));
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const { at, host, subset } of destinationsOf(virtualService)) {
        if (subset !== '' && !subsets.has(`${hostKey(host, virtualService.namespace, cluster.clusterDomain)} ${subset}`)) {
          yield problem(at.get('subset'), `No DestinationRule for ${host} has a subset "${subset}", so requests fail with 503.`,
            `Declare the subset in a DestinationRule with \`host: ${host}\`, or correct its name.`);
        }
      }
    }
  },
};
