import { fullHost, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RepeatedDestination',
  severity: Severity.WARNING,
  covers: ['KIA1105'],
  summary: 'A route has the same host and subset twice',
  explanation: 'Their weights add up, so the effective shares differ from the written ones.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const route of ['http', 'tls', 'tcp'].flatMap(protocol => virtualService.spec.get(protocol).items)) {
        const seen = new Set<string>();
        for (const { destination, key } of route
          .get('route')
          .items.map(each => each.get('destination'))
          .map(each => ({
            destination: each,
            key:
              `${fullHost(each.get('host').text, virtualService.namespace, cluster.clusterDomain)} `
              + `${each.get('subset').text} ${each.get('port', 'number').text}`,
          }))) {
          if (seen.has(key)) {
            yield problem(
              destination,
              'The route already has this destination, and the two weights add up.',
              'Keep one entry, with the sum of the weights.',
            );
          }
          seen.add(key);
        }
      }
    }
  },
};
