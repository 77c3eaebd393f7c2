import type { Auth } from './auth';
import { duplicate } from './duplicate';
import { requireOrdinaryName } from './names';
import type { Operation } from './operation';
import type { Port } from './port';
import { requireChangeable } from './header-changes';
import { ValidationError } from './validation-error';

/** Values by claim: a token needs one of the values of each claim, literally. */
export interface ClaimValues {
  /** The values of each claim. A claim with a list of values needs one of these in its list. */
  readonly [claim: string]: string[];
}

/** What requests need, besides an identity of the mesh. */
export interface RequestAuth {
  /** `Auth.jwt(…)` for a token, `Auth.none()` for none. */
  readonly auth: Auth;
  /**
   * Claims that the token needs, besides issuer, audience and scopes.
   * @default - none
   */
  readonly claims?: ClaimValues;
}

/** The authentication of one operation. */
export interface OperationAuth extends RequestAuth {
  /** The operation, in place of the authentication of all others. The most specific operation of a request decides. */
  readonly operation: Operation;
}

/**
 * The end-user authentication of a service.
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-jwt/
 */
export interface ServiceAuthProps extends RequestAuth {
  /**
   * The authentication of single operations.
   * @default - that of all others
   */
  readonly operations?: OperationAuth[];
  /**
   * Claims of the token that the service receives as request headers: the claim of each header. Such headers of clients
   * are removed.
   * @default - none
   */
  readonly claimHeaders?: { readonly [header: string]: string };
}

/** Rejects authentication that no request could meet, or that no proxy could verify. */
export function validateServiceAuth(path: string, ports: readonly Port[], props: ServiceAuthProps): void {
  const { operations = [], claimHeaders = {} } = props;
  if (!ports.some(port => port.carriesRequests)) {
    throw new ValidationError({
      code: 'NoRequests',
      path,
      summary: 'Tokens are sent with requests, and no port carries requests.',
      fix: 'Declare a port as http, http2 or grpc.',
    });
  }
  [props, ...operations].forEach(each => {
    requireToken(path, each);
  });
  operations.forEach(({ operation }, index) => {
    if (operations.slice(0, index).some(earlier => earlier.operation.requests === operation.requests)) {
      throw duplicate(path, `The authentication of ${String(operation)} is declared twice.`, 'Keep one of the two.');
    }
  });
  if (![props, ...operations].some(({ auth }) => auth.token)) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: 'No request needs a token.',
      fix: 'Give Auth.jwt(…), or leave the authentication out.',
    });
  }
  Object.entries(claimHeaders).forEach(([header, claim]) => {
    requireChangeable(path, header);
    requireNoCredentials(path, header);
    requireClaim(path, claim);
  });
}

/** A claim in its place would end the token there: what the service forwards would have none. */
function requireNoCredentials(path: string, header: string): void {
  if (header === 'authorization' || header === 'cookie') {
    throw new ValidationError({
      code: 'InvalidHeader',
      path,
      summary: `The header "${header}" has the credentials of the client, which the claim would replace.`,
      fix: 'Use a header of its own, e.g. "x-user".',
    });
  }
}

function requireToken(path: string, { auth, claims = {} }: RequestAuth): void {
  if (auth.key) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'API keys are verified at edges only.',
      fix: 'Use Auth.jwt(…), or declare the API key at the edge.',
    });
  }
  if (!auth.token && Object.keys(claims).length > 0) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'Claims are required of requests without a token.',
      fix: 'Give Auth.jwt(…), or leave out the claims.',
    });
  }
  Object.entries(claims).forEach(([claim, values]) => {
    requireClaim(path, claim);
    requireLiterals(path, claim, values);
  });
}

function requireClaim(path: string, claim: string): void {
  requireOrdinaryName(path, claim);
  if (!/^[\w:/.-]+$/.test(claim)) {
    throw new ValidationError({
      code: 'InvalidClaim',
      path,
      summary: `${JSON.stringify(claim)} is not a claim name that proxies support.`,
      fix: 'Use letters, digits and "_:/.-", e.g. "groups".',
    });
  }
}

/** Values of an AuthorizationPolicy are patterns: "*" would match others. */
function requireLiterals(path: string, claim: string, values: readonly string[]): void {
  const wrong = values.find(value => value === '' || /[*\p{Cc}]/u.test(value));
  if (wrong !== undefined || values.length === 0) {
    throw new ValidationError({
      code: 'NotLiteral',
      path,
      summary:
        wrong === undefined
          ? `The list of values of the claim ${claim} is empty, so no token could be accepted.`
          : `The value ${JSON.stringify(wrong)} of the claim ${claim} is empty, a pattern, or has control characters.`,
      fix: 'Write each value exactly as in the claims of tokens.',
    });
  }
}
