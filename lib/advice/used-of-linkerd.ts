import { type Cluster, type Field, Kind, type Resource } from '../manifests';
import { Capability } from '../topology';
import type { MissingInTier } from './advice';

/** Its own HTTPRoutes, beside those of the Gateway API. */
export const LINKERD_HTTP_ROUTE = 'HTTPRoute.policy.linkerd.io';

/** What objects of Linkerd, and annotations that its proxies read, use between services. */
export function usesOfLinkerd(mutualTls: string): {
  readonly [type: string]: (resource: Resource) => readonly string[];
} {
  const ofAnnotations = ({ annotations }: Resource) => annotated(annotations);
  return {
    [Kind.SERVICE]: ofAnnotations,
    [Kind.NAMESPACE]: ({ annotations }) =>
      AUTHENTICATED.includes(annotations['config.linkerd.io/default-inbound-policy'] ?? '') ? [mutualTls] : [],
    [Kind.LINKERD_MESH_TLS_AUTHENTICATION]: () => [mutualTls],
    [Kind.LINKERD_EGRESS_NETWORK]: () => [Capability.EGRESS_BY_HOST],
    'HTTPLocalRateLimitPolicy.policy.linkerd.io': () => [Capability.SERVICE_RATE_LIMITS],
    'ServiceProfile.linkerd.io': ({ spec }) => [
      ...spec
        .get('routes')
        .items.flatMap(route => [
          ...(route.get('timeout').exists ? [Capability.TIMEOUTS] : []),
          ...(route.get('isRetryable').isTrue ? [Capability.RETRIES] : []),
        ]),
      ...(spec.get('dstOverrides').items.length > 1 ? [Capability.SPLITS] : []),
    ],
  };
}

const AUTHENTICATED: readonly string[] = ['all-authenticated', 'cluster-authenticated'];

/** What annotations of a Service or a route configure in the proxies of callers. */
export function annotated(annotations: Readonly<Record<string, string>>): string[] {
  const has = (prefix: string) => Object.keys(annotations).some(each => each.startsWith(prefix));
  return [
    ...(has('timeout.linkerd.io/') ? [Capability.TIMEOUTS] : []),
    ...(has('retry.linkerd.io/') ? [Capability.RETRIES] : []),
    ...(has('balancer.linkerd.io/failure-accrual') ? [Capability.CIRCUIT_BREAKING] : []),
  ];
}

/** Whether a route is that of a Server of Linkerd, so that its matches are the operations of callers. */
export function isOfServer({ spec }: Resource): boolean {
  return spec.get('parentRefs').items.some(each => each.get('kind').text === 'Server');
}

/** What objects of Istio use of a feature that Linkerd has in part only. */
export function partsMissingInLinkerd(cluster: Cluster): MissingInTier[] {
  return Object.entries(PARTS).flatMap(([type, partsOf]) =>
    cluster
      .all(type)
      .flatMap(resource =>
        [...new Set(partsOf(resource))].map(feature => ({ path: `${resource.kind} ${resource.key}`, feature })),
      ),
  );
}

/** @see https://linkerd.io/2/reference/authorization-policy/ and https://linkerd.io/2/reference/circuit-breaking/ */
const PARTS: { readonly [type: string]: (resource: Resource) => readonly string[] } = {
  [Kind.DESTINATION_RULE]: ({ spec }) =>
    [spec, ...spec.get('subsets').items]
      .map(each => each.get('trafficPolicy'))
      .filter(
        policy =>
          policy.get('connectionPool').exists
          || policy.get('outlierDetection').entries.some(([name]) => !EJECTION.includes(name)),
      )
      .map(() => 'limits of a circuit breaker other than consecutive failures'),
  [Kind.AUTHORIZATION_POLICY]: ({ spec }) => [
    ...((spec.get('action').text || 'ALLOW') === 'ALLOW' ? [] : ['policies that deny, audit or use an authorizer']),
    ...(spec.get('rules').items.some(hasOtherConditions)
      ? ['conditions of policies on more than callers and requests']
      : []),
  ],
  [Kind.VIRTUAL_SERVICE]: ({ spec }) =>
    spec
      .get('http')
      .items.flatMap(rule => rule.get('match').items)
      .filter(match => ['uri', 'authority', 'scheme'].some(each => match.get(each, 'regex').exists))
      .map(() => 'regular expressions of paths and hosts'),
};

const EJECTION: readonly string[] = ['consecutive5xxErrors', 'consecutiveGatewayErrors', 'baseEjectionTime'];

function hasOtherConditions(rule: Field): boolean {
  const sources = rule.get('from').items.map(each => each.get('source'));
  const operations = rule.get('to').items.map(each => each.get('operation'));
  return (
    rule.get('when').items.length > 0
    || [...sources, ...operations].some(each => each.entries.some(([name]) => /^not|equestPrincipals/.test(name)))
  );
}
