import { isDeepStrictEqual } from 'node:util';
import { type Field, millisOf } from '../../manifests';
import { call, cardinal, type Code, duration, literal, name, object, objectOrNone, type Statement } from '../program';

/** The rules of a VirtualService as declarations of the model. */
export interface Declared {
  /** The properties of all calls of the service. */
  readonly policy: Readonly<Record<string, Code>>;
  readonly statements: readonly Statement[];
}

/** Why the model has no declarations for rules, as a clause. */
export interface Undeclared {
  readonly reason: string;
}

/** What rules refer to. */
export interface RuleContext {
  /** The constant of the service. */
  readonly constant: string;
  /** The version that a destination selects: '' for the service as a whole, undefined for none of it. */
  readonly versionOf: (destination: Field) => string | undefined;
  /** Timeout and retries of a rule; undefined if it has conditions that the model lacks. */
  readonly policyOf: (rule: Field) => Readonly<Record<string, Code>> | undefined;
}

/** Percentages by version, or 'all' where requests go to the service as a whole. */
type Shares = Readonly<Record<string, number>> | 'all';

/** Header routes, faults, mirrors, direct responses, splits, timeouts and retries of rules. */
export function declarationsOf(rules: readonly Field[], context: RuleContext): Declared | Undeclared {
  const read = rules.flatMap(rule => {
    const matches = rule.get('match').items;
    return (matches.length === 0 ? [undefined] : matches).map(match => ruleOf(rule, match, context));
  });
  const undeclared = read.find((each): each is Undeclared => 'reason' in each);
  if (undeclared) {
    return undeclared;
  }
  const all = read.filter((each): each is Rule => !('reason' in each));
  const conditional = all.slice(0, -1);
  const last = all.at(-1);
  return !last || last.match || last.response || conditional.some(each => !each.match)
    ? { reason: 'the last rule, and no other one, must be for all requests' }
    : combined(conditional, last, context);
}

interface Rule {
  /** The header that requests need; undefined for all requests. */
  readonly match?: Code;
  readonly shares: Shares;
  readonly mirror?: { readonly version: string; readonly percent: number };
  readonly faults?: Readonly<Record<string, Code | undefined>>;
  readonly response?: Code;
  readonly policy: Readonly<Record<string, Code>>;
}

function combined(conditional: readonly Rule[], last: Rule, { constant }: RuleContext): Declared | Undeclared {
  const forwarding = conditional.filter(each => !each.response);
  const faulty = forwarding.filter(each => each.faults);
  const [faultyOne] = faulty;
  const areAllFaulty =
    last.faults !== undefined && forwarding.every(each => isDeepStrictEqual(each.faults, last.faults));
  const problem = !forwarding.every(each => isDeepStrictEqual(each.policy, last.policy))
    ? 'its rules have different timeouts or retries'
    : !areAllFaulty && (last.faults !== undefined || faulty.length > 1)
      ? 'faults are injected by several rules'
      : undefined;
  const routes = conditional.map(each => headerRoute(each, last, constant, each === faultyOne && !areAllFaulty));
  if (problem !== undefined || routes.includes(undefined)) {
    return { reason: problem ?? 'a rule for a header has both other versions and another mirror than the last rule' };
  }
  const faults = areAllFaulty
    ? objectOrNone({ ...last.faults })
    : faultyOne && objectOrNone({ ...faultyOne.faults, match: faultyOne.match });
  const service = name(constant);
  const { shares, mirror } = last;
  return {
    policy: { ...last.policy, ...(faults ? { faults } : {}) },
    statements: [
      ...routes.flatMap(each => each ?? []),
      ...(shares === 'all' ? [] : [{ code: call(service, 'split', literal(shares)) }]),
      ...(mirror ? [{ code: mirrorCode(service, mirror) }] : []),
    ],
  };
}

/** The declaration of a rule for a header; none if its fault is the only difference, undefined if there is none for it. */
function headerRoute(
  { match, shares, mirror, response }: Rule,
  last: Rule,
  constant: string,
  hasFault: boolean,
): Statement[] | undefined {
  const service = name(constant);
  if (response) {
    return [{ code: call(service, 'respondDirectly', match, response) }];
  }
  const isSameShare = isDeepStrictEqual(shares, last.shares);
  const isSameMirror = isDeepStrictEqual(mirror, last.mirror);
  const [only, ...others] = shares === 'all' ? [] : Object.keys(shares);
  if (isSameShare && isSameMirror && hasFault) {
    return [];
  }
  if (isSameShare && !isSameMirror) {
    return mirror && [{ code: mirrorCode(service, mirror, match) }];
  }
  return !isSameMirror || only === undefined
    ? undefined
    : others.length === 0
      ? [{ code: call(service, 'routeTo', literal(only), match) }]
      : [{ code: call(service, 'split', literal(shares), match) }];
}

function mirrorCode(service: Code, { version, percent }: NonNullable<Rule['mirror']>, match?: Code): Code {
  const isWhole = percent === 100 && match === undefined;
  return call(service, 'mirrorTo', literal(version), isWhole ? undefined : literal(percent), match);
}

const KNOWN = [
  ...['name', 'match', 'route', 'timeout', 'retries', 'fault', 'directResponse'],
  ...['mirror', 'mirrors', 'mirrorPercentage', 'mirrorPercent', 'mirror_percent'],
];

