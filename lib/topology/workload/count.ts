import { ValidationError } from '../validation-error';

/** Rejects what is neither a number of pods nor a percentage of them. */
export function requireCountOrPercentage(path: string, what: string, value: string): void {
  if (!/^\d+%?$/.test(value) || (value.endsWith('%') && parseInt(value, 10) > 100)) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `${what} is "${value}".`,
      fix: 'Give a number of pods, e.g. "1", or a percentage up to 100, e.g. "25%".',
    });
  }
}
