import { type Cluster, type Field, Kind, type Resource, sourcesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { listed } from '../names';
import { policiesForPods, policiesNaming } from './grants';

export const claimsBeforeToken: Check = {
  id: 'ClaimsBeforeToken',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A CUSTOM policy has a condition on token claims',
  explanation: 'Proxies call external authorizers before they validate tokens, so request principals and claims are not available: a rule that requires them applies to no request, and a rule that excludes them applies to every request.',
  *find(cluster) {
    for (const field of askingPolicies(cluster).flatMap(claimsIn)) {
      yield problem(field, 'The authorizer is called before the token is validated, so this value is never available.', 'Check it in the authorizer, which receives the token, or require it in an ALLOW or DENY policy.');
    }
  },
};

export const severalAuthorizers: Check = {
  id: 'SeveralAuthorizers',
  severity: Severity.ERROR,
  covers: [],
  summary: 'Policies of a workload have several external authorizers',
  explanation: 'Istio supports one for each workload, unless PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS is set on the control plane: every request to which one of the policies applies is denied with 403.',
  *find(cluster) {
    const seen = new Set<Resource>();
    for (const policies of groupsOf(cluster)) {
      const providers = [...new Set(policies.map(providerOf))];
      for (const policy of providers.length > 1 ? policies.filter(each => !seen.has(each)) : []) {
        seen.add(policy);
        yield problem(policy.spec.get('provider', 'name'), `Policies for the same pods have the authorizers ${listed(providers)}, so every request to which they apply is denied.`, 'Keep one authorizer, which may call others itself.');
      }
    }
  },
};

function askingPolicies(cluster: Cluster): Resource[] {
  return cluster.all(Kind.AUTHORIZATION_POLICY).filter(isAsking);
}

function isAsking(policy: Resource): boolean {
  return policy.spec.get('action').text === 'CUSTOM';
}

function providerOf(policy: Resource): string {
  return policy.spec.get('provider', 'name').text;
}

function claimsIn(policy: Resource): Field[] {
  const sources = sourcesOf(policy).flatMap(source => [source.get('requestPrincipals'), source.get('notRequestPrincipals')]);
  const conditions = policy.spec.get('rules').items.flatMap(rule => rule.get('when').items).map(each => each.get('key'));
  return [...sources.filter(each => each.exists), ...conditions.filter(each => each.text.startsWith('request.auth.'))];
}

/** The CUSTOM policies of each workload and each Gateway. */
function groupsOf(cluster: Cluster): Resource[][] {
  if (new Set(askingPolicies(cluster).map(providerOf)).size < 2) {
    return [];
  }
  return [
    ...cluster.workloads.all.map(each => policiesForPods([each], cluster)),
    ...cluster.all(Kind.GATEWAY).map(each => policiesNaming('Gateway', each.key, cluster)),
  ].map(each => each.filter(isAsking));
}
