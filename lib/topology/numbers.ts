import type { Duration } from 'cdk8s';
import { ValidationError } from './validation-error';

/** Rejects a number that is not an integer from `least` to `most`. */
export function requireInteger(
  path: string,
  what: string,
  value: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `${what} is ${value}.`,
      fix: `Give an integer, ${range}.`,
    });
  }
}

/** Rejects a percentage outside 0 to 100. */
export function requirePercentage(path: string, what: string, value: number): void {
  if (!(value >= 0 && value <= 100)) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `${what} is ${value} %.`,
      fix: 'Give a number from 0 to 100.',
    });
  }
}

/** Rejects what is not a Duration of whole milliseconds, such as a number, which has no unit. */
export function requireDuration(path: string, what: string, value: unknown): void {
  if (value === undefined || value === null) {
    return;
  }
  if (!isDuration(value)) {
    throw new ValidationError({
      code: 'NoDuration',
      path,
      summary: `${what} is ${typeof value === 'string' ? `the text "${value}"` : String(value)}, which has no unit.`,
      fix: 'Give a Duration of cdk8s, e.g. Duration.seconds(3).',
    });
  }
  const millis = value.toMilliseconds({ integral: false });
  if (!Number.isInteger(millis) || millis > LONGEST) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `${what} is ${millis} ms, and durations in manifests are whole milliseconds, up to 99,999 hours.`,
      fix: 'Give whole milliseconds, at most 99,999 hours, e.g. Duration.millis(1500).',
    });
  }
}

/** The longest duration of the Gateway API. @see https://gateway-api.sigs.k8s.io/geps/gep-2257/ */
const LONGEST = 99_999 * 3_600_000;

export function isDuration(value: unknown): value is Duration {
  return typeof value === 'object' && value !== null && 'toMilliseconds' in value;
}

/** Rejects a duration below Istio's minimum, one millisecond. */
export function requirePositive(path: string, what: string, value: Duration | undefined): void {
  requireDuration(path, what, value);
  if (value && value.toMilliseconds() < 1) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `${what} is ${value.toHumanString()}, which would end every request immediately.`,
      fix: 'Give at least 1 ms, or leave it out.',
    });
  }
}
