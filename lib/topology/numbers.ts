import type { Duration } from 'cdk8s';
import { Mistake } from './mistake';

/** Rejects a number that is not an integer from `least` to `most`. */
export function requireInteger(where: string, what: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
    throw new Mistake({
      code: 'OutOfRange',
      where,
      problem: `${what} is ${value}.`,
      remedy: `Give an integer, ${range}.`,
    });
  }
}

/** Rejects a percentage outside 0 to 100. */
export function requirePercentage(where: string, what: string, value: number): void {
  if (!(value >= 0 && value <= 100)) {
    throw new Mistake({ code: 'OutOfRange', where, problem: `${what} is ${value} %.`, remedy: 'Give a number from 0 to 100.' });
  }
}

/** Rejects what is not a Duration, such as a number, which has no unit. */
export function requireDuration(where: string, what: string, value: unknown): void {
  if (value !== undefined && value !== null && !(typeof value === 'object' && 'toMilliseconds' in value)) {
    throw new Mistake({
      code: 'NoDuration',
      where,
      problem: `${what} is ${typeof value === 'string' ? `the text "${value}"` : String(value)}, which has no unit.`,
      remedy: 'Give a Duration of cdk8s, e.g. Duration.seconds(3).',
    });
  }
}

/** Rejects a duration below Istio's minimum, one millisecond. */
export function requirePositive(where: string, what: string, value: Duration | undefined): void {
  requireDuration(where, what, value);
  if (value && value.toMilliseconds() < 1) {
    throw new Mistake({
      code: 'OutOfRange',
      where,
      problem: `${what} is ${value.toHumanString()}, which would end every request immediately.`,
      remedy: 'Give at least 1 ms, or leave it out.',
    });
  }
}
