import type { Comparison } from './comparison';

/** What a value of a manifest must be; see {@link Match}. */
export abstract class Matcher {
  /** Whether a value is a matcher, of this package or of `aws-cdk-lib/assertions`. */
  static isMatcher(value: unknown): boolean {
    return value instanceof Matcher || isCdkMatcher(value);
  }

  /** The name in messages. */
  abstract readonly name: string;

  /**
   * Compares a value, and records the differences.
   * @internal
   */
  abstract compare(actual: unknown, comparison: Comparison): void;
}

/** A matcher of `aws-cdk-lib/assertions`, as far as it is used here. */
interface CdkMatcher {
  readonly name: string;
  test(actual: unknown): { hasFailed(): boolean; toHumanStrings(): string[]; finished(): unknown };
}

/** Recognized by its shape: that package need not be installed. */
export function isCdkMatcher(value: unknown): value is CdkMatcher {
  return (
    typeof value === 'object'
    && value !== null
    && 'name' in value
    && 'test' in value
    && typeof value.test === 'function'
    && !(value instanceof Matcher)
    && !(value instanceof RegExp)
  );
}

/** Compares by a matcher of `aws-cdk-lib/assertions`, whose captures record their values like those of this package. */
export function compareByCdk(matcher: CdkMatcher, actual: unknown, comparison: Comparison): void {
  const result = matcher.test(actual);
  if (result.hasFailed()) {
    result.toHumanStrings().forEach(message => {
      comparison.differs(message);
    });
  }
  comparison.whenMatched(() => result.finished());
}
