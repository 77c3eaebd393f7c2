import { ownValue, type Cluster, type Field, isWithin, matchesPattern } from '../../manifests';
import { claimTexts } from './claims';
import type { Connection } from '../endpoints/connection';
import { and, not, or, type Ternary } from '../messages/ternary';
import { authorityOf, type Message } from '../messages/message';
import { isPathTemplate, matchesTemplate } from './path-template';
import { Unsimulated } from '../messages/unsimulated';

/** The input of authorization: a request, a TCP connection, or an arbitrary request. */
export interface AuthorizationInput {
  readonly connection: Connection;
  /** Undefined if unknown, and for a TCP connection. */
  readonly message?: Message;
  readonly isTcp: boolean;
  /** Whether no route matches: then Envoy calls no external authorizer. */
  readonly isUnrouted?: boolean;
}

/**
 * Whether a rule of an AuthorizationPolicy matches. On TCP connections HTTP conditions make an ALLOW rule
 * void and are omitted from a DENY rule.
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Rule
 */
export function matches(rule: Field, input: AuthorizationInput, denies: boolean, cluster: Cluster): Ternary {
  const [from, to] = [
    rule.get('from').items.map(each => each.get('source')),
    rule.get('to').items.map(each => each.get('operation')),
  ];
  const evaluate = (conditions: readonly Condition[]) =>
    all(conditions.map(each => () => evaluates(each, input, denies, cluster)));
  const when = rule.get('when').items.map(conditionOf);
  if (
    input.isTcp
    && !denies
    && [...from.flatMap(sourceConditions), ...to.flatMap(operationConditions), ...when].some(
      each => each.isAboutRequests,
    )
  ) {
    return false;
  }
  return all([
    () => to.length === 0 || or(to.map(each => evaluate(operationConditions(each)))),
    () => from.length === 0 || or(from.map(each => evaluate(sourceConditions(each)))),
    () => evaluate(when),
  ]);
}

/** Whether all are true. One that cannot be simulated does not matter after one that is false. */
function all(conditions: readonly (() => Ternary)[]): Ternary {
  let result: Ternary = true;
  for (const each of conditions) {
    result = result === false ? false : and([result, each()]);
  }
  return result;
}

interface Condition {
  readonly values: readonly string[];
  readonly notValues: readonly string[];
  readonly isAboutRequests: boolean;
  readonly test: (input: AuthorizationInput, value: string, cluster: Cluster) => Ternary;
}

type Test = Condition['test'];

function evaluates(
  { values, notValues, isAboutRequests, test }: Condition,
  input: AuthorizationInput,
  denies: boolean,
  cluster: Cluster,
): Ternary {
  if (isAboutRequests && input.isTcp && denies) {
    return true;
  }
  return and([
    values.length === 0 ? true : or(values.map(each => test(input, each, cluster))),
    notValues.length === 0 ? true : not(or(notValues.map(each => test(input, each, cluster)))),
  ]);
}

function sourceConditions(source: Field): Condition[] {
  return [
    named(source, 'principals', 'source.principal'),
    named(source, 'requestPrincipals', 'request.auth.principal'),
    named(source, 'namespaces', 'source.namespace'),
    named(source, 'serviceAccounts', 'source.serviceAccount'),
    named(source, 'trustDomains', 'source.trustDomain'),
    named(source, 'ipBlocks', 'source.ip'),
    named(source, 'remoteIpBlocks', 'remote.ip'),
  ];
}

function operationConditions(operation: Field): Condition[] {
  return ['hosts', 'ports', 'methods', 'paths'].map(name =>
    named(operation, name, name === 'ports' ? 'destination.port' : name),
  );
}

function named(at: Field, name: string, attribute: string): Condition {
  const negated = `not${name[0]?.toUpperCase()}${name.slice(1)}`;
  const [values, notValues] = [at.get(name).texts, at.get(negated).texts];
  return {
    values,
    notValues,
    ...testOf(attribute, at),
    isAboutRequests: values.length + notValues.length > 0 && isAboutRequests(attribute),
  };
}

function conditionOf(at: Field): Condition {
  const key = at.get('key').text;
  return {
    values: at.get('values').texts,
    notValues: at.get('notValues').texts,
    ...testOf(key, at),
    isAboutRequests: isAboutRequests(key),
  };
}

function isAboutRequests(attribute: string): boolean {
  return attribute.startsWith('request.') || ['hosts', 'methods', 'paths'].includes(attribute);
}

