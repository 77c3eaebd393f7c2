import { contextOf, refusedPreflights } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RefusedPreflight',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A policy of a gateway denies the preflights of a route with a CORS policy',
  explanation:
    'Browsers send a preflight, OPTIONS without a token, before requests to another origin. The gateway evaluates '
    + 'AuthorizationPolicies before the CORS policy of the route, so it answers with 403, and no page of '
    + 'another origin '
    + 'can use the route.',
  *find(cluster) {
    for (const { at, by, reason } of refusedPreflights(contextOf(cluster))) {
      const policy = by ? `the ${by.resource.kind} ${by.resource.key}` : 'a policy';
      yield problem(
        at,
        `The gateway answers CORS preflights for this route with 403: ${policy} denies them (${reason}).`,
        'Allow the method OPTIONS for the route without a token.',
      );
    }
  },
};
