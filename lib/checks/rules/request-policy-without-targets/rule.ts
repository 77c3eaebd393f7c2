import { targetRefsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { KINDS, requestPolicies } from '../../manifests/ambient/policies';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RequestPolicyWithoutTargets',
  severity: Severity.WARNING,
  covers: KINDS.map(each => each.noTargets),
  summary: 'An L7 policy in an ambient namespace has no targetRefs',
  explanation:
    'Waypoints apply policies that target them, or a Service behind them; they ignore selectors and '
    + 'namespace-wide policies.',
  *find(cluster) {
    for (const { resource, at, noTargets } of requestPolicies(cluster).filter(
      each => targetRefsOf(each.resource).length === 0,
    )) {
      yield problem(
        resource.spec.get('selector').exists ? resource.spec.get('selector') : at,
        'Waypoints ignore the policy, since it targets neither a waypoint nor a Service.',
        'Add `targetRefs` with the Service (`group: "", kind: Service`) or the waypoint (`kind: Gateway`).',
        [noTargets],
      );
    }
  },
};
