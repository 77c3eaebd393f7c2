import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { Service } from '../../topology';
import { declare } from '../declared-object';

/** A drain evicts one pod at a time. A service with a single pod has no budget: it could only block the drain. */
export function renderDisruptionBudget(scope: Construct, service: Service): void {
  if ((service.replicas?.least ?? 0) < 2) {
    return;
  }
  const { maxUnavailable = '1', minAvailable } = service.objects.disruptionBudget ?? {};
  declare(scope, 'disruption-budget', k8s.KubePodDisruptionBudget, {
    metadata: { name: service.name, namespace: service.namespace },
    // A pod that is not ready must not block a drain.
    spec: {
      ...(minAvailable === undefined
        ? { maxUnavailable: countOrPercentage(maxUnavailable) }
        : { minAvailable: countOrPercentage(minAvailable) }),
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: service.selector },
    },
  });
}

function countOrPercentage(text: string): k8s.IntOrString {
  return text.endsWith('%') ? k8s.IntOrString.fromString(text) : k8s.IntOrString.fromNumber(Number(text));
}
