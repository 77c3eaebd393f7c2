import { type Cluster, type Field, isAllowing, isDryRun, Kind, memo, type Resource } from '../../manifests';
import { type Attribute, attributeOf, type AuthorizationInput } from './attributes';
import { and, every, not, or, some, type Ternary, Unsimulated } from '../messages/unsimulated';
import { policiesFor, type PolicyTarget } from '../endpoints/policy-target';
import { AUTHORIZATION_POLICY } from '../unread/istio';
import { unreadField, unreadFields } from '../unread/read';

/** A verdict of AuthorizationPolicies, with the deciding policy or rule. */
export interface Verdict {
  /** Undefined if it depends on what is unknown. */
  readonly isAllowed: Ternary;
  /** The policy or rule that denied or allowed the request. */
  readonly by?: Field;
  readonly reason: string;
  /** The response status of a denied request. */
  readonly status: number;
  /** The unknown on which an undefined verdict depends. */
  readonly doubt?: () => Unsimulated | undefined;
}

/** Envoy's response status for denied requests. */
export const FORBIDDEN = 403;

/** The verdict of the ALLOW and DENY policies of a workload. */
export function authorize(target: PolicyTarget, input: AuthorizationInput, cluster: Cluster): Verdict {
  return authorizeBy(policiesFor(target, Kind.AUTHORIZATION_POLICY, cluster), input, cluster);
}

/**
 * The verdict of the ALLOW and DENY policies among those of a workload: DENY first.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function authorizeBy(policies: readonly Resource[], input: AuthorizationInput, cluster: Cluster): Verdict {
  const denying = appliedPolicies(policies, 'DENY', input, cluster).filter(each => each.applies !== false);
  const denier = denying.find(each => each.applies);
  if (denier) {
    return { isAllowed: false, by: denier.rule, status: FORBIDDEN, reason: `${String(denier.rule)} matches` };
  }
  const allowing = appliedPolicies(policies, 'ALLOW', input, cluster);
  if (allowing.length > 0 && allowing.every(each => each.applies === false)) {
    const [named = allowing[0]] = allowing.filter(({ policy }) => policy.spec.get('rules').items.length > 0);
    return {
      isAllowed: false,
      by: named?.policy.root,
      status: FORBIDDEN,
      reason: `no rule of ${allowing.map(({ policy }) => policy.key).join(', ')} matches`,
    };
  }
  const isAllowed = and([
    denying.length > 0 ? undefined : true,
    allowing.length > 0 ? or(allowing.map(each => each.applies)) : true,
  ]);
  return {
    isAllowed,
    by: allowing.find(each => each.applies)?.rule,
    status: FORBIDDEN,
    reason: isAllowed ? 'no policy denies it' : 'it depends on the request',
    doubt: () => [...denying, ...allowing].map(each => each.doubt?.()).find(each => each !== undefined),
  };
}

/** A policy with the results of its rules. */
export interface Applied {
  readonly policy: Resource;
  readonly applies: Ternary;
  /** The first matching rule, if any. */
  readonly rule?: Field;
  /** The unknown on which it depends whether the policy applies. */
  readonly doubt?: () => Unsimulated | undefined;
}

/** The enforced policies with an action, with their results. */
export function appliedPolicies(
  policies: readonly Resource[],
  action: string,
  input: AuthorizationInput,
  cluster: Cluster,
): Applied[] {
  return policies
    .filter(each => actionOf(each) === action && (action === 'CUSTOM' || !isDryRun(each)))
    .map(policy => {
      const applied = applying(policy, input, cluster);
      return applied.applies !== false && isDryRun(policy)
        ? { ...applied, applies: undefined, doubt: () => dryRun(policy) }
        : applied;
    });
}

/** After the first rule that matches, no other is evaluated. */
function applying(policy: Resource, input: AuthorizationInput, cluster: Cluster): Applied {
  let doubt: Applied['doubt'];
  for (const { at, matches, doubt: doubtOf } of rulesOf(policy)) {
    const isMatch = matches(input, cluster);
    if (isMatch) {
      return { policy, applies: true, rule: at };
    }
    doubt ??= isMatch === undefined ? () => doubtOf(input, cluster) : undefined;
  }
  return { policy, applies: doubt ? undefined : false, doubt };
}

function actionOf(policy: Resource): string {
  return policy.spec.get('action').text || 'ALLOW';
}

/** Istio calls external authorizers for dry runs, too, and the effect of their response differs between releases. */
function dryRun({ key }: Resource): Unsimulated {
  return new Unsimulated(
    `The AuthorizationPolicy ${key} is a dry run with an external authorizer.`,
    'Remove the annotation istio.io/dry-run, or the policy.',
  );
}

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
  policy.spec.get('rules').items.map(each => readRule(each, isAllowing(policy))),
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

/** The fields with the values of an attribute, and with those that it must not have. */
type ConditionFields = readonly (readonly [key: string, values: string, notValues: string])[];

const SOURCE: ConditionFields = [
  ['source.principal', 'principals', 'notPrincipals'],
  ['request.auth.principal', 'requestPrincipals', 'notRequestPrincipals'],
  ['source.namespace', 'namespaces', 'notNamespaces'],
  ['source.serviceAccount', 'serviceAccounts', 'notServiceAccounts'],
  ['source.trustDomain', 'trustDomains', 'notTrustDomains'],
  ['source.ip', 'ipBlocks', 'notIpBlocks'],
  ['remote.ip', 'remoteIpBlocks', 'notRemoteIpBlocks'],
];

const OPERATION: ConditionFields = [
  ['request.host', 'hosts', 'notHosts'],
  ['destination.port', 'ports', 'notPorts'],
  ['request.method', 'methods', 'notMethods'],
  ['request.path', 'paths', 'notPaths'],
];

/** The conditions of a source or operation. */
function conditionsOf(at: Field, fields: ConditionFields): Condition[] {
  const unread = unreadFields(at, AUTHORIZATION_POLICY);
  return unread.length > 0
    ? unread.map(unreadCondition)
    : fields.flatMap(([key, name, notName]) => {
        const [values, notValues] = [at.get(name), at.get(notName)];
        return values.exists || notValues.exists ? condition(values, notValues, attributeOf(key, at)) : [];
      });
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
