import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import type { Check } from '../../manifests/check';
import { patches, ROUTES } from '../../manifests/extensions/envoy-filter-operations';

export const rule: Check = {
  id: 'EnvoyFilterAdd',
  severity: Severity.ERROR,
  covers: ['IST0153'],
  summary: 'An EnvoyFilter uses ADD on an unsupported target',
  explanation: 'ADD is ignored for route configurations and HTTP routes.',
  find: cluster =>
    patches(
      cluster.all(Kind.ENVOY_FILTER).map(each => each.spec),
      'ADD',
      each => ROUTES.includes(each),
      'ADD is ignored for',
      'Use INSERT_FIRST, INSERT_BEFORE or MERGE.',
    ),
};
