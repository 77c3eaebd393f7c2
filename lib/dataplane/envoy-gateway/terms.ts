import { type Cluster, type Field, Kind, millisOf, type Resource } from '../../manifests';
import type { Fault, Retries, Route } from '../routes/rule';
import { type Attachment, policyFor } from './attachment';

/**
 * A route with the timeout, retries and faults of its BackendTrafficPolicy. Those of the route itself take precedence.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/route.go
 */
export function withTerms(route: Route, place: Attachment, cluster: Cluster): Route {
  const { rule } = route;
  const policy = policyFor(Kind.BACKEND_TRAFFIC_POLICY, place, cluster);
  const timeoutMs = hasTimeout(rule.at) ? rule.timeoutMs : timeoutOf(policy);
  const retries = rule.at.get('retry').exists ? undefined : policy && retriesOf(policy.spec.get('retry'));
  const fault = policy && faultOf(policy.spec.get('faultInjection'));
  return { ...route, rule: { ...rule, timeoutMs, retries: retries ?? rule.retries, fault } };
}

function hasTimeout(rule: Field): boolean {
  const [request, backend] = ['request', 'backendRequest'].map(name => rule.get('timeouts', name).exists);
  return request === true || (backend === true && !rule.get('retry').exists);
}

/** Envoy's default, unless a policy has another; a timeout of 0 is none. */
function timeoutOf(policy: Resource | undefined): number | undefined {
  const declared = policy?.spec.get('timeout', 'http', 'requestTimeout');
  return declared?.exists ? millisOf(declared.text) || undefined : DEFAULT_TIMEOUT;
}

/** @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction */
const DEFAULT_TIMEOUT = 15_000;

/** @see https://gateway.envoyproxy.io/docs/api/extension_types/#retry */
function retriesOf(retry: Field): Retries | undefined {
  if (!retry.exists) {
    return undefined;
  }
  const [triggers, codes] = ['triggers', 'httpStatusCodes'].map(name =>
    retry.get('retryOn', name).items.map(each => each.text),
  );
  const on = [...(triggers ?? []), ...(triggers?.includes('retriable-status-codes') ? (codes ?? []) : [])];
  return {
    attempts: retry.get('numRetries').number ?? 2,
    perTryTimeoutMs: millisOf(retry.get('perRetry', 'timeout').text),
    on: on.length > 0 ? on.join(',') : DEFAULT_CONDITIONS,
  };
}

const DEFAULT_CONDITIONS = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes,503';

/** Without a percentage, all requests are delayed or aborted. */
function faultOf(at: Field): Fault | undefined {
  if (!at.exists) {
    return undefined;
  }
  const [delay, abort] = [at.get('delay'), at.get('abort')];
  const shareOf = (part: Field) => (part.exists ? (part.get('percentage').number ?? 100) / 100 : 0);
  return {
    delayMs: millisOf(delay.get('fixedDelay').text) ?? 0,
    delayShare: shareOf(delay),
    status: abort.get('httpStatus').number ?? 200,
    grpcStatus: abort.get('grpcStatus').text || undefined,
    abortShare: shareOf(abort),
  };
}
