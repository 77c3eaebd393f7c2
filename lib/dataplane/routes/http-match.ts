import { type Field, gatewayOf, hasLabels, ownValue } from '../../manifests';
import { claimOfHeader, claimTexts } from '../policies/claims';
import { authorityOf, headerOf, type Message } from '../messages/message';
import type { Proxy } from '../endpoints/proxy';
import { matchesPath, matchesRe2, type PathMatch } from './path-match';
import type { Match } from './rule';

/**
 * The match of an HTTPMatchRequest of a VirtualService. All of its conditions must be true.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
export function httpMatch(at: Field): Match {
  const path = pathOf(at);
  const [headers, without, parameters] = ['headers', 'withoutHeaders', 'queryParams'].map(name => at.get(name).entries);
  const [method, authority, scheme] = ['method', 'authority', 'scheme'].map(name => at.get(name));
  const takesEveryPath =
    path === undefined
    || (path.kind === 'prefix' && path.value === '/')
    || (path.kind === 'regex' && path.value === '.*');
  return {
    at,
    path,
    method: method?.get('exact').text || undefined,
    matchesAll:
      takesEveryPath
      && [headers, without, parameters].every(each => each?.length === 0)
      && [method, authority, scheme].every(each => !each?.exists),
    isFor: (proxy, port) => hasSource(at, proxy, port),
    matches: message =>
      (!path || matchesPath(path, message.path))
      && (!method?.exists || matchesString(method, message.method))
      && (!authority?.exists || matchesString(authority, authorityOf(message)))
      && (!scheme?.exists || matchesString(scheme, message.scheme))
      && (headers ?? []).every(([name, match]) => hasHeader(name, match, message))
      && (without ?? []).every(([name, match]) => lacksHeader(name, match, message))
      && (parameters ?? []).every(([name, match]) => matchesString(match, queryParameter(message.query, name))),
  };
}

/** Whether a match of any kind applies to a proxy and a port: by its gateways, else by labels and namespace. */
export function hasSource(at: Field, proxy: Proxy, port: number): boolean {
  if (at.get('port').number && at.get('port').number !== port) {
    return false;
  }
  const gateways = at.get('gateways').texts;
  if (gateways.length > 0) {
    return gateways.some(each => proxy.gateways.includes(each === 'mesh' ? each : keyOf(each, at.resource.namespace)));
  }
  const namespace = at.get('sourceNamespace').text;
  return hasLabels(proxy.labels, at.get('sourceLabels').strings) && (namespace === '' || namespace === proxy.namespace);
}

function keyOf(gateway: string, namespace: string): string {
  const reference = gatewayOf(gateway, namespace);
  return `${reference.namespace}/${reference.name}`;
}

/** The annotation by which istiod tells how prefixes of its own VirtualServices match, and its value for Ingresses. */
export const ROUTE_SEMANTICS = 'internal.istio.io/route-semantics';
export const INGRESS_SEMANTICS = 'ingress';

function pathOf(at: Field): PathMatch | undefined {
  const [found] = at.get('uri').entries;
  const kinds: Readonly<Record<string, PathMatch['kind']>> = { exact: 'exact', prefix: 'prefix', regex: 'regex' };
  const kind = found && ownValue(kinds, found[0]);
  const value = found?.[1].text ?? '';
  const isSegments =
    kind === 'prefix' && value !== '/' && at.resource.annotations[ROUTE_SEMANTICS] === INGRESS_SEMANTICS;
  return (
    kind && {
      kind: isSegments ? 'segments' : kind,
      value: isSegments ? value.replace(/\/$/, '') : value,
      ignoresCase: at.get('ignoreUriCase').isTrue,
    }
  );
}

function hasHeader(name: string, match: Field, message: Message): boolean {
  const claim = claimOfHeader(name);
  return claim
    ? claimTexts(message.verified ?? {}, claim).some(each => matchesString(match, each))
    : matchesString(match, headerOf(message, name.toLowerCase()));
}

/** A missing header counts as empty, unless the match only tests for presence. */
function lacksHeader(name: string, match: Field, message: Message): boolean {
  const claim = claimOfHeader(name);
  if (claim) {
    return !claimTexts(message.verified ?? {}, claim).some(each => matchesString(match, each));
  }
  const asksPresence = match.entries.length === 0 || match.get('regex').text === '*';
  return !matchesString(match, headerOf(message, name.toLowerCase()) ?? (asksPresence ? undefined : ''));
}

/**
 * Whether a StringMatch of Istio matches a text: `exact`, `prefix` or `regex`; an empty one matches any present value.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch
 */
export function matchesString(match: Field, text: string | undefined): boolean {
  if (text === undefined) {
    return false;
  }
  const [exact, prefix, regex] = [match.get('exact'), match.get('prefix'), match.get('regex')];
  if (exact.exists) {
    return text === exact.text;
  }
  if (prefix.exists) {
    return text.startsWith(prefix.text);
  }
  // A single `*` matches any present value in Istio.
  return !regex.exists || regex.text === '*' || matchesRe2(regex.text, text);
}

/** The raw value of a query parameter; undefined if it is missing. */
export function queryParameter(query: string, name: string): string | undefined {
  const found = query
    .split('&')
    .map(each => each.split('='))
    .find(([key]) => key === name);
  return found && found.slice(1).join('=');
}
