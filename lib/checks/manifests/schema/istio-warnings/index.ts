import { Kind } from '../../../../manifests';
import { Severity } from '../../../finding';
import { type Check, problem } from '../../check';
import { warnedEntries } from './entries';
import { warnedPolicies } from './policies';
import { warnedRules } from './rules';
import { warnedServers } from './servers';
import { warnedSidecars } from './sidecars';

export const istioWarning: Check = {
  id: 'IstioWarning',
  severity: Severity.WARNING,
  covers: ['IST0133'],
  summary: 'Configuration that Istio accepts with a warning',
  explanation: 'It works, but not as it reads: a DENY rule on HTTP attributes also closes all TCP ports; a selector without labels selects every pod; certificates with PASSTHROUGH are ignored, and so are '
    + 'unknown cipher suites; a host is listed twice; failover without outlier detection never happens; fields are deprecated.',
  *find(cluster) {
    yield* warnedPolicies(cluster);
    yield* warnedServers(cluster);
    yield* warnedSidecars(cluster);
    yield* warnedRules(cluster);
    yield* warnedEntries(cluster);
  },
};

export const envoyFilterInternals: Check = {
  id: 'EnvoyFilterInternals',
  severity: Severity.INFO,
  covers: ['IST0133'],
  summary: 'An EnvoyFilter patches Istio internals',
  explanation: 'The generated Envoy configuration may change with each version: test the patch before each upgrade, and prefer an Istio API where one exists.',
  *find(cluster) {
    for (const filter of cluster.all(Kind.ENVOY_FILTER)) {
      yield problem(filter.spec.get('configPatches'), 'The EnvoyFilter patches generated Envoy configuration, which may change in the next version of Istio.', 'Test it before each upgrade.');
    }
  },
};
