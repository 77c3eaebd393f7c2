import type { Duration } from 'cdk8s';
import { namesIn } from './property-table';
import { ValidationError } from './validation-error';

/** Limits of a front on the routes of an edge. */
export interface FrontLimits {
  /** @default - any number of routes */
  readonly routes?: number;
  /** The number of distinct pairs of issuer and audiences. @default - any */
  readonly issuers?: number;
  /** The number of audiences of a route. @default - any */
  readonly audiences?: number;
  /** The number of scopes of a route. @default - any */
  readonly scopes?: number;
  /** @default - any */
  readonly shortestTimeout?: Duration;
  /** @default - any */
  readonly longestTimeout?: Duration;
}

/** The limits that a vendor documents, and the names of those that it raises for an account. */
export interface DocumentedLimits {
  readonly documented: FrontLimits;
  readonly raisable: readonly (keyof FrontLimits)[];
}

/** The documented limits with those of an account. Throws for a limit that the vendor does not raise. */
export function limitsWithin(
  path: string,
  own: FrontLimits = {},
  { documented, raisable }: DocumentedLimits,
): FrontLimits {
  const hard = namesIn(own).find(name => own[name] !== undefined && !raisable.includes(name));
  if (hard !== undefined) {
    throw new ValidationError({
      code: 'HardLimit',
      path,
      summary: `\`${hard}\` is a limit that the vendor raises for no account.`,
      fix: raisable.length > 0 ? `Set only ${raisable.map(each => `\`${each}\``).join(', ')}.` : 'Leave `limits` out.',
    });
  }
  return { ...documented, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) };
}
