import { type Field, matchesPattern, type Resource } from '../../../manifests';
import { expressionOf } from './expressions';
import { and, type Known, not, or } from './known';

/** A request, or a connection, as AuthorizationPolicies see it. What is undefined is not known. */
export interface PolicyInput {
  /** The identity of the client's certificate: empty without one. */
  readonly identity?: string;
  readonly port?: number;
  readonly host?: string;
  readonly method?: string;
  readonly path?: string;
  /** By their names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it may have a token. */
  readonly mayHaveToken: boolean;
  /** Whether the proxy sees a connection only. */
  readonly isTcp: boolean;
}

/**
 * What AuthorizationPolicies decide: true for what they allow, false for what they deny, undefined for what depends on
 * an external authorizer or on a condition that manifests do not answer.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function isAllowed(policies: readonly Resource[], input: PolicyInput): Known {
  const applies = (action: string) =>
    policies.filter(each => actionOf(each) === action).map(each => appliesTo(each, input));
  const allowing = applies('ALLOW');
  const authorizers = or(applies('CUSTOM'));
  return and([
    not(or(applies('DENY'))),
    allowing.length === 0 ? true : or(allowing),
    authorizers === false ? true : undefined,
  ]);
}

/** Whether the rules of a policy are for a request, one by one. */
export function rulesFor(policy: Resource, input: PolicyInput): Known[] {
  return rulesOf(policy).map(rule => rule(input));
}

/** The paths and methods that policies name. */
export function namedOperations(policies: readonly Resource[]): {
  readonly paths: readonly string[];
  readonly methods: readonly string[];
} {
  const all = policies.map(named);
  return {
    paths: [...new Set(all.flatMap(each => each.paths))],
    methods: [...new Set(all.flatMap(each => each.methods))],
  };
}

/** Whether a rule of a policy matches a request: after the first match, the others are not evaluated. */
function appliesTo(policy: Resource, input: PolicyInput): Known {
  let found: Known = false;
  for (const rule of rulesOf(policy)) {
    const verdict = rule(input);
    if (verdict) {
      return true;
    }
    found = verdict === undefined ? undefined : found;
  }
  return found;
}

type Rule = (input: PolicyInput) => Known;
type Test = (input: PolicyInput, value: string) => Known;

const RULES = new WeakMap<Resource, readonly Rule[]>();
const NAMED = new WeakMap<Resource, { readonly paths: readonly string[]; readonly methods: readonly string[] }>();

function actionOf(policy: Resource): string {
  return policy.annotations['istio.io/dry-run'] === 'true' ? 'AUDIT' : policy.spec.get('action').text || 'ALLOW';
}

/** Read once, for a gateway may have thousands of routes. */
function rulesOf(policy: Resource): readonly Rule[] {
  const known =
    RULES.get(policy) ?? policy.spec.get('rules').items.map(rule => readRule(rule, actionOf(policy) === 'ALLOW'));
  RULES.set(policy, known);
  return known;
}

function named(policy: Resource): { readonly paths: readonly string[]; readonly methods: readonly string[] } {
  const operations = policy.spec
    .get('rules')
    .items.flatMap(rule => rule.get('to').items)
    .map(each => each.get('operation'));
  const found = NAMED.get(policy) ?? {
    paths: operations.flatMap(each => [...each.get('paths').texts, ...each.get('notPaths').texts]),
    methods: operations.flatMap(each => [...each.get('methods').texts, ...each.get('notMethods').texts]),
  };
  NAMED.set(policy, found);
  return found;
}

/** On connections, conditions about requests make an ALLOW rule void, and are no conditions of others. */
function readRule(rule: Field, allows: boolean): Rule {
  const sources = rule.get('from').items.map(each => allOf(each.get('source'), SOURCE));
  const operations = rule.get('to').items.map(each => allOf(each.get('operation'), OPERATION));
  const conditions = rule
    .get('when')
    .items.map(each => conditionOf(each.get('values').texts, each.get('notValues').texts, each.get('key').text, each));
  const isAboutRequests = [...sources, ...operations]
    .flat()
    .concat(conditions)
    .some(each => each.isAboutRequests);
  return input =>
    input.isTcp && allows && isAboutRequests
      ? false
      : and([
          sources.length === 0 ? true : or(sources.map(each => and(each.map(condition => condition.test(input))))),
          operations.length === 0
            ? true
            : or(operations.map(each => and(each.map(condition => condition.test(input))))),
          ...conditions.map(each => each.test(input)),
        ]);
}

interface Condition {
  readonly isAboutRequests: boolean;
  readonly test: (input: PolicyInput) => Known;
}

