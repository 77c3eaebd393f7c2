import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'SubsetWithoutLabels',
  severity: Severity.INFO,
  covers: ['KIA0209'],
  summary: 'A subset of a DestinationRule has no labels',
  explanation:
    'It selects all pods of its host. That is useful with a traffic policy of its own, which is not reported, and has '
    + 'no effect without one.',
  *find(cluster) {
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      for (const subset of rule.spec
        .get('subsets')
        .items.filter(each => each.get('labels').entries.length === 0 && !each.get('trafficPolicy').exists)) {
        yield problem(
          subset.get('name'),
          `The subset "${subset.get('name').text}" has no labels, so it selects all pods of `
            + `${rule.spec.get('host').text}.`,
          'Add the labels of its pods.',
        );
      }
    }
  },
};
