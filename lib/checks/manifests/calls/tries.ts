import { describeMillis } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { forwardingRules } from './rules-between';
import { termsOfRule } from './terms';

export const triesBeyondTimeout: Check = {
  id: 'TriesBeyondTimeout',
  severity: Severity.WARNING,
  covers: [],
  summary: 'The tries of a route need longer than its timeout',
  explanation: 'The timeout is for all tries together, and for the pauses between them: 25 ms before each further one where `backoff` says nothing, and Envoy draws it by lot. A try that fails by taking its full time leaves '
    + 'the next one less, and the last one may never begin.',
  *find(cluster) {
    for (const { retriesAt, timeout, retries, perTry, backoff } of forwardingRules(cluster).map(rule => termsOfRule(rule, cluster))) {
      if (timeout === undefined || perTry === undefined || retries === 0) {
        continue;
      }
      const beforeLast = retries * (perTry + backoff);
      const needed = beforeLast + perTry;
      const remedy = `Raise the timeout to ${describeMillis(needed)}, or lower the number or the time of tries.`;
      if (beforeLast >= timeout) {
        yield problem(retriesAt, `If each of ${1 + retries} tries takes ${describeMillis(perTry)}, the timeout of ${describeMillis(timeout)} is over before the last one begins.`, remedy);
      } else if (needed > timeout) {
        yield problem(retriesAt, `${1 + retries} tries of ${describeMillis(perTry)} with their pauses need ${describeMillis(needed)}, and the timeout of ${describeMillis(timeout)} cuts the last one short.`, remedy);
      }
    }
  },
};
