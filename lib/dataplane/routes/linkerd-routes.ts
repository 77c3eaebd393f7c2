import { type Cluster, type Field, type Resource } from '../../manifests';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { gatewayRouteRules } from './gateway-route';
import { type Route, type Rule } from './rule';
import { RouteReader } from './unsupported-filters';

const FILTERS: readonly string[] = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect'];

/** The rules of routes as proxies of Linkerd have them, each with one match. Throws for what Linkerd does not convert. */
export function linkerdRoutesOf(
  routes: readonly Resource[],
  cluster: Cluster,
  hostNames: 'unknown' | 'compared' = 'unknown',
): Route[] {
  return routes.flatMap(route => {
    route.spec.get('rules').items.forEach(requireConvertible);
    if (hostNames === 'unknown' && route.spec.get('hostnames').exists) {
      throw new Unsimulated(
        `${route.kind} ${route.key} has host names, which Linkerd compares with those of requests.`,
        'Use a route without them.',
      );
    }
    return gatewayRouteRules(route, RouteReader.ISTIO_MESH, cluster).map((rule): Route => {
      const [match] = rule.matches;
      return match ? { rule, match } : { rule };
    });
  });
}

/** Fields of rules that Linkerd reads. */
const FIELDS: readonly string[] = ['name', 'matches', 'filters', 'backendRefs', 'timeouts'];

function requireConvertible(rule: Field): void {
  const filters = [rule, ...rule.get('backendRefs').items].flatMap(each => each.get('filters').items);
  const filter = filters.find(each => !FILTERS.includes(each.get('type').text));
  const [, field] = rule.entries.find(([name]) => !FIELDS.includes(name)) ?? [];
  const unread = filter ?? field;
  if (unread) {
    throw new Unsimulated(
      `${rule.resource.kind} ${rule.resource.key} has what Linkerd does not support (${String(unread)}).`,
      'Remove it: Linkerd ignores such a route.',
    );
  }
}

/**
 * The routes that match a request best, several where the order of routes decides: by the length of what the path match
 * covers, then by the numbers of headers and query parameters, then by a method; in one route the first rule.
 * @see https://github.com/linkerd/linkerd2-proxy/blob/main/linkerd/http/route/src/lib.rs
 */
export function bestInLinkerd(routes: readonly Route[], message: Message): Route[] {
  const matching = routes.filter(({ match }) => match?.matches(message) ?? true);
  const ranked = matching.map(route => ({ route, rank: rankOf(route, message) }));
  const compare = (a: readonly number[], b: readonly number[]) =>
    a.map((each, index) => (b[index] ?? 0) - each).find(each => each !== 0) ?? 0;
  const [best] = [...ranked].sort((a, b) => compare(a.rank, b.rank));
  const equal = ranked.filter(each => best && compare(each.rank, best.rank) === 0).map(each => each.route);
  return equal.filter(
    (each, index) => equal.findIndex(other => other.rule.at.resource === each.rule.at.resource) === index,
  );
}

function rankOf({ match }: Route, { path }: Message): number[] {
  const covered =
    match?.path === undefined ? 1 : match.path.kind === 'segments' ? Math.max(1, match.path.value.length) : path.length;
  return [
    covered,
    match?.at.get('headers').items.length ?? 0,
    match?.at.get('queryParams').items.length ?? 0,
    match?.at.get('method').text ? 1 : 0,
  ];
}

/** A rule with the timeout and the retries of the annotations by which Linkerd sets them. */
export function withLinkerdSettings(rule: Rule, { annotations }: Pick<Resource, 'annotations'>): Rule {
  const timeout = millisOf(annotations['timeout.linkerd.io/request']);
  const attempts = Number(annotations['retry.linkerd.io/limit'] ?? 0);
  const on = [annotations['retry.linkerd.io/http'], annotations['retry.linkerd.io/grpc']].filter(
    each => each !== undefined,
  );
  const isRetried = attempts > 0 || on.length > 0 || annotations['retry.linkerd.io/timeout'] !== undefined;
  return {
    ...rule,
    timeoutMs: timeout ?? rule.timeoutMs,
    retries: isRetried
      ? {
          attempts: attempts || 1,
          perTryTimeoutMs: millisOf(annotations['retry.linkerd.io/timeout']),
          on: on.join(','),
        }
      : { attempts: 0, on: '' },
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as Linkerd reads it: a whole number with one unit. */
function millisOf(text: string | undefined): number | undefined {
  const [, number, unit = ''] = /^\s*(\d+)(ms|s|m|h|d)\s*$/.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? 0) || undefined;
}
