import type { IBackendTrafficPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import type { SpecOf, TopologyChart } from '../kubernetes';
import {
  Capability,
  type Edge,
  type Operation,
  type PerClientRateLimit,
  Period,
  type RateLimit,
  ValidationError,
} from '../topology';
import { headersOfClient } from './client-headers';
import { BackendTrafficPolicy } from './resources';

type RateLimitSpec = NonNullable<SpecOf<IBackendTrafficPolicy>['rateLimit']>;
type Rule = NonNullable<RateLimitSpec['local']>['rules'] extends (infer Each)[] | undefined ? Each : never;
type Selector = NonNullable<Rule['clientSelectors']>[number];

const UNITS = {
  [Period.SECOND]: 'Second',
  [Period.MINUTE]: 'Minute',
  [Period.HOUR]: 'Hour',
  [Period.DAY]: 'Day',
} as const;

/** The limits of the CRD. @see https://gateway.envoyproxy.io/docs/api/extension_types/#localratelimit */
const MOST_THROTTLES = 16;
const MOST_CLIENT_LIMITS = 256;

/**
 * The rate limits of an edge, which each proxy counts separately, and its per-client rate limits, which all proxies
 * share. Envoy Gateway supports no burst beyond the rate.
 */
export function renderTrafficPolicy(chart: TopologyChart, edge: Edge, routeNames: readonly string[]): void {
  const local = rateLimitsOf(edge);
  const global = limitsOf(edge);
  requireCountable(edge, local, global);
  if (local.length + global.length === 0) {
    return;
  }
  new BackendTrafficPolicy(chart.scopeOf(edge), 'traffic-policy', {
    metadata: { name: edge.name, namespace: edge.namespace },
    spec: {
      // The limits of a shared gateway would be those of all its edges.
      targetRefs: edge.gateway
        ? routeNames.map(name => ({ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name }))
        : [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: edge.name }],
      rateLimit: {
        local: local.length > 0 ? { rules: local } : undefined,
        global: global.length > 0 ? { rules: global } : undefined,
      },
    },
  });
}

/**
 * Envoy Gateway counts rate limits per Envoy route, and a request that matches a rule is not counted by a limit without
 * a selector.
 */
function requireCountable(edge: Edge, local: readonly Rule[], global: readonly Rule[]): void {
  const [rule, ...others] = edge.rules;
  const isCountedByFront = edge.front?.capabilities.includes(Capability.RATE_LIMITS);
  const isSplit = others.length > 0 || edge.cors || rule?.auth.login || edge.routes.some(each => each.rateLimit);
  if (local.length > 0 && !isCountedByFront && edge.hosts.length > 1) {
    throw new ValidationError({
      code: 'ThrottlePerRoute',
      path: edge.path,
      summary: `The edge has ${edge.hosts.length} hosts, and Envoy Gateway counts a rate limit for each of them separately.`,
      fix: 'Declare an edge for each host, a wildcard, or a `front` that counts requests.',
    });
  }
  if (edge.rateLimit && !isCountedByFront && isSplit) {
    throw new ValidationError({
      code: 'ThrottlePerRoute',
      path: edge.path,
      summary:
        `The rate limit of ${edge.rateLimit.rate} requests per second is for the whole edge, but Envoy `
        + 'Gateway counts each route separately.',
      fix: 'Set `rateLimit` on each route, or declare a `front` that counts them.',
    });
  }
  if (local.length > MOST_THROTTLES || global.length > MOST_CLIENT_LIMITS) {
    throw new ValidationError({
      code: 'TooManyLimits',
      path: edge.path,
      summary:
        `It has ${local.length} rate limits and ${global.length} client limits, and a `
        + `BackendTrafficPolicy can have ${MOST_THROTTLES} and ${MOST_CLIENT_LIMITS}.`,
      fix: 'Declare fewer, or split the routes over several edges.',
    });
  }
}

function rateLimitsOf(edge: Edge): Rule[] {
  return [
    ...edge.routes.flatMap(({ rateLimit, operation }) =>
      rateLimit ? [{ clientSelectors: [selectorOf(operation)], limit: limitOf(rateLimit) }] : [],
    ),
    ...(edge.rateLimit ? [{ limit: limitOf(edge.rateLimit) }] : []),
  ];
}

function limitsOf(edge: Edge): Rule[] {
  if (edge.isLeftToFront(Capability.PER_CLIENT_RATE_LIMITS)) {
    return [];
  }
  return [
    ...edge.routes.flatMap(({ perClientRateLimit, operation }) =>
      perClientRateLimit ? [ruleFor(perClientRateLimit, selectorOf(operation))] : [],
    ),
    ...(edge.perClientRateLimit ? [ruleFor(edge.perClientRateLimit, {})] : []),
  ];
}

/**
 * All routes share the counter: a limit of the edge covers all its requests, one of a route only those that match its
 * operation.
 */
function ruleFor({ client, requests, per }: PerClientRateLimit, selector: Selector): Rule {
  const headers = headersOfClient(client).map(name => ({ name, type: 'Distinct' as const }));
  return { clientSelectors: [{ ...selector, headers }], limit: { requests, unit: UNITS[per] }, shared: true };
}

function limitOf({ rate }: RateLimit): Rule['limit'] {
  return { requests: rate, unit: 'Second' };
}

/**
 * Limits are matched on Envoy's `:path`, which includes the query.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/ratelimit.go
 */
function selectorOf({ method, path }: Operation): Selector {
  return {
    methods: method ? [{ value: method as 'GET' }] : undefined,
    path: { type: 'RegularExpression', value: `${path.toRegex('?')}(\\?.*)?` },
  };
}
