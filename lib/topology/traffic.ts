import { Mistake } from './mistake';
import { requireHeaderName } from './names';
import { requirePercentage } from './numbers';
import type { Version } from './version';

/** What the value of a header must be. */
export class HeaderMatch {
  /** The whole value. */
  static exact(header: string, value: string): HeaderMatch {
    return new HeaderMatch(header, 'exact', value);
  }

  /** The beginning of the value. */
  static prefix(header: string, value: string): HeaderMatch {
    return new HeaderMatch(header, 'prefix', value);
  }

  /** An RE2 expression over the whole value. */
  static regex(header: string, value: string): HeaderMatch {
    return new HeaderMatch(header, 'regex', value);
  }

  private constructor(readonly header: string, readonly kind: string, readonly value: string) {
    requireHeaderName(`HeaderMatch.${kind}`, header);
  }
}

/** A share of the requests. */
export interface Weight {
  readonly version: Version;
  readonly percent: number;
}

/** Requests with a header go to one version, whatever the split says. */
export interface HeaderRoute {
  readonly match: HeaderMatch;
  readonly version: Version;
}

/** A copy of a share of the requests goes to a version whose answers nobody sees. */
export interface Mirror {
  readonly version: Version;
  readonly percent: number;
}

/** Refuses weights that are no percentages or do not sum to 100. */
export function requireWhole(where: string, weights: readonly Weight[]): void {
  weights.forEach(({ version, percent }) => requirePercentage(where, `The weight of ${version.name}`, percent));
  const fractional = weights.find(({ percent }) => !Number.isInteger(percent));
  const sum = weights.reduce((total, { percent }) => total + percent, 0);
  if (fractional || sum !== 100) {
    throw new Mistake({
      code: 'WeightsDoNotSum',
      where,
      problem: `The split ${weights.map(({ version, percent }) => `${version.name}: ${percent}`).join(', ')} `
        + (fractional ? 'has a fraction of a percent.' : `sums to ${sum}.`),
      remedy: 'Give whole percentages that sum to 100.',
    });
  }
}
