import { describeMillis } from '../../../manifests';
import { Severity } from '../../finding';
import { policyOfRule } from '../../manifests/calls/call-policy';
import { forwardingRules } from '../../manifests/calls/rules-between';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RetriesBeyondTimeout',
  severity: Severity.WARNING,
  covers: [],
  summary: 'The retries of a route do not fit into its timeout',
  explanation:
    'The timeout covers the request with all its retries and the back-off between them: 25 ms on average '
    + 'before each retry unless `backoff` is set, with jitter. An attempt that runs into its per-try '
    + 'timeout leaves '
    + 'less time for the next one, and the last one may never start.',
  *find(cluster) {
    for (const { retriesAt, timeout, retries, perTry, backoff } of forwardingRules(cluster).map(rule =>
      policyOfRule(rule, cluster),
    )) {
      if (timeout === undefined || perTry === undefined || retries === 0) {
        continue;
      }
      const beforeLast = retries * (perTry + backoff);
      const needed = beforeLast + perTry;
      const fix = `Raise the timeout to ${describeMillis(needed)}, or lower the number of retries or perTryTimeout.`;
      if (beforeLast >= timeout) {
        yield problem(
          retriesAt,
          `If each of the ${1 + retries} attempts takes ${describeMillis(perTry)}, the timeout of `
            + `${describeMillis(timeout)} expires before the last one starts.`,
          fix,
        );
      } else if (needed > timeout) {
        yield problem(
          retriesAt,
          `${1 + retries} attempts of ${describeMillis(perTry)} with their back-off need `
            + `${describeMillis(needed)}, and the timeout of ${describeMillis(timeout)} cuts the last one short.`,
          fix,
        );
      }
    }
  },
};
