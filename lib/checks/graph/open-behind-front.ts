import { isWithin } from '../../manifests';
import { Capability, type Edge, type Front, type Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Edges with checks that only the front enforces, whose front has addresses that pods have too.
 * @param clusterCidrs the ranges of pods, Services and nodes
 */
export function openBehindFront(topology: Topology, clusterCidrs: readonly string[] = []): SynthesisFinding[] {
  return topology.edges.flatMap(edge => {
    const { front } = edge;
    const alone = front ? enforcedByFrontAlone(edge, front) : [];
    const shared = front?.clientCa ? undefined : front?.addresses?.find(each => clusterCidrs.some(within(each)));
    return alone.length === 0 || !front || shared === undefined
      ? []
      : [
          {
            id: 'OpenBehindFront',
            severity: Severity.WARNING,
            path: edge.path,
            message:
              `Only ${front.name} in front enforces ${alone.join(', ')}, and its addresses ${shared} are also those of `
              + `pods and nodes: they can connect to the gateway of ${edge.name} and bypass the front.`,
            fix: 'Give the front subnets without pods, and list only these in its `addresses`.',
          },
        ];
  });
}

/** What the gateway in the cluster does not enforce again. Caches deny nothing. */
function enforcedByFrontAlone({ routes, perClientRateLimits, clientCa, waf }: Edge, front: Front): string[] {
  const checks: [string, Capability, boolean][] = [
    ['API keys', Capability.API_KEYS, routes.some(route => route.auth.key)],
    ['client rate limits', Capability.PER_CLIENT_RATE_LIMITS, perClientRateLimits.length > 0],
    ['client certificates', Capability.CLIENT_CERTIFICATES, clientCa !== undefined],
    ['the firewall', Capability.WAF, waf],
    ['request validation', Capability.REQUEST_VALIDATION, routes.some(route => route.requestValidation)],
  ];
  return checks
    .filter(([, capability, isDeclared]) => isDeclared && front.enforcesAlone(capability))
    .map(([check]) => check);
}

/** Whether a range is part of another. */
function within(outer: string): (inner: string) => boolean {
  return inner => {
    const [address = '', length] = inner.split('/');
    return Number(outer.split('/')[1]) <= Number(length) && isWithin(address, outer);
  };
}
