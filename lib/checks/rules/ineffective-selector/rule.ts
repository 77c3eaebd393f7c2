import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

export const rule: Check = {
  id: 'IneffectiveSelector',
  severity: Severity.WARNING,
  covers: ['IST0166'],
  summary: 'A policy selects the pods of a Gateway API Gateway by labels',
  explanation: 'Pods that Istio creates for a Gateway accept policies by `targetRefs` only.',
  *find(cluster) {
    for (const type of [Kind.AUTHORIZATION_POLICY, Kind.REQUEST_AUTHENTICATION, Kind.TELEMETRY, Kind.WASM_PLUGIN]) {
      for (const policy of cluster
        .all(type)
        .filter(each => !each.spec.get('targetRef').exists && each.spec.get('selector').exists)) {
        const selector = policy.spec.get('selector');
        const pod = cluster.workloads
          .select(selector.get('matchLabels').strings, policy.namespace)
          .find(each => GATEWAY_NAME in each.labels);
        if (pod) {
          yield problem(
            selector,
            `The pods of the Gateway ${pod.labels[GATEWAY_NAME]} ignore selectors, so the policy does not `
              + 'apply to them.',
            'Target the Gateway: `targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: … }]`.',
          );
        }
      }
    }
  },
};
