import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import type { Check } from '../../manifests/check';
import { patches, ROUTES } from '../../manifests/extensions/envoy-filter-operations';

export const rule: Check = {
  id: 'EnvoyFilterRemove',
  severity: Severity.ERROR,
  covers: ['IST0154'],
  summary: 'An EnvoyFilter uses REMOVE on an unsupported target',
  explanation: 'REMOVE is ignored for route configurations and HTTP routes.',
  find: cluster =>
    patches(
      cluster.all(Kind.ENVOY_FILTER).map(each => each.spec),
      'REMOVE',
      each => ROUTES.includes(each),
      'REMOVE is ignored for',
      'Remove the virtual host, or change it with MERGE.',
    ),
};
