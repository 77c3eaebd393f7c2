import type { Service, Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Traffic rules of services to which nothing sends what they are for: no VirtualService or HTTPRoute would have them.
 */
export function unusedTrafficRules(topology: Topology): SynthesisFinding[] {
  return topology.services.flatMap(service => {
    const unused = unusedRulesOf(topology, service);
    return unused.length === 0
      ? []
      : [
          {
            id: 'UnusedTrafficRules',
            severity: Severity.WARNING,
            path: service.path,
            message:
              `Nothing calls ${service.name} and no edge routes to it on a port where ${unused.join(', ')} `
              + 'would have an effect.',
            fix: `Declare the calls with \`calls\` or a route of an edge, or leave ${unused.join(', ')} out.`,
          },
        ];
  });
}

function unusedRulesOf(topology: Topology, service: Service): string[] {
  const { incomingCalls, allowedPeers, weights, headerRoutes, mirror, circuitBreaker, loadBalancing } = service;
  const routes = topology.edges.flatMap(edge => edge.destinations.filter(each => each.service === service));
  const ports = [...incomingCalls, ...allowedPeers, ...routes].map(({ port }) => port);
  const isCalled = ports.length > 0;
  const hasRequests = ports.some(port => port.carriesRequests);
  return [
    ...(weights.length > 0 && !isCalled ? ['split'] : []),
    ...(headerRoutes.length > 0 && !hasRequests ? ['routeTo'] : []),
    ...(mirror && !hasRequests ? ['mirrorTo'] : []),
    ...(circuitBreaker && !isCalled ? ['addCircuitBreaker'] : []),
    ...(loadBalancing && !isCalled ? ['addLoadBalancing'] : []),
  ];
}
