import { type Field, type Resource, sourcesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { askingPolicies } from '../../manifests/calls/authorizers';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'ClaimsBeforeToken',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A CUSTOM policy has a condition on token claims',
  explanation:
    'Proxies call external authorizers before they validate tokens, so request principals and claims are '
    + 'not available: a rule that requires them applies to no request, and a rule that excludes them '
    + 'applies to every request.',
  *find(cluster) {
    for (const field of askingPolicies(cluster).flatMap(claimsIn)) {
      yield problem(
        field,
        'The authorizer is called before the token is validated, so this value is never available.',
        'Check it in the authorizer, which receives the token, or require it in an ALLOW or DENY policy.',
      );
    }
  },
};

function claimsIn(policy: Resource): Field[] {
  const sources = sourcesOf(policy).flatMap(source => [
    source.get('requestPrincipals'),
    source.get('notRequestPrincipals'),
  ]);
  const conditions = policy.spec
    .get('rules')
    .items.flatMap(rule => rule.get('when').items)
    .map(each => each.get('key'));
  return [...sources.filter(each => each.exists), ...conditions.filter(each => each.text.startsWith('request.auth.'))];
}
