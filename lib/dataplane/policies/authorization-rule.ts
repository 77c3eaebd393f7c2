import { type Cluster, type Field, memo, type Resource } from '../../manifests';
import { type Attribute, attributeOf, type AuthorizationInput } from './attributes';
import { every, not, some, type Ternary } from '../messages/ternary';
import type { Unsimulated } from '../messages/unsimulated';
import { AUTHORIZATION_POLICY } from '../unread/security';
import { unreadField, unreadFields } from '../unread/read';

/** A rule of an AuthorizationPolicy. */
export interface AuthorizationRule {
  readonly at: Field;
  /** Whether it matches a request or connection: of unknown ones all, none, or undefined for some. */
  readonly matches: (input: AuthorizationInput, cluster: Cluster) => Ternary;
  /** The unknown on which that depends, if it does. */
  readonly doubt: (input: AuthorizationInput, cluster: Cluster) => Unsimulated | undefined;
}

/**
 * The rules of an AuthorizationPolicy. On TCP connections HTTP conditions make an ALLOW rule void and are omitted from
 * a DENY rule.
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Rule
 */
export const rulesOf = memo((policy: Resource): readonly AuthorizationRule[] =>
  policy.spec.get('rules').items.map(each => readRule(each, ['', 'ALLOW'].includes(policy.spec.get('action').text))),
);

function readRule(at: Field, allows: boolean): AuthorizationRule {
  const sources = at.get('from').items.map(each => conditionsOf(each.get('source'), SOURCE));
  const operations = at.get('to').items.map(each => conditionsOf(each.get('operation'), OPERATION));
  const unread = unreadFields(at, AUTHORIZATION_POLICY).filter(
    ({ path }) => !['source', 'operation'].includes(String(path[5])),
  );
  const others = unread.length > 0 ? unread.map(unreadCondition) : at.get('when').items.flatMap(conditionsWhen);
  const all = [...sources.flat(), ...operations.flat(), ...others];
  const isVoid = allows && all.some(each => each.isAboutRequests);
  return {
    at,
    matches: (input, cluster) => {
      const matches = (condition: Condition) => condition.matches(input, cluster);
      const isOneOf = (alternatives: readonly (readonly Condition[])[]) =>
        alternatives.length === 0 ? true : some(alternatives, each => every(each, matches));
      if (unread.length > 0) {
        return undefined;
      }
      return input.isTcp && isVoid
        ? false
        : every([() => every(others, matches), () => isOneOf(sources), () => isOneOf(operations)], each => each());
    },
    doubt: (input, cluster) => all.find(each => each.matches(input, cluster) === undefined)?.unknown(input),
  };
}

interface Condition {
  readonly isAboutRequests: boolean;
  readonly matches: AuthorizationRule['matches'];
  readonly unknown: (input: AuthorizationInput) => Unsimulated;
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

/** The conditions of a source or operation. */
function conditionsOf(at: Field, attributes: Readonly<Record<string, string>>): Condition[] {
  const unread = unreadFields(at, AUTHORIZATION_POLICY);
  return unread.length > 0
    ? unread.map(unreadCondition)
    : Object.entries(attributes).flatMap(([name, key]) =>
        condition(at.get(name), at.get(`not${name[0]?.toUpperCase()}${name.slice(1)}`), attributeOf(key, at)),
      );
}

function conditionsWhen(at: Field): Condition[] {
  return condition(at.get('values'), at.get('notValues'), attributeOf(at.get('key').text, at));
}

/** None without values. */
function condition(at: Field, notAt: Field, { isAboutRequests, matches, unknown }: Attribute): Condition[] {
  const [values, notValues] = [at.texts, notAt.texts];
  if (values.length + notValues.length === 0) {
    return [];
  }
  const isOneOf = (those: readonly string[], input: AuthorizationInput, cluster: Cluster) =>
    some(those, each => matches(input, each, cluster));
  return [
    {
      isAboutRequests,
      unknown,
      matches: (input, cluster) =>
        isAboutRequests && input.isTcp
          ? true
          : every(
              [
                () => (values.length === 0 ? true : isOneOf(values, input, cluster)),
                () => not(isOneOf(notValues, input, cluster)),
              ],
              each => each(),
            ),
    },
  ];
}

/** A field that is not simulated may change what the others beside it mean. */
function unreadCondition(field: Field): Condition {
  return { isAboutRequests: false, matches: () => undefined, unknown: () => unreadField(field) };
}
