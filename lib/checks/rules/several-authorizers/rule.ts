import { gatewayListeners, policiesFor, policyTargetOf } from '../../../dataplane';
import { type Cluster, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { askingPolicies, isAsking } from '../../manifests/calls/authorizers';
import { type Check, problem } from '../../manifests/check';
import { listed } from '../../manifests/names';

export const rule: Check = {
  id: 'SeveralAuthorizers',
  severity: Severity.ERROR,
  covers: [],
  summary: 'Policies of a workload have several external authorizers',
  explanation:
    'Istio supports one for each workload, unless PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS is set on '
    + 'the control plane: every request to which one of the policies applies is denied with 403.',
  *find(cluster) {
    const seen = new Set<Resource>();
    for (const policies of groupsOf(cluster)) {
      const providers = [...new Set(policies.map(providerOf))];
      for (const policy of providers.length > 1 ? policies.filter(each => !seen.has(each)) : []) {
        seen.add(policy);
        yield problem(
          policy.spec.get('provider', 'name'),
          `Policies for the same pods have the authorizers ${listed(providers)}, so every request to which `
            + 'they apply is denied.',
          'Keep one authorizer, which may call others itself.',
        );
      }
    }
  },
};

function providerOf(policy: Resource): string {
  return policy.spec.get('provider', 'name').text;
}

/** The CUSTOM policies of each workload and each Gateway. */
function groupsOf(cluster: Cluster): Resource[][] {
  if (new Set(askingPolicies(cluster).map(providerOf)).size < 2) {
    return [];
  }
  return [
    ...cluster.workloads.all,
    ...gatewayListeners(cluster)
      .filter(each => each.caller.proxy.identity !== undefined)
      .map(each => policyTargetOf(each)),
  ].map(each => policiesFor(each, Kind.AUTHORIZATION_POLICY, cluster).filter(isAsking));
}