function testOf(attribute: string, at: Field): { test: Test } {
  const [, prefix = attribute, name = ''] = /^([^[]+)\[(.*)\]$/.exec(attribute) ?? [];
  const own = ownValue(TESTS, prefix);
  if (!own) {
    throw new Unsimulated(
      `The AuthorizationPolicy ${at.resource.key} has a condition on ${attribute} (${String(at)}), which `
        + 'is not simulated.',
      'Test it in a cluster.',
    );
  }
  return { test: own(name, at) };
}

const ofRequest =
  (test: (message: Message, value: string) => boolean): Test =>
  ({ message }, value) =>
    message && test(message, value);
const ofIdentity =
  (test: (identity: string, value: string) => boolean): Test =>
  ({ connection: { identity } }, value) =>
    identity !== undefined && test(identity, value);
const ofClaim = (...path: string[]): Test =>
  ofRequest(({ verified }, value) => claimTexts(verified ?? {}, path).some(each => matchesPattern(value, each)));

const address =
  (find: (input: AuthorizationInput) => string | undefined): Test =>
  (input, block) => {
    const found = find(input);
    if (found === undefined && input.message) {
      throw new Unsimulated(
        `A policy has a condition on the IP address of the client (${block}), which is unknown.`,
        'Set the `address` of the request.',
      );
    }
    return found === undefined ? undefined : isWithin(found, block);
  };

/** The comparison for each attribute. The name is the part in brackets. */
const TESTS: Readonly<Record<string, (name: string, at: Field) => Test>> = {
  'source.principal': () => ofIdentity((identity, value) => matchesPattern(value, identity)),
  'source.namespace': () =>
    ofIdentity((identity, value) => new RegExp(`/ns/${value.split('*').map(quoted).join('.*')}/`).test(identity)),
  'source.trustDomain': () => ofIdentity((identity, value) => matchesPattern(value, identity.split('/')[0] ?? '')),
  'source.serviceAccount': (_, at) =>
    ofIdentity((identity, value) =>
      identity.endsWith(
        value.includes('/') ? `/ns/${value.split('/').join('/sa/')}` : `/ns/${at.resource.namespace}/sa/${value}`,
      ),
    ),
  'source.ip': () => address(({ connection }) => connection.address),
  'remote.ip': () => address(({ connection, message }) => message?.address ?? connection.address),
  'destination.ip': (_, at) => () => {
    throw new Unsimulated(
      `The AuthorizationPolicy ${at.resource.key} has a condition on the IP address of a Pod, which is unknown.`,
      'Use ports or labels instead.',
    );
  },
  'destination.port':
    () =>
    ({ connection: { port } }, value) =>
      port.number === Number(value),
  'connection.sni':
    () =>
    ({ connection: { serverName } }, value) =>
      serverName !== undefined && matchesPattern(value, serverName),
  'request.auth.principal': () =>
    ofRequest(
      ({ verified }, value) =>
        verified !== undefined && isPrincipal(value, String(verified.iss ?? ''), String(verified.sub ?? '')),
    ),
  'request.auth.audiences': () => ofClaim('aud'),
  'request.auth.presenter': () => ofClaim('azp'),
  'request.auth.claims': name => ofClaim(...name.split('][')),
  'request.headers': name =>
    ofRequest(({ headers }, value) => {
      const header = ownValue(headers, name.toLowerCase());
      return header !== undefined && (value === '*' || matchesPattern(value, header));
    }),
  hosts: () => ofRequest((message, value) => matchesPattern(value.toLowerCase(), authorityOf(message).toLowerCase())),
  methods: () => ofRequest(({ method }, value) => matchesPattern(value, method)),
  paths: () =>
    ofRequest(({ path }, value) =>
      isPathTemplate(value) ? matchesTemplate(value, path) : matchesPattern(value, path),
    ),
};

/** Issuer and subject are compared separately, split at the last slash, since an issuer is usually a URL. */
function isPrincipal(value: string, issuer: string, subject: string): boolean {
  if (value === '*') {
    return issuer !== '' && subject !== '';
  }
  const slash = value.lastIndexOf('/');
  if (slash < 0) {
    return value.startsWith('*')
      ? issuer !== '' && subject.endsWith(value.slice(1))
      : value.endsWith('*')
        ? issuer.startsWith(value.slice(0, -1)) && subject !== ''
        : issuer === value && subject === '';
  }
  const [iss, sub] = [value.slice(0, slash), value.slice(slash + 1)];
  if (value.startsWith('*')) {
    return (iss === '*' ? issuer !== '' : issuer.endsWith(iss.slice(1))) && subject === sub;
  }
  return (
    issuer === iss
    && (sub === '*' ? subject !== '' : sub.endsWith('*') ? subject.startsWith(sub.slice(0, -1)) : subject === sub)
  );
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
