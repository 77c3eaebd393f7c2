import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'LoneWeight',
  severity: Severity.WARNING,
  covers: ['KIA1104'],
  summary: 'The only destination of a route has a weight',
  explanation: 'Weights are relative to their sum: a single destination receives all requests at any weight.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const route of ['http', 'tls', 'tcp'].flatMap(protocol => virtualService.spec.get(protocol).items)) {
        const [only, ...others] = route.get('route').items;
        const weight = only?.get('weight');
        if (weight?.number !== undefined && weight.number > 0 && weight.number < 100 && others.length === 0) {
          yield problem(
            weight,
            `The destination receives all requests, not ${weight.number} % of them.`,
            'Remove the weight, or add the other destinations.',
          );
        }
      }
    }
  },
};
