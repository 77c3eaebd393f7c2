import type { GatewayListener, Message, Route } from '../../../dataplane';
import { type Field, Kind, memo, operationsOf, type Resource } from '../../../manifests';

/** The paths and methods that policies name. */
export interface NamedOperations {
  readonly paths: readonly string[];
  readonly methods: readonly string[];
}

/** A request for a host at a listener that carries nothing but what a match of a route demands. */
export function requestAt({ tls, port }: GatewayListener, host: string, match: Route['match']): Message {
  const { headers, query } = conditionsOf(match?.at);
  return {
    scheme: tls === 'none' ? 'http' : 'https',
    host: host.replace('*', 'x').replace(/^x$/, 'x.example'),
    port,
    method: methodsOf(match?.at)[0] ?? 'GET',
    path: match?.path?.value || '/',
    query,
    headers,
  };
}

/**
 * Requests that a route may have: for the paths and methods that its match names, and for those that policies do. A
 * route with a CORS policy needs OPTIONS without a token, which is no other operation.
 * @param request What they have in common.
 */
export function* samplesOf({ rule, match }: Route, request: Message, named: NamedOperations): Iterable<Message> {
  const own = methodsOf(match?.at);
  const others = methodsBy(named.methods).filter(each => !rule.cors || each !== 'OPTIONS');
  const methods = own.length > 0 ? own : ['GET', 'POST', ...others];
  for (const path of new Set(pathsOf(match, named.paths).filter(isPlain))) {
    for (const method of new Set(methods)) {
      yield { ...request, method, path };
    }
  }
}

/** Methods that a match may have; none if it has all. */
export function methodsOf(at: Field | undefined): string[] {
  const method = at?.get('method');
  if (at?.resource.type === Kind.GRPC_ROUTE) {
    return ['POST'];
  }
  return !method?.exists ? [] : [at?.resource.type === Kind.HTTP_ROUTE ? method.text : textFor(method)];
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

/** If policies name methods or patterns of them: these, and all usual ones, of which several may match one pattern. */
function methodsBy(named: readonly string[]): string[] {
  return named.length === 0 ? [] : [...named.filter(each => /^[A-Z]+$/.test(each)), ...METHODS];
}

/** Whether normalization leaves a path as it is. */
function isPlain(path: string): boolean {
  return /^\/[\w\-~.!$&'()+,;=:@/]*$/.test(path) && !/\/\/|\/\.\.?(\/|$)/.test(path);
}

/**
 * Paths of a match, and those of policies that may be among them: of a pattern one with something in place of what
 * varies, and one without.
 */
function pathsOf(match: Route['match'], named: readonly string[]): string[] {
  const { kind, value } = match?.path ?? { kind: 'prefix', value: '/' };
  const examples = (patterns: readonly string[]) =>
    patterns.flatMap(each => [each.replace(/\{\*+\}|\*/g, 'x'), each.replace(/\{\*\*\}|\*/g, '')]);
  switch (kind) {
    case 'exact':
      return [value];
    case 'regex':
      return [exampleOf(value), ...examples(named)];
    default:
      return [
        value || '/',
        `${value}x`,
        `${value}/x`,
        `${value}/x-unnamed`,
        `${value}x-unnamed`,
        ...examples(named.filter(each => mayBeUnder(each, value))),
      ];
  }
}

function mayBeUnder(pattern: string, prefix: string): boolean {
  const end = pattern.indexOf('*');
  const start = end < 0 ? pattern : pattern.slice(0, pattern[end - 1] === '{' ? end - 1 : end);
  return start.startsWith(prefix) || prefix.startsWith(start);
}

/** Headers and a query with which a request may match. */
function conditionsOf(at: Field | undefined): { readonly headers: Message['headers']; readonly query: string } {
  const values = (name: string): [string, string][] =>
    at?.resource.type === Kind.VIRTUAL_SERVICE
      ? at.get(name).entries.map(([key, each]) => [key, textFor(each)])
      : (at?.get(name).items ?? []).map(each => [
          each.get('name').text,
          each.get('type').text === 'RegularExpression' ? exampleOf(each.get('value').text) : each.get('value').text,
        ]);
  return {
    headers: Object.fromEntries(values('headers').map(([name, value]) => [name.toLowerCase(), value])),
    query: values('queryParams')
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&'),
  };
}

/** A text that a StringMatch matches; an empty one demands that there is a value. */
function textFor(at: Field): string {
  const [kind, value] = at.entries.find(([name]) => ['exact', 'prefix', 'regex'].includes(name)) ?? [];
  return value === undefined ? 'x' : kind === 'regex' ? exampleOf(value.text) : value.text;
}

/** The longest path expression that an API server accepts. */
const LONGEST = 1024;

/** A text that many expressions match: a character for each class, one of each repetition. */
function exampleOf(regex: string): string {
  return regex.length > LONGEST
    ? ''
    : regex
        .replace(/^\^|\$$/g, '')
        .replace(/\\([.\-/])/g, '$1')
        .replace(/\((?:\?:)?([^()|]*)[^()]*\)/g, '$1')
        .replace(/\[[^\]]*\](\{\d+(,\d*)?\}|[+*?])?/g, 'x')
        .replace(/\.[+*]/g, 'x')
        .replace(/[*+?]/g, '');
}

/** The paths and methods that AuthorizationPolicies and SecurityPolicies of Envoy Gateway name. */
export function namedOperations(policies: readonly Resource[], others: readonly Resource[]): NamedOperations {
  const all = [...policies, ...others].map(each => operationsIn(each));
  return { paths: all.flatMap(each => each.paths), methods: all.flatMap(each => each.methods) };
}

/** Whether policies treat all requests of a route alike. */
export function isEmpty({ paths, methods }: NamedOperations): boolean {
  return paths.length + methods.length === 0;
}

const operationsIn = memo((policy: Resource): NamedOperations => {
  const operations = [
    ...operationsOf(policy),
    ...policy.spec.get('authorization', 'rules').items.map(each => each.get('operation')),
  ];
  const texts = (...names: string[]) => operations.flatMap(each => names.flatMap(name => each.get(name).texts));
  return { paths: texts('paths', 'notPaths'), methods: texts('methods', 'notMethods') };
});
