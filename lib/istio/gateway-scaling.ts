import { toYaml } from '../kubernetes';

/**
 * The parameters by which what istiod creates for a Gateway has more than one pod, by load.
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
 */
export function scalingParameters() {
  return {
    horizontalPodAutoscaler: toYaml({
      spec: {
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        ],
      },
    }),
    podDisruptionBudget: toYaml({ spec: { maxUnavailable: 1 } }),
  };
}
