import { Severity } from '../../finding';
import type { Check } from '../../manifests/check';
import { relative } from '../../manifests/extensions/envoy-filter-order';

export const rule: Check = {
  id: 'EnvoyFilterOrder',
  severity: Severity.WARNING,
  covers: ['IST0151'],
  summary: 'An EnvoyFilter patch is positioned relative to another one without a priority',
  explanation:
    'EnvoyFilters without a priority are applied in the order of their creation: if the filter that the '
    + 'patch refers to is added later, the patch is ignored.',
  find: cluster =>
    relative(cluster, false, 'Without a priority the patch is ignored if the filter that it refers to is added later.'),
};
