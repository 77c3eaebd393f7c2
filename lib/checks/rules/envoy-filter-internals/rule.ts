import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'EnvoyFilterInternals',
  severity: Severity.INFO,
  covers: ['IST0133'],
  summary: 'An EnvoyFilter patches Istio internals',
  explanation:
    'The generated Envoy configuration may change with each version: test the patch before each upgrade, '
    + 'and prefer an Istio API where one exists.',
  *find(cluster) {
    for (const filter of cluster.all(Kind.ENVOY_FILTER)) {
      yield problem(
        filter.spec.get('configPatches'),
        'The EnvoyFilter patches generated Envoy configuration, which may change in the next version of Istio.',
        'Test it before each upgrade.',
      );
    }
  },
};
