import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { SpecOf } from '../kubernetes';
import {
  areDisjoint,
  type EdgeRule,
  type HeaderMatch,
  type Operation,
  rulePrecedes,
  ValidationError,
} from '../topology';
import { operationsOf } from './operations';

type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];
type Condition = NonNullable<Rule['when']>[number];

/** Requests in the terms of an AuthorizationPolicy. */
export interface MatchedRequests {
  readonly to: NonNullable<Rule['to']>;
  readonly when: readonly Condition[];
}

/**
 * The requests that some rules of an edge match, without those that another one matches first: an ALLOW policy for them
 * allows no requests of others. Throws for conditions that an AuthorizationPolicy cannot express.
 * @param all the rules of the edge
 */
export function requestsOf(rules: readonly EdgeRule[], all: readonly EdgeRule[]): MatchedRequests[] {
  const others = all.filter(each => !rules.includes(each));
  const plain = others.filter(({ match }) => !match).map(({ operation }) => operation);
  const conditional = others.filter(({ match }) => match).map(({ operation }) => operation);
  const operationsAmong = (operations: readonly Operation[], taken: readonly Operation[] = []) =>
    operationsOf(operations, [...plain, ...taken], {}, conditional);
  const together = new Map<string, { readonly operations: Operation[]; readonly when: Condition[] }>();
  const alone: MatchedRequests[] = [];
  for (const rule of rules) {
    const when = ownConditions(rule, others);
    const earlier = others.filter(
      other =>
        other.match
        && other.operation.overlaps(rule.operation)
        && rulePrecedes(other, rule)
        && !areDisjoint(other.match, rule.match),
    );
    if (earlier.length === 0) {
      const key = JSON.stringify(when);
      together.set(key, { operations: [...(together.get(key)?.operations ?? []), rule.operation], when });
    } else {
      alone.push(
        ...remaindersOf(rule, earlier)
          .map(({ taken, conditions }) => ({
            to: operationsAmong([rule.operation], taken),
            when: [...when, ...conditions],
          }))
          .filter(({ to }) => to.length > 0),
      );
    }
  }
  return [
    ...[...together.values()].map(({ operations, when }) => ({ to: operationsAmong(operations), when })),
    ...alone,
  ];
}

/** The conditions of a rule, if requests that do not meet them could match a rule with other requirements. */
function ownConditions(rule: EdgeRule, others: readonly EdgeRule[]): Condition[] {
  const rival = others.find(
    other => other.operation.overlaps(rule.operation) && (other.match !== undefined || !rulePrecedes(other, rule)),
  );
  return rule.match && rival
    ? headersOf(rule, rival).map(({ header, pattern }) => ({ key: keyOf(header), values: [pattern] }))
    : [];
}

interface Remainder {
  /** The operations whose requests are taken out. */
  readonly taken: readonly Operation[];
  readonly conditions: readonly Condition[];
}

/** The alternatives in which a request matches none of the earlier rules: each has another operation, or a header less. */
function remaindersOf(rule: EdgeRule, earlier: readonly EdgeRule[]): Remainder[] {
  return earlier.reduce<Remainder[]>(
    (remainders, other) => {
      const alternatives = remainders.flatMap(({ taken, conditions }) => [
        ...(other.operation.covers(rule.operation) ? [] : [{ taken: [...taken, other.operation], conditions }]),
        ...headersOf(other, rule).map(({ header, pattern }) => ({
          taken,
          conditions: [...conditions, { key: keyOf(header), notValues: [pattern] }],
        })),
      ]);
      if (alternatives.length > MOST_ALTERNATIVES) {
        throw inexpressible(rule, other, 'too many rules with conditions are matched before it');
      }
      return alternatives;
    },
    [{ taken: [], conditions: [] }],
  );
}

const MOST_ALTERNATIVES = 32;

/** The conditions of a rule as patterns of an AuthorizationPolicy, which has none for query parameters. */
function headersOf(rule: EdgeRule, rival: EdgeRule): { readonly header: string; readonly pattern: string }[] {
  const { headers = [], queryParams = [] } = rule.match ?? {};
  const [parameter] = queryParams;
  if (parameter) {
    throw inexpressible(rule, rival, `it has no conditions on query parameters, such as ${parameter.name}`);
  }
  return headers.map(match => {
    const pattern = patternOf(match);
    if (pattern === undefined) {
      throw inexpressible(rule, rival, `it cannot express the condition on the header ${match.header}`);
    }
    return { header: match.header, pattern };
  });
}

/** Values of conditions are patterns: with a `*` at one end a prefix or a suffix. */
function patternOf({ kind, value }: HeaderMatch): string | undefined {
  if (value.startsWith('*') || (kind === 'exact' && value.endsWith('*'))) {
    return undefined;
  }
  return kind === 'regex' ? undefined : kind === 'prefix' ? `${value}*` : value;
}

function keyOf(header: string): string {
  return `request.headers[${header}]`;
}

function inexpressible(rule: EdgeRule, rival: EdgeRule, reason: string): ValidationError {
  return new ValidationError({
    code: 'AmbiguousRoutes',
    path: rule.path,
    summary:
      `"${rule.toString()}" and "${rival.toString()}" differ in \`auth\`, which an AuthorizationPolicy decides: `
      + `${reason}.`,
    fix: 'Give both the same `auth`, use different paths, or conditions on headers with exact values or prefixes.',
  });
}
