import type { Construct } from 'constructs';
import type { Service } from '../../topology';
import { declareGenerated } from '../declared-object';
import { DISRUPTION_BUDGET, IntOrString } from '../generated';

/** A drain evicts one pod at a time. A service with a single pod has no budget: it could only block the drain. */
export function renderDisruptionBudget(scope: Construct, service: Service): void {
  if ((service.replicas?.least ?? 0) < 2) {
    return;
  }
  const { maxUnavailable = '1', minAvailable } = service.objects.disruptionBudget ?? {};
  declareGenerated(scope, 'disruption-budget', DISRUPTION_BUDGET, {
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

function countOrPercentage(text: string): IntOrString {
  return new IntOrString(text.endsWith('%') ? text : Number(text));
}
