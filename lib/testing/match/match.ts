import { compare, compareArrays, compareObjects } from './compare';
import { type Comparison, shown } from './comparison';
import { Matcher } from './matcher';

const EXACT = { allowsMore: false };
const PARTIAL = { allowsMore: true };

/**
 * Matchers for the values of manifests, with the names and the meaning of those in `aws-cdk-lib/assertions`, which
 * are accepted too.
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.assertions-readme.html#special-matchers
 */
export const Match = {
  /** A field that does not exist. */
  absent: (): Matcher =>
    matcher('absent', (actual, comparison) => {
      if (actual !== undefined) {
        comparison.differs(`Received ${shown(actual)}, but key should be absent`);
      }
    }),

  /** Any value, but not an absent one or null. */
  anyValue: (): Matcher =>
    matcher('anyValue', (actual, comparison) => {
      if (actual === undefined || actual === null) {
        comparison.differs('Expected a value but found none');
      }
    }),

  /** An array that contains these elements, or elements that match them, in this order. */
  arrayWith: (pattern: readonly unknown[]): Matcher =>
    matcher('arrayWith', (actual, comparison) => {
      compareSubsequence(pattern, actual, comparison);
    }),

  /** An array with exactly these elements, in this order. */
  arrayEquals: (pattern: readonly unknown[]): Matcher =>
    matcher('arrayEquals', (actual, comparison) => {
      compareArrays(pattern, actual, comparison, EXACT);
    }),

  /** Exactly this value, at any depth. */
  exact: (pattern: unknown): Matcher =>
    matcher('exact', (actual, comparison) => {
      compare(pattern, actual, comparison, EXACT);
    }),

  /** Any value that does not match. */
  not: (pattern: unknown): Matcher =>
    matcher('not', (actual, comparison) => {
      const inner = comparison.of('');
      compare(pattern, actual, inner, EXACT);
      if (inner.isMatch) {
        comparison.differs(`Found unexpected match: ${shown(actual)}`);
      }
    }),

  /** An object with exactly these fields. */
  objectEquals: (pattern: Readonly<Record<string, unknown>>): Matcher =>
    matcher('objectEquals', (actual, comparison) => {
      compareObjects(pattern, actual, comparison, EXACT);
    }),

  /** An object with at least these fields, at any depth. */
  objectLike: (pattern: Readonly<Record<string, unknown>>): Matcher =>
    matcher('objectLike', (actual, comparison) => {
      compareObjects(pattern, actual, comparison, PARTIAL);
    }),

  /** A string with JSON that matches. */
  serializedJson: (pattern: unknown): Matcher =>
    matcher('serializedJson', (actual, comparison) => {
      const parsed = parsedJson(actual);
      if (parsed === undefined) {
        comparison.differs(`Expected JSON as a string but received ${shown(actual)}`);
      } else {
        compare(pattern, parsed, comparison, EXACT);
      }
    }),

  /** A string in which the regular expression matches. */
  stringLikeRegexp: (pattern: string): Matcher =>
    matcher('stringLikeRegexp', (actual, comparison) => {
      if (typeof actual !== 'string' || !new RegExp(pattern, 'm').test(actual)) {
        comparison.differs(`String ${shown(actual)} did not match pattern '${pattern}'`);
      }
    }),
};

function matcher(name: string, compareWith: (actual: unknown, comparison: Comparison) => void): Matcher {
  return new (class extends Matcher {
    readonly name = name;
    readonly compare = compareWith;
  })();
}

/** Each element is looked for after the one before it. */
function compareSubsequence(pattern: readonly unknown[], actual: unknown, comparison: Comparison): void {
  if (!Array.isArray(actual)) {
    comparison.differs(`Expected an array but received ${shown(actual)}`);
    return;
  }
  let position = 0;
  for (const expected of pattern) {
    const tried = actual.slice(position).map((each: unknown, index) => {
      const part = comparison.of(position + index);
      compare(expected, each, part, EXACT);
      return part;
    });
    const found = tried.findIndex(each => each.isMatch);
    if (found < 0) {
      const closest = tried.reduce<Comparison | undefined>(
        (best, each) => (best && best.differences.length <= each.differences.length ? best : each),
        undefined,
      );
      comparison.differs(`Could not match arrayWith pattern ${pattern.indexOf(expected)}`);
      if (closest) {
        comparison.include(closest);
      }
      return;
    }
    comparison.include(tried[found] ?? comparison.of(found));
    position += found + 1;
  }
}

function parsedJson(actual: unknown): unknown {
  try {
    return typeof actual === 'string' ? (JSON.parse(actual) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
