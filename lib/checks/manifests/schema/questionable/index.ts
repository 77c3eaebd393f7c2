import { Kind } from '../../../../manifests';
import { Severity } from '../../../finding';
import { type Check, problem } from '../../check';
import { questionableEntries } from './entries';
import { questionablePolicies } from './policies';
import { questionableRules } from './rules';
import { questionableServers } from './servers';
import { questionableSidecars } from './sidecars';

export const questionable: Check = {
  id: 'Questionable',
  severity: Severity.WARNING,
  covers: ['IST0133'],
  summary: 'Configuration that Istio accepts with a warning',
  explanation: 'It works, but not as it reads: a DENY rule on HTTP attributes also closes all TCP ports; a selector without labels selects every pod; certificates with PASSTHROUGH are ignored, and so are '
    + 'unknown cipher suites; a host is listed twice; failover without outlier detection never happens; fields are deprecated.',
  *find(cluster) {
    yield* questionablePolicies(cluster);
    yield* questionableServers(cluster);
    yield* questionableSidecars(cluster);
    yield* questionableRules(cluster);
    yield* questionableEntries(cluster);
  },
};

export const internals: Check = {
  id: 'Internals',
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
