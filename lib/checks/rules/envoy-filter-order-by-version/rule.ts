import { Severity } from '../../finding';
import type { Check } from '../../manifests/check';
import { relative } from '../../manifests/extensions/envoy-filter-order';

export const rule: Check = {
  id: 'EnvoyFilterOrderByVersion',
  severity: Severity.WARNING,
  covers: ['IST0155'],
  summary: 'An EnvoyFilter patch is positioned relative to one for a single proxy version',
  explanation:
    'During an upgrade proxies of two versions run: those of the other version do not have the filter '
    + 'that the patch refers to, so the patch is ignored.',
  find: cluster =>
    relative(
      cluster,
      true,
      'The patch refers to a filter that another patch adds for one proxy version only, so it is ignored '
        + 'for other versions during an upgrade.',
    ),
};
