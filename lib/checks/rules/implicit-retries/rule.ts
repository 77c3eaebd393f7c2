import { Severity } from '../../finding';
import { fixFor, times, writes } from '../../manifests/calls/unsafe-retries';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'ImplicitRetries',
  severity: Severity.INFO,
  covers: [],
  summary: "Non-idempotent requests are subject to Istio's default retries",
  explanation:
    'By default Istio retries twice: since 1.24 only failures that cannot have reached the callee (and '
    + 'for gRPC `unavailable` and `cancelled`), before 1.24 also 503, which may make a payment twice. '
    + 'POST and PATCH are checked, as in RetriedWrites.',
  *find(cluster) {
    const isLeftToIstio = !cluster.mesh.get('defaultHttpRetryPolicy')?.exists;
    for (const { what, policy, at } of isLeftToIstio ? writes(cluster) : []) {
      if (policy.retries > 0 && !policy.isExplicit) {
        yield problem(
          at,
          `${what}, and by default Istio makes ${times(policy.retries)} of failed requests: before 1.24 also `
            + 'after 503.',
          fixFor(policy),
        );
      }
    }
  },
};
