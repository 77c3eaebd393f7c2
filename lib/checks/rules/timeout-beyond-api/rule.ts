import { describeMillis } from '../../../manifests';
import { Severity } from '../../finding';
import { apiLimitOf } from '../../manifests/calls/api-limits';
import { policyOfEntry } from '../../manifests/calls/call-policy';
import { CallGraph } from '../../manifests/calls/graph';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'TimeoutBeyondApi',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A route behind a managed API has a longer timeout than the API',
  explanation:
    'AWS HTTP APIs wait at most 30 s (29 s as set by the CDK, including the network path to the '
    + 'cluster), REST APIs 29 s unless raised: then the client gets 503 or 504, while the request '
    + 'continues. The limits are '
    + 'those of the integrations in the templates that are checked with the manifests; without templates '
    + 'no route is checked, and if TargetGroupBindings refer to Gateways, only those Gateways are.',
  *find(cluster) {
    for (const entry of CallGraph.of(cluster).entries) {
      const limit = apiLimitOf(entry, cluster);
      const { timeout, timeoutAt } = policyOfEntry(entry, cluster);
      if (limit !== undefined && (timeout ?? Infinity) > limit) {
        yield problem(
          timeoutAt,
          'The route '
            + `${timeout === undefined ? 'has no timeout' : `has a timeout of ${describeMillis(timeout)}`}, and `
            + `the API in front waits ${describeMillis(limit)}.`,
          `Set a timeout of ${describeMillis(limit)} or less.`,
        );
      }
    }
  },
};
