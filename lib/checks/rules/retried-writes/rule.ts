import { Severity } from '../../finding';
import { fixFor, times, writes } from '../../manifests/calls/unsafe-retries';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RetriedWrites',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Non-idempotent requests are retried after the callee may have processed them',
  explanation:
    'POST and PATCH are not idempotent: a payment may be made twice. Requests that fail with '
    + '`connect-failure` and `refused-stream` have not reached the callee, and gRPC conditions '
    + '(`unavailable`, `cancelled`) do not apply to '
    + 'other requests; all other conditions are unsafe. The methods are those that routes match and that '
    + 'AuthorizationPolicies allow callers; gRPC, where every request is a POST, is not checked.',
  *find(cluster) {
    for (const { what, policy, at } of writes(cluster)) {
      const risky = policy.retryOn.filter(isRisky);
      if (policy.retries > 0 && risky.length > 0) {
        yield problem(
          policy.isExplicit ? policy.retriesAt : at,
          `${what}, and failed requests have `
            + `${times(policy.retries)}${policy.isExplicit ? '' : ', as set in the mesh configuration'}, also `
            + `after ${risky.join(', ')}.`,
          fixFor(policy),
        );
      }
    }
  },
};

/** Failures that cannot have reached the callee, so that a retry is safe. */
const SAFE = new Set([
  'connect-failure',
  'refused-stream',
  'reset-before-request',
  'retriable-headers',
  'envoy-ratelimited',
  'retriable-status-codes',
  '425',
  '429',
]);

/** Conditions on the gRPC status, which other responses do not have. */
const OF_GRPC = new Set(['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable']);

function isRisky(condition: string): boolean {
  return !SAFE.has(condition) && !OF_GRPC.has(condition);
}
