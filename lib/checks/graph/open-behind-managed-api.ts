import type { Edge, Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Edges with checks that only a managed API enforces, whose gateway can be reached without that API. */
export function openBehindManagedApi(topology: Topology): SynthesisFinding[] {
  return topology.edges.flatMap(edge => {
    const alone = edge.managed && !edge.frontCidrs ? enforcedByApiAlone(edge) : [];
    return alone.length === 0
      ? []
      : [
          {
            id: 'OpenBehindManagedApi',
            severity: Severity.WARNING,
            path: edge.path,
            message:
              `Only the managed API in front enforces ${alone.join(', ')}, and its addresses are not declared: `
              + `any pod or host that reaches the gateway of ${edge.name} bypasses them.`,
            fix:
              "List the subnets of the API's load balancer in `frontCidrs`, so that the gateway's "
              + 'NetworkPolicy allows no other addresses.',
          },
        ];
  });
}

/** What the gateway in the cluster does not enforce again. Caches deny nothing. */
function enforcedByApiAlone({ routes, perClientRateLimits, clientCa, waf }: Edge): string[] {
  const checks: [string, boolean][] = [
    ['API keys', routes.some(route => route.auth.key)],
    ['client rate limits', perClientRateLimits.length > 0],
    ['client certificates', clientCa !== undefined],
    ['the web ACL', waf],
    ['request validation', routes.some(route => route.requestValidation)],
  ];
  return checks.filter(([, isDeclared]) => isDeclared).map(([check]) => check);
}
