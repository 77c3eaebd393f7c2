import type { Cluster } from '../../manifests';
import { normalized } from '../clusters/normalization';
import type { GatewayListener } from '../listeners/listener';
import type { Message } from '../messages/message';
import type { AuthorizationInput, UnknownPart } from '../policies/attributes';
import { type Paths, pathsMatching } from '../routes/path-match';
import type { Backend, Match, Rule } from '../routes/rule';

/** What is known of requests: methods, hosts and paths that a route has, and nothing of who sends them. */
export type KnownRequests = Pick<AuthorizationInput, 'message' | 'unknown' | 'pathStart'>;

/** The requests that a rule may receive at a gateway: one for each match and host. */
export function requestsAt({ rule, hosts }: Routed, listener: GatewayListener): KnownRequests[] {
  return matchesAt(rule, listener).flatMap(match =>
    hosts.map(host => described(match?.method, host, pathsMatching(match?.path))),
  );
}

/** What a gateway of Istio makes of them for a backend. */
export function forwardedRequests(
  { rule, hosts }: Routed,
  { rewriteHost }: Pick<Backend, 'rewriteHost'>,
  listener: GatewayListener,
  cluster: Cluster,
): KnownRequests[] {
  const authority = rule.rewriteHost ?? rewriteHost;
  return matchesAt(rule, listener).flatMap(match =>
    (authority === undefined ? hosts : [authority]).map(host =>
      described(match?.method, host, afterRewrite(rule, match, cluster), authority),
    ),
  );
}

/** The paths of requests that a rule may receive at a gateway. */
export function requestedPaths(rule: Rule, listener: GatewayListener): Paths[] {
  return matchesAt(rule, listener).map(match => pathsMatching(match?.path));
}

/** The paths with which the next proxy receives them. */
export function forwardedPaths(rule: Rule, listener: GatewayListener, cluster: Cluster): Paths[] {
  return matchesAt(rule, listener).map(match => afterRewrite(rule, match, cluster));
}

function afterRewrite({ rewrite }: Rule, match: Match | undefined, cluster: Cluster): Paths {
  const requested = pathsMatching(match?.path);
  return received(rewrite?.paths(requested, match?.path) ?? requested, cluster);
}

/** A rule with the hosts of its route. */
interface Routed {
  readonly rule: Rule;
  readonly hosts: readonly string[];
}

function matchesAt({ matches }: Rule, { at, caller }: GatewayListener): readonly (Match | undefined)[] {
  const proxy = { ...caller.proxy, gateways: [at.resource.key] };
  const own = matches.filter(each => each.isFor(proxy, at.get('port', 'number').number ?? 0));
  return matches.length === 0 ? [undefined] : own;
}

function described(method: string | undefined, host: string, paths: Paths, authority?: string): KnownRequests {
  const unknown = new Set<UnknownPart>(['headers', 'token', 'server name']);
  if (method === undefined) {
    unknown.add('method');
  }
  if (host.includes('*')) {
    unknown.add('host');
  } else if (authority === undefined) {
    unknown.add('authority port');
  }
  if (!paths.isOne) {
    unknown.add('path');
  }
  const message = { ...ANY, method: method ?? '', host, authority, path: paths.start };
  return { message, unknown, pathStart: paths.isOne ? undefined : paths.start };
}

const ANY: Message = { scheme: 'http', host: '', port: 80, method: '', path: '', query: '', headers: {} };

/** Paths as the next proxy has them, which normalizes them again. */
function received({ start, isOne }: Paths, cluster: Cluster): Paths {
  const [path = ''] = start.split('?');
  const read = normalized({ ...ANY, path: path || '/' }, cluster)?.path;
  return isOne && read !== undefined
    ? { start: read, isOne }
    : { start: path === read && !start.includes('?') ? start : '', isOne: false };
}

/** As an object: what is known of them. */
export function describeRequests({ message, unknown, pathStart }: KnownRequests): string {
  const host = message?.host ?? '';
  const [method, path] = [message?.method ?? '', message?.path ?? ''];
  return [
    unknown?.has('method') ? 'requests' : `the method ${method}`,
    ...(pathStart === '' ? [] : [`for ${pathStart === undefined ? path : `paths that begin with ${path}`}`]),
    ...(unknown?.has('host') ? [] : [`of the host ${host}`]),
  ].join(' ');
}
