import type { IDestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { SpecOf } from '../kubernetes';
import { type Callee, ExternalService } from '../topology';
import { connectionPoolOf, outlierDetectionOf } from './circuit-breaker';
import { tlsOf } from './external';
import { loadBalancerOf } from './load-balancing';

/**
 * The circuit breaker and load balancing of a callee, as a DestinationRule has them.
 * @param replicas those behind the rule's host
 */
export function trafficPolicyOf(callee: Callee, replicas = callee.replicas): SpecOf<IDestinationRule>['trafficPolicy'] {
  const { circuitBreaker, loadBalancing } = callee;
  const tls = callee instanceof ExternalService ? tlsOf(callee) : undefined;
  return circuitBreaker || loadBalancing || tls
    ? {
        connectionPool: circuitBreaker && connectionPoolOf(circuitBreaker.limits),
        outlierDetection: outlierDetectionOf(callee, replicas),
        loadBalancer: loadBalancerOf(loadBalancing),
        ...(tls ? { tls } : {}),
      }
    : undefined;
}
