import { contextOf, rewrittenPaths } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RewrittenPath',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A path of an AuthorizationPolicy is on the other side of a rewrite',
  explanation:
    'A gateway evaluates its policies before the route rewrites the path, and a workload evaluates its own '
    + 'afterwards. A path that only the other side has never matches, so a DENY rule denies nothing and an ALLOW rule '
    + 'allows nothing. Not reported are paths that requests on another route have, and rewrites whose result is not '
    + 'known.',
  *find(cluster) {
    for (const { at, rule, requested, forwarded, isAtGateway } of rewrittenPaths(contextOf(cluster))) {
      const route = `${rule.resource.kind} ${rule.resource.key}`;
      yield problem(
        at,
        isAtGateway
          ? `The gateway compares ${at.text} with ${requested || '/'}, since the ${route} rewrites it to ${forwarded} `
              + 'only afterwards, so the path never matches.'
          : `The ${route} rewrites ${requested || '/'} to ${forwarded}, so no request of its gateway has the path `
              + `${at.text} at the workload.`,
        isAtGateway
          ? 'Name the path that clients request.'
          : 'Name the path after the rewrite, or move the rule to a policy of the gateway.',
      );
    }
  },
};
