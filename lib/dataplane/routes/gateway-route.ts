import {
  aliasedHost,
  type Cluster,
  type Field,
  fullHost,
  isGranted,
  isRegistryHost,
  Kind,
  millisOf,
  portNumber,
  type Resource,
  hostsElsewhere,
  literalRegex,
} from '../../manifests';
import { corsHeadersOf } from './cors';
import { headerModifier, type HeaderOperations, joined, NO_OPERATIONS } from './header-operations';
import { gatewayRouteMatches, preflightMatch } from './gateway-route-match';
import { matchesRe2, type PathRewrite, segmentsRewrite, wholePath } from './path-match';
import { redirectFilter } from './redirect';
import type { Backend, Match, Mirror, Retries, Rule } from './rule';
import { retriesOf } from './virtual-service';
import { isLeftOut, RouteReader } from './unsupported-filters';

/**
 * The rules of an HTTPRoute or a GRPCRoute, one for each match; none if the whole route is dropped.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export function gatewayRouteRules(route: Resource, reader: RouteReader, cluster: Cluster): Rule[] {
  const rules = isLeftOut(route, reader, cluster) ? [] : rulesOf(route);
  return rules.flatMap(at =>
    gatewayRouteMatches(at).flatMap(match => {
      const rule = ruleOf(at, match ? [match] : [], reader, cluster);
      const isAdded = reader === RouteReader.OTHER_GATEWAY && rule.cors && match?.method && match.method !== 'OPTIONS';
      return isAdded ? [rule, forPreflights(at, match, reader, cluster)] : [rule];
    }),
  );
}

/** What Envoy Gateway does with preflights for a match with a method: of the filters, they only have CORS. */
function forPreflights(at: Field, match: Match, reader: RouteReader, cluster: Cluster): Rule {
  const own = at.get('filters').items.filter(each => each.get('cors').exists);
  return ruleOf(at, [preflightMatch(match)], reader, cluster, own);
}

const DEFAULT_RULES = [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }];

/** The API server adds a rule to an HTTPRoute without rules: it matches all requests and has no backend. */
function rulesOf({ type, spec }: Resource): Field[] {
  const rules = spec.get('rules');
  return type === Kind.HTTP_ROUTE && !rules.exists ? rules.replaced(DEFAULT_RULES).items : rules.items;
}

function ruleOf(
  at: Field,
  matches: Rule['matches'],
  reader: RouteReader,
  cluster: Cluster,
  filters = at.get('filters').items,
): Rule {
  const [rewrite] = filters.map(each => each.get('urlRewrite')).filter(each => each.exists);
  const backends = backendsOf(at, reader, cluster);
  return {
    at,
    matches,
    reply: replyOf(filters, backends, reader, cluster),
    backends,
    hasNoBackend: backends.length === 0 && !filters.some(each => each.get('requestRedirect').exists),
    rewrite: rewrite && rewriteOf(rewrite),
    rewriteHost: rewrite?.get('hostname').text || undefined,
    ...modifiersOf(filters),
    ...timesOf(at, reader, cluster),
    mirrors: filters.flatMap(each => mirrorOf(each.get('requestMirror'), reader, cluster)),
    cors: corsOf(filters, reader),
    unknownBackendStatus: 500,
  };
}

function replyOf(
  filters: readonly Field[],
  backends: readonly Backend[],
  reader: RouteReader,
  cluster: Cluster,
): Rule['reply'] {
  const [redirect] = filters.map(each => each.get('requestRedirect')).filter(each => each.exists);
  const isOther = reader === RouteReader.OTHER_GATEWAY;
  const isRejected = isOther && filters.some(each => hasNoMirror(each, reader, cluster));
  if (redirect && !isRejected) {
    return redirectFilter(redirect, reader);
  }
  // Envoy Gateway responds itself where no backend exists, also to preflights.
  const hasNone = isOther ? backends.every(({ host }) => host === undefined) : backends.length === 0;
  return hasNone || isRejected ? () => ({ status: 500 }) : undefined;
}

/** Whether a mirror does not exist, for which Envoy Gateway rejects the rule. */
function hasNoMirror(filter: Field, reader: RouteReader, cluster: Cluster): boolean {
  const mirror = filter.get('requestMirror', 'backendRef');
  return mirror.exists && backendOf(mirror, reader, cluster).host === undefined;
}

function backendsOf(at: Field, reader: RouteReader, cluster: Cluster): Backend[] {
  const refs = at
    .get('backendRefs')
    .items.map(each => ({ at: each, weight: each.get('weight').number ?? 1 }))
    .filter(each => each.weight > 0);
  const sum = refs.reduce((all, each) => all + each.weight, 0);
  return refs.map(ref => ({
    at: ref.at,
    share: ref.weight / sum,
    isWeighted: refs.length > 1,
    ...backendOf(ref.at, reader, cluster),
    ...modifiersOf(ref.at.get('filters').items),
  }));
}

