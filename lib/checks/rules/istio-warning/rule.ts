import { Severity } from '../../finding';
import type { Check } from '../../manifests/check';
import { warnedEntries } from './entries';
import { warnedPolicies } from './policies';
import { warnedRules } from './rules';
import { warnedServers } from './servers';
import { warnedSidecars } from './sidecars';

export const rule: Check = {
  id: 'IstioWarning',
  severity: Severity.WARNING,
  covers: ['IST0133'],
  summary: 'Configuration that Istio accepts with a warning',
  explanation:
    'It works, but not as it reads: a DENY rule on HTTP attributes also closes all TCP ports; a selector '
    + 'without labels selects every pod; certificates with PASSTHROUGH are ignored, and so are '
    + 'unknown cipher suites; a host is listed twice; failover without outlier detection never happens; '
    + 'fields are deprecated.',
  *find(cluster) {
    yield* warnedPolicies(cluster);
    yield* warnedServers(cluster);
    yield* warnedSidecars(cluster);
    yield* warnedRules(cluster);
    yield* warnedEntries(cluster);
  },
};
