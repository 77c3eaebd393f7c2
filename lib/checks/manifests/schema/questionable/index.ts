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
  summary: 'Something that Istio takes with a warning',
  explanation: 'It works, and not as it reads: a DENY rule by attributes of requests also closes all TCP ports; a selector without labels is for everything; certificates beside PASSTHROUGH are ignored, and so are '
    + 'ciphers that nobody knows; a host that is listed twice; failover that no outlier detection ever sets off; fields that are deprecated.',
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
  summary: 'An EnvoyFilter changes what is inside of Istio',
  explanation: 'What it patches may look different in the next version: test it before each upgrade, and prefer an API of Istio where there is one.',
  *find(cluster) {
    for (const filter of cluster.all(Kind.ENVOY_FILTER)) {
      yield problem(filter.spec.get('configPatches'), 'It patches the configuration of Envoy, which may look different in the next version of Istio.', 'Test it before each upgrade.');
    }
  },
};
