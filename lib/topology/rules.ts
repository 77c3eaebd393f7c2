import type { Duration } from 'cdk8s';
import { requireDuration, requireInteger } from './numbers';
import { namesIn } from './property-table';
import { ValidationError } from './validation-error';

/** Rejects a value that is invalid by itself. */
type Rule<T> = (path: string, value: T) => void;

/** The rule for each property of an interface. A property without an entry does not compile. */
export type Rules<T> = { readonly [K in keyof T]-?: Rule<T[K]> };

/** Rejects a declaration with an invalid property value. */
export function validateAll<T extends object>(rules: Rules<T>, path: string, declared: T): void {
  namesIn(rules).forEach(name => {
    rules[name](path, declared[name]);
  });
}

/** The rule for properties with any value of their type. */
export function anyValue(): void {
  // The type admits no invalid value.
}

/** The rule for an integer in a range. */
export function integer(what: string, least: number, most = 2 ** 31 - 1): Rule<number | undefined> {
  return optional((path, value) => {
    requireInteger(path, what, value, least, most);
  });
}

/** The rule for a number in a range. */
export function numberFrom(what: string, least: number, most: number): Rule<number | undefined> {
  return optional((path, value) => {
    if (!(value >= least && value <= most)) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: `${what} is ${value}.`,
        fix: `Give a number from ${least} to ${most}.`,
      });
    }
  });
}

/** The rule for a duration: Istio accepts none below one millisecond. */
export function duration(what: string, least = 1): Rule<Duration | undefined> {
  return optional((path, value) => {
    requireDuration(path, what, value);
    if (value.toMilliseconds() < least) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: `${what} is ${value.toHumanString()}.`,
        fix: `Give at least ${least} ms, or leave it out.`,
      });
    }
  });
}

/** The rule for a property with properties of its own. */
export function object<T extends object>(rules: Rules<T>): Rule<T | undefined> {
  return optional((path, value) => {
    validateAll(rules, path, value);
  });
}

/** The rule for a list of such properties. */
export function listOf<T>(rule: Rule<T>): Rule<readonly T[] | undefined> {
  return optional((path, values) => {
    values.forEach(value => {
      rule(path, value);
    });
  });
}

function optional<T>(rule: Rule<T>): Rule<T | undefined> {
  return (path, value) => {
    if (value !== undefined) {
      rule(path, value);
    }
  };
}