const SOURCE: Readonly<Record<string, string>> = {
  principals: 'source.principal',
  requestPrincipals: 'request.auth.principal',
  namespaces: 'source.namespace',
  serviceAccounts: 'source.serviceAccount',
  trustDomains: 'source.trustDomain',
  ipBlocks: 'source.ip',
  remoteIpBlocks: 'remote.ip',
};
const OPERATION: Readonly<Record<string, string>> = {
  hosts: 'request.host',
  ports: 'destination.port',
  methods: 'request.method',
  paths: 'request.path',
};

function allOf(at: Field, attributes: Readonly<Record<string, string>>): Condition[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const [values, notValues] = [
      at.get(name).texts,
      at.get(`not${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`).texts,
    ];
    return values.length + notValues.length === 0 ? [] : [conditionOf(values, notValues, attribute, at)];
  });
}

function conditionOf(values: readonly string[], notValues: readonly string[], attribute: string, at: Field): Condition {
  const test = testOf(attribute, at);
  const isAboutRequests = attribute.startsWith('request.');
  return {
    isAboutRequests,
    test: input =>
      input.isTcp && isAboutRequests
        ? true
        : and([
            values.length === 0 ? true : or(values.map(each => test(input, each))),
            notValues.length === 0 ? true : not(or(notValues.map(each => test(input, each)))),
          ]),
  };
}

/** How an attribute is compared; one that manifests do not answer depends. */
function testOf(attribute: string, { resource }: Field): Test {
  const ofText =
    (find: (input: PolicyInput) => string | undefined, takes: (value: string, text: string) => boolean): Test =>
    (input, value) => {
      const text = find(input);
      return text === undefined ? undefined : takes(value, text);
    };
  const ofIdentity = (takes: (value: string, identity: string) => boolean) =>
    ofText(
      input => input.identity,
      (value, text) => text !== '' && takes(value, text),
    );
  const [, header] = /^request\.headers\[(.+)\]$/.exec(attribute) ?? [];
  if (header !== undefined) {
    return headerTest(header.toLowerCase());
  }
  if (attribute.startsWith('request.auth.')) {
    return ({ mayHaveToken }) => (mayHaveToken ? undefined : false);
  }
  switch (attribute) {
    case 'source.principal':
      return ofIdentity(matchesPattern);
    case 'source.namespace':
      return ofIdentity((value, identity) => matchesWildcards(value, identity.split('/')[2] ?? ''));
    case 'source.trustDomain':
      return ofIdentity((value, identity) => matchesPattern(value, identity.split('/')[0] ?? ''));
    case 'source.serviceAccount':
      return ofIdentity((value, identity) =>
        identity.endsWith(
          `/ns/${value.includes('/') ? value.replace('/', '/sa/') : `${resource.namespace}/sa/${value}`}`,
        ),
      );
    case 'destination.port':
      return ({ port }, value) => (port === undefined ? undefined : port === Number(value));
    case 'request.host':
      return ofText(
        input => input.host,
        (value, host) => matchesPattern(value.toLowerCase(), host),
      );
    case 'request.method':
      return ofText(input => input.method, matchesPattern);
    case 'request.path':
      return ofText(input => input.path, matchesPath);
    default:
      return () => undefined;
  }
}

/** Headers that clients or proxies set without being asked are not known. */
const USUAL =
  /^(:|host$|user-agent$|accept|content-|x-forwarded-|x-request-id$|x-envoy-|via$|forwarded$|traceparent$|x-b3-)/;

function headerTest(name: string): Test {
  return ({ headers }, value) => {
    const text = headers && Object.hasOwn(headers, name) ? headers[name] : undefined;
    return text === undefined
      ? headers === undefined || USUAL.test(name)
        ? undefined
        : false
      : value === '*' || matchesPattern(value, text);
  };
}

/** Any `*` stands for any text. */
function matchesWildcards(pattern: string, text: string): boolean {
  return expressionOf(pattern.split('*').map(quoted).join('.*'))?.(text) ?? false;
}

/** A path, a pattern of one, or a template: `{*}` for one part, `{**}` for any number. */
function matchesPath(pattern: string, path: string): boolean {
  if (!/\{\*\*?\}/.test(pattern)) {
    return matchesPattern(pattern, path);
  }
  const parts = pattern.split(/(\{\*\*?\})/);
  return (
    path.startsWith(parts[0] ?? '')
    && (expressionOf(parts.map(each => (each === '{*}' ? '[^/]+' : each === '{**}' ? '.*' : quoted(each))).join(''))?.(
      path,
    )
      ?? false)
  );
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
