import type { Edge, Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Edges with checks that a managed API alone makes, whose gateway can be reached without it. */
export function openBehindManagedApi(topology: Topology): SynthesisFinding[] {
  return topology.edges.flatMap(edge => {
    const alone = edge.managed && !edge.frontCidrs ? enforcedByApiAlone(edge) : [];
    return alone.length === 0 ? [] : [{
      id: 'OpenBehindManagedApi',
      severity: Severity.WARNING,
      path: edge.path,
      message: `The managed API in front alone enforces ${alone.join(', ')}, and its addresses are not declared: `
        + `any pod or host that reaches the gateway of ${edge.name} bypasses them.`,
      remedy: 'List the subnets of the API\'s load balancer in `frontCidrs`, so that the gateway\'s NetworkPolicy admits no others.',
    }];
  });
}

/** What the gateway in the cluster does not check once more. Caches deny nothing. */
function enforcedByApiAlone({ routes, clientLimits, clientCa, firewall }: Edge): string[] {
  const checks: [string, boolean][] = [
    ['API keys', routes.some(route => route.auth.key)],
    ['limits of clients', clientLimits.length > 0],
    ['client certificates', clientCa !== undefined],
    ['the firewall', firewall],
    ['request shapes', routes.some(route => route.requires)],
  ];
  return checks.filter(([, isDeclared]) => isDeclared).map(([check]) => check);
}
