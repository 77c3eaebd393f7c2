import type { Duration } from 'cdk8s';
import { requireDuration } from '../numbers';
import { ValidationError } from '../validation-error';

/** Rejects a time that is not a whole number of seconds from `least` to `most`. */
export function requireSeconds(
  path: string,
  what: string,
  value: Duration | undefined,
  least = 1,
  most = 2 ** 31 - 1,
): void {
  requireDuration(path, what, value);
  const seconds = (value?.toMilliseconds() ?? least * 1000) / 1000;
  if (!Number.isInteger(seconds) || seconds < least || seconds > most) {
    const range = most === 2 ** 31 - 1 ? `${least} or more` : `from ${least} to ${most}`;
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `${what} is ${seconds} s.`,
      fix: `Give whole seconds, ${range}.`,
    });
  }
}
