import { gatewayDurationOf, type TopologyChart } from '../kubernetes';
import { Capability, type Edge, type EdgeRule, RETRY_ON, Route, ValidationError } from '../topology';
import { limitsOf } from './client-headers';
import { BackendTrafficPolicy } from './resources';

/**
 * The retries of some HTTPRoutes; nothing if they have none, since Envoy Gateway retries only by a policy.
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#retry
 */
export function renderRetries(
  chart: TopologyChart,
  edge: Edge,
  [rule]: readonly EdgeRule[],
  routeNames: readonly string[],
): void {
  const [name] = routeNames;
  if (!(rule instanceof Route) || !rule.retries?.attempts || name === undefined) {
    return;
  }
  requireNoLimits(edge, rule);
  const { attempts, on = RETRY_ON, perTryTimeout } = rule.retries;
  new BackendTrafficPolicy(chart.scopeOf(edge), `retries-${name}`, {
    metadata: { name: `${name}-retries`, namespace: edge.namespace },
    spec: {
      targetRefs: routeNames.map(each => ({ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: each })),
      retry: {
        numRetries: attempts,
        retryOn: { triggers: [...on] },
        perRetry: perTryTimeout ? { timeout: gatewayDurationOf(perTryTimeout) } : undefined,
      },
    },
  });
}

/** A policy of an HTTPRoute replaces that of the Gateway, which has the limits. */
function requireNoLimits(edge: Edge, { path }: Route): void {
  const isLimited =
    limitsOf(edge).length > 0 || (edge.rateLimit ?? edge.routes.find(({ rateLimit }) => rateLimit)) !== undefined;
  if (isLimited && !edge.front?.capabilities.includes(Capability.RATE_LIMITS)) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'At Envoy Gateway the policy of a route with `retries` replaces that with the limits of its edge.',
      fix: 'Remove the limits or the retries, or declare another edge for the route.',
    });
  }
}
