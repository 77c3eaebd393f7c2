import { ageOf, type Field, inOrderOfAge, Kind } from '../../manifests';
import { headerOf, type Message } from '../messages/message';
import { isPreflight } from '../policies/authentication';
import { queryParameter } from './http-match';
import { matchesPath, matchesRe2, type PathMatch } from './path-match';
import type { Match, Rule } from './rule';
import { RouteReader } from './unsupported-filters';

/** The matches of a rule of an HTTPRoute or a GRPCRoute; undefined matches all requests. */
export function gatewayRouteMatches(rule: Field): (Match | undefined)[] {
  const matches = rule.get('matches').items;
  const isGrpc = rule.resource.type === Kind.GRPC_ROUTE;
  return matches.length === 0
    ? [undefined]
    : matches.map(at => matchOf(at, isGrpc ? grpcPath(at.get('method')) : httpPath(at.get('path')), isGrpc));
}

/**
 * Rules in the precedence of the Gateway API: exact paths, then the longest prefixes, then a method, more headers, more
 * query parameters; then in their order, routes by age, then by namespace and name. Envoy Gateway has expressions before prefixes,
 * counts a method as a header, and for equal counts prefers more exact ones.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/gatewayapi/sort.go
 */
export function inOrderOfPrecedence(rules: readonly Rule[], reader: RouteReader): Rule[] {
  const rank = reader === RouteReader.OTHER_GATEWAY ? rankInEnvoyGateway : rankOf;
  return inOrderOfAge(rules, ({ at }) => ageOf(at.resource), ['namespace', 'name'])
    .map(rule => ({ rule, rank: rank(rule) }))
    .sort((a, b) => {
      const index = a.rank.findIndex((each, position) => each !== b.rank[position]);
      return (b.rank[index] ?? 0) - (a.rank[index] ?? 0);
    })
    .map(({ rule }) => rule);
}

function rankOf({ at, matches: [match] }: Rule): number[] {
  const path = match?.path;
  return [
    path ? KINDS[path.kind] : at.resource.type === Kind.GRPC_ROUTE ? (match ? 0 : -1) : KINDS.segments,
    match?.at.get('path', 'value').text.length || (path?.value.length ?? 1),
    match?.at.get('method').text ? 1 : 0,
    match?.at.get('headers').items.length ?? 0,
    match?.at.get('queryParams').items.length ?? 0,
  ];
}

function rankInEnvoyGateway({ at, matches: [match] }: Rule): number[] {
  const isGrpc = at.resource.type === Kind.GRPC_ROUTE;
  const path = match?.path;
  const length = match?.at.get('path', 'value').text.length || (path?.value.length ?? 1);
  const [headers = [], parameters = []] = ['headers', 'queryParams'].map(name => match?.at.get(name).items ?? []);
  const methods = isGrpc || !match?.at.get('method').text ? 0 : 1;
  return [
    path ? { exact: 3, regex: 2, segments: 1, prefix: 1 }[path.kind] : isGrpc ? (match ? 0 : -1) : 1,
    path ? length : 0,
    methods + headers.length + (match?.isPreflight ? 2 : 0),
    methods + headers.filter(isExact).length,
    parameters.length,
    parameters.filter(isExact).length,
  ];
}

/**
 * The match of preflights for a match with a method, in a rule with a CORS filter: with two more headers.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/gatewayapi/route.go
 */
export function preflightMatch(match: Match): Match {
  const { method = '' } = match;
  return {
    ...match,
    method: 'OPTIONS',
    isPreflight: true,
    matches: message => isPreflight(message) && match.matches({ ...message, method }),
  };
}

function isExact(at: Field): boolean {
  return at.get('type').text !== 'RegularExpression';
}

/** Without a path an HTTPRoute has the shortest prefix; a GRPCRoute comes after all that have one. */
const KINDS: Readonly<Record<PathMatch['kind'], number>> = { exact: 3, segments: 2, prefix: 2, regex: 1 };

function matchOf(at: Field, path: PathMatch | undefined, isGrpc: boolean): Match {
  const [method, headers, parameters] = [
    isGrpc ? '' : at.get('method').text,
    at.get('headers').items,
    at.get('queryParams').items,
  ];
  return {
    at,
    path,
    method: (isGrpc ? 'POST' : method) || undefined,
    matchesAll: path === undefined && method === '' && headers.length === 0 && parameters.length === 0,
    isFor: () => true,
    matches: (message: Message) =>
      (!path || matchesPath(path, message.path))
      && (method === '' || method === message.method)
      && headers.every(each => takesText(each, headerOf(message, each.get('name').text.toLowerCase())))
      && parameters.every(each => takesText(each, queryParameter(message.query, each.get('name').text))),
  };
}

function takesText(at: Field, text: string | undefined): boolean {
  return (
    text !== undefined
    && (at.get('type').text === 'RegularExpression'
      ? matchesRe2(at.get('value').text, text)
      : text === at.get('value').text)
  );
}

function httpPath(at: Field): PathMatch | undefined {
  const value = at.get('value').text || '/';
  switch (at.get('type').text) {
    case 'Exact':
      return { kind: 'exact', value };
    case 'RegularExpression':
      return { kind: 'regex', value };
    default:
      return value === '/' ? undefined : { kind: 'segments', value: value.replace(/\/$/, '') };
  }
}

/** A gRPC method is a path of two segments. */
function grpcPath(at: Field): PathMatch | undefined {
  const [service, method, isRegex] = [
    at.get('service').text,
    at.get('method').text,
    at.get('type').text === 'RegularExpression',
  ];
  if (service === '' && method === '') {
    return undefined;
  }
  if (isRegex || service === '') {
    return { kind: 'regex', value: `/${service || '[^/]+'}/${method || '.+'}` };
  }
  return method === '' ? { kind: 'segments', value: `/${service}` } : { kind: 'exact', value: `/${service}/${method}` };
}