/**
 * The Service of a reference, if it exists and the route is allowed to reference it: mesh routes need no grant. Istio
 * has hosts of its registry, too.
 */
export function backendOf(at: Field, reader: RouteReader, cluster: Cluster): { host?: string; port?: number } {
  if (isRegistryHost(at)) {
    return reader === RouteReader.OTHER_GATEWAY ? {} : { host: at.get('name').text, port: at.get('port').number };
  }
  const { resource: route } = at;
  const [name, namespace, port] = [
    at.get('name').text,
    at.get('namespace').text || route.namespace,
    at.get('port').number,
  ];
  const isService = (at.get('kind').text || 'Service') === 'Service' && at.get('group').text === '';
  const service = isService ? cluster.find(Kind.SERVICE, name, namespace) : undefined;
  const mayBeNamed =
    reader === RouteReader.ISTIO_MESH || isGranted(route, { at, kind: 'Service', group: '', name, namespace }, cluster);
  const hasPort =
    service && (isAlias(service, reader) || service.spec.get('ports').items.some(each => portNumber(each) === port));
  const host = fullHost(name, namespace, cluster.clusterDomain);
  const isFound = hasPort ?? (isService && hostsElsewhere(cluster).has(host));
  return mayBeNamed && isFound ? { host, port } : {};
}

/** Whether a Service is only a name for a host, whose ports count. */
function isAlias(service: Resource, reader: RouteReader): boolean {
  return reader !== RouteReader.OTHER_GATEWAY && aliasedHost(service) !== undefined;
}

function modifiersOf(filters: readonly Field[]): { request: HeaderOperations; response: HeaderOperations } {
  const all = (name: string) =>
    filters
      .map(each => each.get(name))
      .filter(each => each.exists)
      .map(headerModifier)
      .reduce(joined, NO_OPERATIONS);
  return { request: all('requestHeaderModifier'), response: all('responseHeaderModifier') };
}

function rewriteOf(at: Field): PathRewrite | undefined {
  const [full, prefix] = [at.get('path', 'replaceFullPath'), at.get('path', 'replacePrefixMatch')];
  return full.exists ? wholePath(full.text) : prefix.exists ? segmentsRewrite(prefix.text) : undefined;
}

/**
 * A backend timeout is a per-try timeout if retries are declared, else that of the request. Istio retries by default;
 * Envoy Gateway does not.
 */
function timesOf(at: Field, reader: RouteReader, cluster: Cluster): { timeoutMs?: number; retries: Retries } {
  const [request, backend] = ['request', 'backendRequest'].map(
    name => millisOf(at.get('timeouts', name).text) || undefined,
  );
  const retry = at.get('retry');
  if (!retry.exists) {
    return {
      timeoutMs: backend ?? request,
      retries: reader === RouteReader.OTHER_GATEWAY ? { attempts: 0, on: '' } : retriesOf(retry, cluster),
    };
  }
  const on = [
    'connect-failure',
    'refused-stream',
    'unavailable',
    'cancelled',
    ...retry.get('codes').items.map(each => each.text),
  ].join(',');
  return { timeoutMs: request, retries: { attempts: retry.get('attempts').number ?? 2, perTryTimeoutMs: backend, on } };
}

function mirrorOf(at: Field, reader: RouteReader, cluster: Cluster): Mirror[] {
  const { host, port } = at.exists ? backendOf(at.get('backendRef'), reader, cluster) : {};
  const fraction = at.get('fraction');
  const share = fraction.exists
    ? (fraction.get('numerator').number ?? 0) / (fraction.get('denominator').number ?? 100)
    : (at.get('percent').number ?? 100) / 100;
  return host !== undefined && share > 0 ? [{ host, port, share }] : [];
}

/** Preflights of other origins get a response too. Without `maxAge` the API server writes 5 seconds. */
function corsOf(filters: readonly Field[], reader: RouteReader): Rule['cors'] {
  const [cors] = filters.map(each => each.get('cors')).filter(each => each.exists);
  if (!cors) {
    return undefined;
  }
  const origins = cors
    .get('allowOrigins')
    .texts.map(each =>
      each === '*' ? '[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+' : each.split('*').map(literalRegex).join('.*'),
    );
  return {
    takesOrigin: origin => origins.some(each => matchesRe2(each, origin)),
    answersAll: true,
    ...corsHeadersOf(cors, reader === RouteReader.OTHER_GATEWAY ? ', ' : ',', cors.get('maxAge').number ?? 5),
  };
}
