import { fullHost, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const repeatedDestination: Check = {
  id: 'RepeatedDestination',
  severity: Severity.WARNING,
  covers: ['KIA1105'],
  summary: 'A route names one host and subset twice',
  explanation: 'Each counts by its own weight, so the shares are not what they look like.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const route of ['http', 'tls', 'tcp'].flatMap(protocol => virtualService.spec.get(protocol).items)) {
        const seen = new Set<string>();
        for (const { destination, key } of route.get('route').items.map(each => each.get('destination')).map(each => ({
          destination: each,
          key: `${fullHost(each.get('host').text, virtualService.namespace, cluster.clusterDomain)} ${each.get('subset').text} ${each.get('port', 'number').text}`,
        }))) {
          if (seen.has(key)) {
            yield problem(destination, 'The route names this destination already, and the two weights add up.', 'Name it once, with the sum of the weights.');
          }
          seen.add(key);
        }
      }
    }
  },
};