function ruleOf(rule: Field, at: Field | undefined, { versionOf, policyOf }: RuleContext): Rule | Undeclared {
  const unknown = rule.entries.find(([field]) => !KNOWN.includes(field))?.[0];
  const match = matchOf(at);
  const response = rule.get('directResponse');
  const shares = response.exists ? 'all' : sharesOf(rule.get('route').items, versionOf);
  const mirror = mirrorOf(rule, versionOf);
  const faults = faultsOf(rule.get('fault'));
  const policy = policyOf(rule);
  if (unknown !== undefined || match === undefined || !shares || !mirror || !faults || !policy) {
    return {
      reason:
        unknown !== undefined
          ? `a rule has \`${unknown}\``
          : match === undefined
            ? 'a rule has other conditions than one on a header'
            : !shares
              ? 'a destination is not the service or one of its versions'
              : !mirror
                ? 'a mirror is no version of the service'
                : !faults
                  ? 'a fault has no percentage or no HTTP status'
                  : 'retries have conditions of their own',
    };
  }
  const body = response.get('body', 'string').text;
  const isKnown = response.entries.every(([field]) => ['status', 'body'].includes(field));
  return response.exists && (!isKnown || match === 'all' || response.get('body', 'bytes').exists)
    ? { reason: 'a direct response is for all requests, or has bytes' }
    : {
        match: match === 'all' ? undefined : match,
        shares,
        mirror: mirror === 'none' ? undefined : mirror,
        faults: faults === 'none' ? undefined : faults,
        policy,
        response: response.exists
          ? object({
              status: literal(response.get('status').number ?? 0),
              body: body === '' ? undefined : literal(body),
            })
          : undefined,
      };
}

/** The shares of versions; undefined if a destination is no version of the service. */
function sharesOf(destinations: readonly Field[], versionOf: RuleContext['versionOf']): Shares | undefined {
  const versions = destinations.map(each =>
    each.get('headers').exists ? undefined : versionOf(each.get('destination')),
  );
  if (versions.length === 1 && versions[0] === '') {
    return 'all';
  }
  const areKnown = versions.every(each => each !== undefined && each !== '');
  if (!areKnown || versions.length === 0 || new Set(versions).size < versions.length) {
    return undefined;
  }
  const weights = destinations.map(each => each.get('weight').number ?? (destinations.length === 1 ? 100 : 0));
  const sum = weights.reduce((total, each) => total + each, 0);
  // Istio divides weights by their sum.
  return Object.fromEntries(versions.map((each, index) => [each ?? '', ((weights[index] ?? 0) * 100) / sum]));
}

/** The condition on one header; undefined for others. */
function matchOf(match: Field | undefined): Code | 'all' | undefined {
  const conditions = match?.entries.filter(
    ([field, value]) => field !== 'name' && !(field === 'uri' && isDeepStrictEqual(value.value, { prefix: '/' })),
  );
  if (!match || conditions?.length === 0) {
    return 'all';
  }
  const headers = match.get('headers').entries;
  const [[header = '', value] = []] = headers;
  const [[kind = '', expected] = []] = value?.entries ?? [];
  return conditions?.length === 1
    && headers.length === 1
    && value?.entries.length === 1
    && ['exact', 'prefix', 'regex'].includes(kind)
    ? call(cardinal('HeaderMatch'), kind, literal(header), literal(expected?.text ?? ''))
    : undefined;
}

function mirrorOf(rule: Field, versionOf: RuleContext['versionOf']): Rule['mirror'] | 'none' | undefined {
  const [first, ...others] = rule.get('mirrors').items;
  const destination = first?.get('destination') ?? rule.get('mirror');
  if (!destination.exists) {
    return 'none';
  }
  const version = versionOf(destination);
  const percent = first
    ? first.get('percentage', 'value').number
    : (rule.get('mirrorPercentage', 'value').number
      ?? rule.get('mirrorPercent').number
      ?? rule.get('mirror_percent').number);
  const isAlone = others.length === 0 && !(first && rule.get('mirror').exists);
  return version === undefined || version === '' || !isAlone ? undefined : { version, percent: percent ?? 100 };
}

function faultsOf(fault: Field): NonNullable<Rule['faults']> | 'none' | undefined {
  if (!fault.exists) {
    return 'none';
  }
  const [delay, abort] = [fault.get('delay'), fault.get('abort')];
  const time = millisOf(delay.get('fixedDelay').text);
  const status = abort.get('httpStatus').number;
  const isPlain = (field: Field, known: string) =>
    !field.exists
    || (field.get('percentage', 'value').number !== undefined
      && field.entries.every(([each]) => [known, 'percentage'].includes(each)));
  return isPlain(delay, 'fixedDelay')
    && isPlain(abort, 'httpStatus')
    && delay.exists === (time !== undefined)
    && abort.exists === (status !== undefined)
    ? {
        delay: time === undefined ? undefined : object({ duration: duration(time), percent: percentOf(delay) }),
        abort: status === undefined ? undefined : object({ status: literal(status), percent: percentOf(abort) }),
      }
    : undefined;
}

function percentOf(field: Field): Code | undefined {
  const percent = field.get('percentage', 'value').number;
  return percent === undefined || percent === 100 ? undefined : literal(percent);
}
