import { type Cluster, type Field, Kind, type Resource, sourcesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { listed } from '../names';
import { policiesForPods, policiesNaming } from './grants';

export const claimsBeforeToken: Check = {
  id: 'ClaimsBeforeToken',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A policy that asks an external authorizer names what a token says',
  explanation: 'Proxies ask authorizers before they verify tokens, so that nothing is known of claims and principals of requests: a rule that demands some asks about no request, one that excludes some asks about all.',
  *find(cluster) {
    for (const field of askingPolicies(cluster).flatMap(claimsIn)) {
      yield problem(field, 'The authorizer is asked before the token is verified, so this is never known.', 'Leave it to the authorizer, which gets the token, or demand it in a policy that allows or denies.');
    }
  },
};

export const severalAuthorizers: Check = {
  id: 'SeveralAuthorizers',
  severity: Severity.ERROR,
  covers: [],
  summary: 'Policies of a workload name several external authorizers',
  explanation: 'Istio gives a workload one, unless its control plane is told otherwise (PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS): whatever one of them would be asked about is refused with 403.',
  *find(cluster) {
    const seen = new Set<Resource>();
    for (const policies of groupsOf(cluster)) {
      const providers = [...new Set(policies.map(providerOf))];
      for (const policy of providers.length > 1 ? policies.filter(each => !seen.has(each)) : []) {
        seen.add(policy);
        yield problem(policy.spec.get('provider', 'name'), `Policies for the same pods name the authorizers ${listed(providers)}, so all that they would be asked about is refused.`, 'Name one, which may ask others itself.');
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

/** The asking policies of each workload and each Gateway. */
function groupsOf(cluster: Cluster): Resource[][] {
  if (new Set(askingPolicies(cluster).map(providerOf)).size < 2) {
    return [];
  }
  return [
    ...cluster.workloads.all.map(each => policiesForPods([each], cluster)),
    ...cluster.all(Kind.GATEWAY).map(each => policiesNaming('Gateway', each.key, cluster)),
  ].map(each => each.filter(isAsking));
}
