import { type Comparison, shown } from './comparison';
import { compareByCdk, isCdkMatcher, Matcher } from './matcher';

/** How literal objects and arrays are compared. */
export interface Strictness {
  /** Whether a value may have further fields, at any depth. */
  readonly allowsMore: boolean;
}

/** Compares a value with a literal or a matcher. */
export function compare(expected: unknown, actual: unknown, comparison: Comparison, strictness: Strictness): void {
  if (expected instanceof Matcher) {
    expected.compare(actual, comparison);
  } else if (isCdkMatcher(expected)) {
    compareByCdk(expected, actual, comparison);
  } else if (Array.isArray(expected)) {
    compareArrays(expected, actual, comparison, strictness);
  } else if (typeof expected === 'object' && expected !== null) {
    compareObjects(expected as Readonly<Record<string, unknown>>, actual, comparison, strictness);
  } else if (!Object.is(expected, actual)) {
    comparison.differs(`Expected ${shown(expected)} but received ${shown(actual)}`);
  }
}

/** Compares each field of an object. */
export function compareObjects(
  expected: Readonly<Record<string, unknown>>,
  actual: unknown,
  comparison: Comparison,
  strictness: Strictness,
): void {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    comparison.differs(`Expected an object but received ${shown(actual)}`);
    return;
  }
  const fields = actual as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(expected)) {
    const part = comparison.of(name);
    compare(value, Object.hasOwn(fields, name) ? fields[name] : undefined, part, strictness);
    comparison.include(part);
  }
  if (!strictness.allowsMore) {
    Object.keys(fields)
      .filter(name => !Object.hasOwn(expected, name))
      .forEach(name => {
        comparison.differs(`Unexpected field ${name}`);
      });
  }
}

/** Compares each element of an array. */
export function compareArrays(
  expected: readonly unknown[],
  actual: unknown,
  comparison: Comparison,
  strictness: Strictness,
): void {
  if (!Array.isArray(actual)) {
    comparison.differs(`Expected an array but received ${shown(actual)}`);
    return;
  }
  if (actual.length !== expected.length) {
    comparison.differs(`Expected ${expected.length} elements but received ${actual.length}`);
  }
  expected.slice(0, actual.length).forEach((each, index) => {
    const part = comparison.of(index);
    compare(each, actual[index], part, strictness);
    comparison.include(part);
  });
}
