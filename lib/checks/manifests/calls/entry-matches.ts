import { type Field, Kind } from '../../../manifests';
import { expressionOf } from './expressions';
import { and, type Known, not, or } from './known';

/** A request at a gateway that carries what a match of a route demands, and nothing else. */
export interface EntryRequest {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** A match of a rule, or a rule without matches. */
export interface EntryMatch {
  readonly takes: (request: EntryRequest) => Known;
  /**
   * By which the Gateway API prefers one of two matches: the kind of the path, its length, a method, headers,
   * parameters.
   */
  readonly rank: readonly number[];
  /** The path matches, as written. */
  readonly path: { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string };
  /** Methods of which it may match some; empty if it matches all. */
  readonly methods: readonly string[];
  /** Headers and parameters with which it may take a request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** The matches of a rule, of any kind of route. */
export function matchesOf(rule: Field): EntryMatch[] {
  const { type } = rule.resource;
  if (type === Kind.INGRESS) {
    const at = rule.get('path');
    return [
      ofGatewayApi(
        rule,
        rule.get('pathType').text === 'Exact'
          ? { kind: 'exact', value: at.text }
          : { kind: 'prefix', value: at.text || '/' },
      ),
    ];
  }
  const matches = rule.get(type === Kind.VIRTUAL_SERVICE ? 'match' : 'matches').items;
  return (matches.length > 0 ? matches : [rule.get('(none)')]).map(each => {
    switch (type) {
      case Kind.VIRTUAL_SERVICE:
        return ofVirtualService(each);
      case Kind.GRPC_ROUTE:
        return ofGatewayApi(each, grpcPath(each.get('method')));
      default:
        return ofGatewayApi(each, httpPath(each.get('path')));
    }
  });
}

const KINDS = { exact: 3, prefix: 2, regex: 1 };

function ofGatewayApi(at: Field, path: EntryMatch['path']): EntryMatch {
  const method = at.resource.type === Kind.HTTP_ROUTE ? at.get('method').text : '';
  const takesPath = pathTest(path, isUnder);
  const conditions = (name: string) =>
    at.get(name).items.map(each => {
      const [key, value] = [each.get('name').text.toLowerCase(), each.get('value').text];
      return each.get('type').text === 'RegularExpression'
        ? regexCondition(key, value)
        : { key, value, test: (text?: string) => text === value };
    });
  const [headers, query] = [
    conditions('headers'),
    at.resource.type === Kind.HTTP_ROUTE ? conditions('queryParams') : [],
  ];
  return {
    path,
    methods: method === '' ? [] : [method],
    headers: valuesOf(headers),
    query: valuesOf(query),
    rank: [KINDS[path.kind], path.value.length, method === '' ? 0 : 1, headers.length, query.length],
    takes: request =>
      and([
        takesPath(request.path),
        method === '' || method === request.method,
        ...met(headers, request.headers),
        ...met(query, request.query),
      ]),
  };
}

function httpPath(at: Field): EntryMatch['path'] {
  const value = at.get('value').text || '/';
  switch (at.get('type').text) {
    case 'Exact':
      return { kind: 'exact', value };
    case 'RegularExpression':
      return { kind: 'regex', value };
    default:
      return { kind: 'prefix', value };
  }
}

function grpcPath(at: Field): EntryMatch['path'] {
  const [service, method] = [at.get('service').text, at.get('method').text];
  if (service === '' && method === '') {
    return { kind: 'prefix', value: '/' };
  }
  if (at.get('type').text === 'RegularExpression' || service === '') {
    return { kind: 'regex', value: `/${service || '[^/]+'}/${method || '.+'}` };
  }
  return method === '' ? { kind: 'prefix', value: `/${service}` } : { kind: 'exact', value: `/${service}/${method}` };
}

/** What is not read here of a match, which may or may not be met. */
const UNREAD = ['sourceLabels', 'sourceNamespace', 'gateways', 'port'];

function ofVirtualService(at: Field): EntryMatch {
  const ignoresCase = at.get('ignoreUriCase').isTrue;
  const path = stringMatch(at.get('uri')) ?? { kind: 'prefix', value: '/' };
  const takesPath = pathTest(path, (text, prefix) => text.startsWith(prefix));
  const ofText = (field: Field) => field.entries.map(([name, each]) => condition(name.toLowerCase(), each));
  const [headers, query, without] = [
    ofText(at.get('headers')),
    ofText(at.get('queryParams')),
    ofText(at.get('withoutHeaders')),
  ];
  const [method, scheme, authority] = ['method', 'scheme', 'authority'].map(name =>
    at.get(name).exists ? condition(name, at.get(name)) : undefined,
  );
  const isUnread = UNREAD.some(name => at.get(name).exists);
  return {
    path,
    methods: method ? [method.value] : [],
    headers: valuesOf(headers),
    query: valuesOf(query),
    rank: [],
    takes: request =>
      and([
        ignoresCase ? takesPath(request.path) || undefined : takesPath(request.path),
        method?.test(request.method) ?? !method,
        scheme?.test(request.scheme) ?? !scheme,
        authority?.test(request.host) ?? !authority,
        ...met(headers, request.headers),
        ...met(query, request.query),
        not(or(met(without, request.headers))),
        isUnread ? undefined : true,
      ]),
  };
}

interface Condition {
  readonly key: string;
  /** A value that meets it, if it is not a regular expression too difficult to tell. */
  readonly value: string;
  readonly test: (text?: string) => Known;
}

/** A StringMatch; an empty one demands that there is a value. */
function condition(key: string, at: Field): Condition {
  const match = stringMatch(at);
  switch (match?.kind) {
    case 'exact':
      return { key, value: match.value, test: text => text === match.value };
    case 'prefix':
      return { key, value: match.value, test: text => text?.startsWith(match.value) ?? false };
    case 'regex':
      return regexCondition(key, match.value);
    default:
      return { key, value: 'x', test: text => text !== undefined };
  }
}

function regexCondition(key: string, regex: string): Condition {
  const test = regexTest(regex);
  return { key, value: exampleOf(regex), test: text => (text === undefined ? false : test(text)) };
}

function stringMatch(at: Field): EntryMatch['path'] | undefined {
  const kind = (['exact', 'prefix', 'regex'] as const).find(each => at.get(each).exists);
  return kind && { kind, value: at.get(kind).text };
}

function met(conditions: readonly Condition[], texts: Readonly<Record<string, string>>): Known[] {
  return conditions.map(({ key, test }) => test(Object.hasOwn(texts, key) ? texts[key] : undefined));
}

function valuesOf(conditions: readonly Condition[]): Readonly<Record<string, string>> {
  return Object.fromEntries(conditions.map(({ key, value }) => [key, value]));
}

function pathTest(
  { kind, value }: EntryMatch['path'],
  isBelow: (path: string, prefix: string) => boolean,
): (path: string) => Known {
  switch (kind) {
    case 'exact':
      return path => path === value;
    case 'prefix':
      return path => isBelow(path, value);
    case 'regex':
      return regexTest(value);
  }
}

function isUnder(path: string, prefix: string): boolean {
  const folder = prefix.replace(/\/$/, '');
  return path === folder || path.startsWith(`${folder}/`);
}

/** Whether an expression matches a whole text; an invalid one may match anything. */
function regexTest(regex: string): (text: string) => Known {
  const expression = expressionOf(regex);
  return expression ? text => expression(text) : () => undefined;
}

/** The longest path expression that an API server accepts. */
const LONGEST = 1024;

/**
 * A text that many expressions take: a character for each class, one of each repetition. Whether this one does has to
 * be tested.
 */
export function exampleOf(regex: string): string {
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
