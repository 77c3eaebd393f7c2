import type { Callee, Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Failover between localities of callees whose endpoints are never ejected: the proxy considers all of them healthy.
 * @see https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/failover/
 */
export function failoverWithoutEjection(topology: Topology): SynthesisFinding[] {
  const callees: Callee[] = [...topology.services, ...topology.externals];
  return callees
    .filter(({ loadBalancing, circuitBreaker }) => {
      const { failover, failoverPriority } = loadBalancing?.locality ?? {};
      return (failover ?? failoverPriority) !== undefined && !circuitBreaker?.ejects;
    })
    .map(({ path, name }) => ({
      id: 'FailoverWithoutEjection',
      severity: Severity.ERROR,
      path,
      message: `${name} fails over between localities, but its failing endpoints are never ejected.`,
      fix: 'Add a circuit breaker with consecutive5xxErrors or consecutiveGatewayErrors.',
    }));
}
