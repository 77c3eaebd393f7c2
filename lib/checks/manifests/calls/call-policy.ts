import { type Cluster, type Field, Kind, memo, millisOf } from '../../../manifests';
import { PAUSE } from '../../pause';
import { isAppliedByIstio, isCarriedByIstio } from './implementation';
import type { Call, Entry } from './node';
import { rulesFor } from './rules-between';

/** The timeout and retry settings of requests. */
export interface CallPolicy {
  /** The rule of the route, or the evidence of the call if there is no rule. */
  readonly at: Field;
  /** The field of the timeout, set or not. */
  readonly timeoutAt: Field;
  /** The field of the retries, set or not. */
  readonly retriesAt: Field;
  /** In milliseconds; undefined if none is set. */
  readonly timeout?: number;
  /** The number of retries of a failed request. */
  readonly retries: number;
  /** Whether the number of retries is set, rather than Istio's default. */
  readonly isExplicit: boolean;
  /** The per-try timeout, in milliseconds. */
  readonly perTry?: number;
  /** The average back-off before a retry, in milliseconds: Envoy adds jitter. */
  readonly backoff: number;
  /** The conditions on which a request is retried. */
  readonly retryOn: readonly string[];
}

/** Istio's default retry conditions. */
const RETRY_ON = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'];
/** Istio's retry conditions for every route of the Gateway API with a number of retries. */
const RETRY_ON_FOR_ROUTES = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled'];
const ISTIOS = 2;

/** The settings of a call: one for each rule that may apply to it. */
export const policiesOf = memo((call: Call, cluster: Cluster): readonly CallPolicy[] => {
  const rules = rulesFor(call, cluster);
  return rules.length > 0
    ? rules.map(rule => policyOfRule(rule, cluster))
    : [implicit(call.service.spec, isCarriedByIstio(call, cluster), cluster)];
});

/** The settings of an entry. */
export function policyOfEntry({ route, rule }: Entry, cluster: Cluster): CallPolicy {
  return route.type === Kind.INGRESS
    ? implicit(rule, isAppliedByIstio(route, cluster), cluster)
    : policyOfRule(rule, cluster);
}

/** The settings of a rule of a VirtualService or of a route of the Gateway API. */
export function policyOfRule(rule: Field, cluster: Cluster): CallPolicy {
  return rule.resource.type === Kind.VIRTUAL_SERVICE ? ofVirtualService(rule, cluster) : ofRoute(rule, cluster);
}

function ofVirtualService(rule: Field, cluster: Cluster): CallPolicy {
  const [retries, timeout] = [rule.get('retries'), rule.get('timeout')];
  const limit = positive(millisOf(timeout.text));
  return !retries.exists
    ? { ...implicit(rule, true, cluster), timeout: limit, timeoutAt: firstOf(timeout, rule) }
    : {
        at: rule,
        timeoutAt: firstOf(timeout, rule),
        retriesAt: retries,
        timeout: limit,
        retries: retries.get('attempts').number ?? 0,
        isExplicit: true,
        perTry: positive(millisOf(retries.get('perTryTimeout').text)),
        backoff: millisOf(retries.get('backoff').text) ?? PAUSE,
        retryOn: listOf(retries.get('retryOn').text, RETRY_ON),
      };
}

/** Without `retry` the per-try timeout is the timeout of the request, as in Istio. */
function ofRoute(rule: Field, cluster: Cluster): CallPolicy {
  const retry = rule.get('retry');
  const [whole, each] = ['request', 'backendRequest'].map(name => rule.get('timeouts', name));
  const [request, backendRequest] = [whole, each].map(field => positive(millisOf(field?.text ?? '')));
  if (!retry.exists) {
    return {
      ...implicit(rule, isAppliedByIstio(rule.resource, cluster), cluster),
      timeout: backendRequest ?? request,
      timeoutAt: firstOf(backendRequest === undefined ? whole : each, rule),
    };
  }
  return {
    at: rule,
    timeoutAt: firstOf(whole, rule),
    retriesAt: retry,
    timeout: request,
    retries: retry.get('attempts').number ?? ISTIOS,
    isExplicit: true,
    perTry: backendRequest,
    backoff: millisOf(retry.get('backoff').text) ?? PAUSE,
    retryOn: [...RETRY_ON_FOR_ROUTES, ...retry.get('codes').texts],
  };
}

/** The retries of a route without retry settings: the default of the mesh, if Istio carries the traffic. */
function implicit(at: Field, isIstio: boolean, cluster: Cluster): CallPolicy {
  const policy = cluster.mesh.get('defaultHttpRetryPolicy');
  return {
    at,
    timeoutAt: at,
    retriesAt: at,
    retries: isIstio ? cluster.mesh.defaultRetries : 0,
    isExplicit: false,
    perTry: positive(millisOf(policy?.get('perTryTimeout').text ?? '')),
    backoff: millisOf(policy?.get('backoff').text ?? '') ?? PAUSE,
    retryOn: listOf(policy?.get('retryOn').text ?? '', RETRY_ON),
  };
}

function listOf(text: string, otherwise: readonly string[]): readonly string[] {
  return text === ''
    ? otherwise
    : text
        .split(',')
        .map(each => each.trim())
        .filter(each => each !== '');
}

function firstOf(field: Field | undefined, otherwise: Field): Field {
  return field?.exists ? field : otherwise;
}

function positive(millis: number | undefined): number | undefined {
  return millis === 0 ? undefined : millis;
}
