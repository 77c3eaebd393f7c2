import { Severity } from '../../finding';
import { amplified, FAIL } from '../../manifests/calls/amplification';
import type { Check } from '../../manifests/check';

export const rule: Check = {
  id: 'RetryStorm',
  severity: Severity.ERROR,
  covers: [],
  summary: 'The retries along a path of calls multiply to fifty requests or more',
  explanation:
    'A service that is briefly slow receives fifty times its load and cannot recover. See RetryAmplification.',
  find: cluster => amplified(cluster, factor => factor >= FAIL),
};
