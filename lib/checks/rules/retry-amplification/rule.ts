import { Severity } from '../../finding';
import { amplified, FAIL } from '../../manifests/calls/amplification';
import type { Check } from '../../manifests/check';

const WARN = 10;

export const rule: Check = {
  id: 'RetryAmplification',
  severity: Severity.WARNING,
  covers: [],
  summary: 'The retries along a path of calls multiply to ten requests or more',
  explanation:
    'When the last service of the path fails, the retries of each caller multiply those of the next: (1 '
    + "+ retries) to the power of the depth. Istio's default of two retries counts where none are "
    + 'set, unless the mesh configuration among the manifests changes it.',
  find: cluster => amplified(cluster, factor => factor >= WARN && factor < FAIL),
};
