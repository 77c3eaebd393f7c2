import { type Cluster, type Field, fullHost, millisOf, type Resource } from '../../manifests';
import { httpRulesOf } from './delegates';
import { type Cors, corsHeadersOf } from './cors';
import { headerOperations, hostWritten } from './header-operations';
import { httpMatch, matchesString } from './http-match';
import { expressionRewrite, matchRewrite, type PathRewrite } from './path-match';
import { redirect } from './redirect';
import { type Backend, type Fault, type Mirror, type Retries, type Rule } from './rule';

/**
 * The HTTP rules of a VirtualService, in order.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
 */
export function virtualServiceRules(virtualService: Resource, cluster: Cluster): Rule[] {
  return httpRulesOf(virtualService, cluster).map(at => ({
    at,
    matches: at.get('match').items.map(httpMatch),
    reply: replyOf(at),
    backends: backendsOf(at, cluster),
    rewrite: rewriteOf(at.get('rewrite')),
    rewriteHost: at.get('rewrite', 'authority').text || hostWritten(at.get('headers', 'request')),
    request: headerOperations(at.get('headers', 'request')),
    response: headerOperations(at.get('headers', 'response')),
    timeoutMs: millisOf(at.get('timeout').text) || undefined,
    retries: retriesOf(at.get('retries'), cluster),
    fault: faultOf(at.get('fault')),
    mirrors: mirrorsOf(at, cluster),
    cors: corsOf(at.get('corsPolicy')),
    unknownBackendStatus: 503,
  }));
}

/** The retries of a route, or those of the mesh. */
export function retriesOf(at: Field, cluster: Cluster): Retries {
  if (!at.exists) {
    const policy = (name: string) => cluster.mesh.get('defaultHttpRetryPolicy', name)?.text ?? '';
    return {
      attempts: cluster.mesh.defaultRetries,
      perTryTimeoutMs: millisOf(policy('perTryTimeout')),
      on: policy('retryOn') || DEFAULT_CONDITIONS,
    };
  }
  return {
    attempts: at.get('attempts').number ?? 0,
    perTryTimeoutMs: millisOf(at.get('perTryTimeout').text),
    on: at.get('retryOn').text || DEFAULT_CONDITIONS,
  };
}

/** @see https://istio.io/latest/docs/concepts/traffic-management/#retries */
const DEFAULT_CONDITIONS = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';

function replyOf(at: Field): Rule['reply'] {
  if (at.get('redirect').exists) {
    return redirect(at.get('redirect'));
  }
  const direct = at.get('directResponse');
  const status = direct.get('status').number;
  return status === undefined ? undefined : () => ({ status, body: direct.get('body', 'string').text });
}

/** A route with a single destination sends it all requests, at any weight. */
function backendsOf(at: Field, cluster: Cluster): Backend[] {
  const routes = at.get('route').items;
  const weights = routes.map(each => (routes.length === 1 ? 1 : (each.get('weight').number ?? 0)));
  const sum = weights.reduce((all, each) => all + each, 0);
  return routes
    .map((route, index) => ({
      at: route,
      share: (weights[index] ?? 0) / (sum || 1),
      isWeighted: routes.length > 1,
      ...destination(route.get('destination'), cluster),
      rewriteHost: hostWritten(route.get('headers', 'request')),
      request: headerOperations(route.get('headers', 'request')),
      response: headerOperations(route.get('headers', 'response')),
    }))
    .filter(each => each.share > 0);
}

function destination(at: Field, cluster: Cluster): { host: string; port?: number; subset?: string } {
  return {
    host: fullHost(at.get('host').text, at.resource.namespace, cluster.clusterDomain).toLowerCase(),
    port: at.get('port', 'number').number,
    subset: at.get('subset').text || undefined,
  };
}

function rewriteOf(at: Field): PathRewrite | undefined {
  const regex = at.get('uriRegexRewrite');
  if (regex.exists) {
    return expressionRewrite(regex.get('match').text, regex.get('rewrite').text);
  }
  const uri = at.get('uri').text;
  return uri === '' ? undefined : matchRewrite(uri);
}

function faultOf(at: Field): Fault | undefined {
  if (!at.exists) {
    return undefined;
  }
  const [delay, abort] = [at.get('delay'), at.get('abort')];
  const delayMs = millisOf(delay.get('fixedDelay').text) ?? 0;
  const [status, grpcStatus] = [abort.get('httpStatus').number, abort.get('grpcStatus').text];
  return {
    at,
    delayMs,
    delayShare: delayMs === 0 ? 0 : (delay.get('percentage', 'value').number ?? delay.get('percent').number ?? 0) / 100,
    status: status ?? 200,
    grpcStatus: grpcStatus || undefined,
    abortShare: status === undefined && grpcStatus === '' ? 0 : (abort.get('percentage', 'value').number ?? 0) / 100,
  };
}

function mirrorsOf(at: Field, cluster: Cluster): Mirror[] {
  const share = at.get('mirrorPercentage').exists
    ? (at.get('mirrorPercentage', 'value').number ?? 0)
    : (at.get('mirrorPercent').number ?? 100);
  return [
    ...(at.get('mirror').exists ? [{ ...destination(at.get('mirror'), cluster), share: share / 100 }] : []),
    ...at.get('mirrors').items.map(each => ({
      ...destination(each.get('destination'), cluster),
      share: each.get('percentage').exists ? (each.get('percentage', 'value').number ?? 0) / 100 : 1,
    })),
  ].filter(each => each.share > 0);
}

function corsOf(at: Field): Cors | undefined {
  if (!at.exists) {
    return undefined;
  }
  const [origins, older] = [at.get('allowOrigins').items, at.get('allowOrigin').texts];
  const maxAge = millisOf(at.get('maxAge').text);
  return {
    takesOrigin: origin =>
      origins.some(each => matchesString(each, origin)) || older.includes(origin) || older.includes('*'),
    answersAll: at.get('unmatchedPreflights').text === 'IGNORE',
    ...corsHeadersOf(at, ',', maxAge === undefined ? undefined : Math.floor(maxAge / 1000)),
  };
}
