import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import type { Check } from '../../manifests/check';
import { patches, REPLACEABLE } from '../../manifests/extensions/envoy-filter-operations';

export const rule: Check = {
  id: 'EnvoyFilterReplace',
  severity: Severity.ERROR,
  covers: ['IST0152'],
  summary: 'An EnvoyFilter uses REPLACE on an unsupported target',
  explanation: 'REPLACE supports network filters, HTTP filters and virtual hosts; elsewhere the patch is ignored.',
  find: cluster =>
    patches(
      cluster.all(Kind.ENVOY_FILTER).map(each => each.spec),
      'REPLACE',
      each => !REPLACEABLE.includes(each),
      'REPLACE is ignored for',
      'Use MERGE, or REMOVE and ADD.',
    ),
};
