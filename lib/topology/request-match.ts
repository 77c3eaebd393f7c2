import { duplicate } from './duplicate';
import { covers, HeaderMatch, requireMatchable } from './traffic';
import { ValidationError } from './validation-error';

/** A condition on the first value of a query parameter, as clients send it: escapes are not decoded. */
export class QueryParamMatch {
  /** Matches the whole value. */
  static exact(name: string, value: string): QueryParamMatch {
    return new QueryParamMatch(name, 'exact', value);
  }

  /** Matches the whole value by an RE2 expression. */
  static regex(name: string, value: string): QueryParamMatch {
    return new QueryParamMatch(name, 'regex', value);
  }

  private constructor(
    /** The name of the parameter. */
    readonly name: string,
    /** How the value is compared: `exact` or `regex`. */
    readonly kind: string,
    /** The value, or the RE2 expression. */
    readonly value: string,
  ) {
    const path = `QueryParamMatch.${kind}`;
    if (!/^[A-Za-z0-9!$'*+.^_`|~-]{1,256}$/.test(name)) {
      throw new ValidationError({
        code: 'InvalidText',
        path,
        summary: `"${name}" cannot be the name of a query parameter in an HTTPRoute.`,
        fix: 'Use letters, digits, "-", "_" and ".".',
      });
    }
    requireMatchable(path, kind, value);
  }
}

/** What requests must have beside their method and path. All conditions must be true. */
export interface RequestMatch {
  /**
   * The conditions on headers, one for each header.
   * @default - none
   */
  readonly headers?: HeaderMatch[];
  /**
   * The conditions on query parameters, one for each parameter.
   * @default - none
   */
  readonly queryParams?: QueryParamMatch[];
  /**
   * The values of claims in the token of the request, which must be texts, numbers or booleans: not lists. In the
   * cluster: `outputClaimToHeaders` of the RequestAuthentication at Istio's gateway, and conditions on these headers,
   * `x-jwt-claim-CLAIM`, which the service receives as well. Rules with and without claims for the same requests need
   * tokens of one issuer. Other gateways reject it.
   * @default - none
   * @see https://istio.io/latest/docs/reference/config/security/request_authentication/#JWTRule-output_claim_to_headers
   */
  readonly claims?: { readonly [claim: string]: string };
}

/** The number of conditions of one kind in an HTTPRoute. */
const MOST = 16;

/** Rejects conditions that an HTTPRoute cannot have. */
export function validateRequestMatch(path: string, match: RequestMatch | undefined): void {
  if (!match) {
    return;
  }
  const { headers = [], queryParams = [] } = match;
  for (const names of [headers.map(({ header }) => header), queryParams.map(({ name }) => name)]) {
    const twice = names.find((name, at) => names.indexOf(name) < at);
    if (twice !== undefined) {
      throw duplicate(path, `"${twice}" has two conditions, and an HTTPRoute has one for each.`, 'Combine the two.');
    }
    if (names.length > MOST) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: `It has ${names.length} conditions, and an HTTPRoute has at most ${MOST}.`,
        fix: 'Use fewer conditions.',
      });
    }
  }
  if (headers.length + queryParams.length === 0) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: 'The match has no conditions.',
      fix: 'Give `headers`, `queryParams` or `claims`, or leave it out.',
    });
  }
}

/** Conditions as text, in one order; empty without any. */
export function textOfMatch({ headers = [], queryParams = [] }: RequestMatch = {}): string {
  return [
    ...headers.map(({ header, kind, value }) => `${header}${SIGNS[kind]}${value}`),
    ...queryParams.map(({ name, kind, value }) => `?${name}${SIGNS[kind]}${value}`),
  ]
    .sort()
    .join(', ');
}

const SIGNS: Readonly<Record<string, string>> = { exact: '=', prefix: '^=', regex: '~' };

/** Whether no request surely meets the conditions of both. */
export function areDisjoint(one: RequestMatch = {}, other: RequestMatch = {}): boolean {
  return (
    (one.headers ?? []).some(a => (other.headers ?? []).some(b => a.header === b.header && exclude(a, b)))
    || (one.queryParams ?? []).some(a =>
      (other.queryParams ?? []).some(b => a.name === b.name && exclude(asHeader(a), asHeader(b))),
    )
  );
}

function exclude(a: HeaderMatch, b: HeaderMatch): boolean {
  const kinds = [a.kind, b.kind];
  return !covers(a, b) && !covers(b, a) && (kinds.includes('exact') || !kinds.includes('regex'));
}

/** Two conditions on one parameter compare values as those on one header do. */
function asHeader({ kind, value }: QueryParamMatch): HeaderMatch {
  return kind === 'exact' ? HeaderMatch.exact('x', value) : HeaderMatch.regex('x', value);
}
