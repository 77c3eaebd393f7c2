import { ValidationError } from './validation-error';

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');
const DESCRIPTOR = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;
const EVERY = /^@every (\d+(\.\d+)?(h|m|s))+$/;

interface CronField {
  readonly what: string;
  readonly least: number;
  readonly most: number;
  /** Names of values, the first one for the least. */
  readonly names: readonly string[];
}

const FIELDS: readonly CronField[] = [
  { what: 'minute', least: 0, most: 59, names: [] },
  { what: 'hour', least: 0, most: 23, names: [] },
  { what: 'day of the month', least: 1, most: 31, names: [] },
  { what: 'month', least: 1, most: 12, names: MONTHS },
  { what: 'day of the week', least: 0, most: 6, names: DAYS },
];

/**
 * Rejects a schedule that the API server would reject.
 * @see https://github.com/robfig/cron/blob/v3/parser.go
 */
export function requireSchedule(path: string, schedule: string): void {
  if (DESCRIPTOR.test(schedule) || EVERY.test(schedule)) {
    return;
  }
  const fields = schedule.trim().split(/\s+/);
  const wrong = FIELDS.find((field, index) => !(fields[index] ?? '').split(',').every(each => isRange(each, field)));
  if (schedule.startsWith('@') || fields.length !== FIELDS.length || wrong) {
    throw new ValidationError({
      code: 'InvalidSchedule',
      path,
      summary:
        `"${schedule}" is not a schedule of a CronJob`
        + (fields.length === FIELDS.length && wrong
          ? `: the ${wrong.what} cannot be "${fields[FIELDS.indexOf(wrong)] ?? ''}".`
          : '.'),
      fix:
        'Write minute, hour, day of the month, month and day of the week (0 to 6, Sunday is 0), e.g. "0 3 * * *", '
        + 'or @hourly, @daily, @weekly, @monthly, @yearly, "@every 90m". The time zone is `timeZone`.',
    });
  }
}

/** Rejects what is not a name of the time zone database. */
export function requireTimeZone(path: string, timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    if (/^(UTC|[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)+)$/.test(timeZone)) {
      return;
    }
  } catch {
    // Reported below, as for a name in the wrong case.
  }
  throw new ValidationError({
    code: 'InvalidSchedule',
    path,
    summary: `"${timeZone}" is not a time zone.`,
    fix: 'Give its name in the time zone database, e.g. "Europe/Berlin" or "Etc/UTC".',
  });
}

/** `*`, a value or a range, each with an optional step. */
function isRange(text: string, field: CronField): boolean {
  const [range = '', step, ...rest] = text.split('/');
  const bounds = range.split('-').map(each => valueOf(each, field));
  const [first, last = first] = bounds;
  const isStep = step === undefined || (/^\d+$/.test(step) && Number(step) > 0);
  return (
    isStep
    && rest.length === 0
    && (range === '*'
      || range === '?'
      || (bounds.length <= 2 && first !== undefined && last !== undefined && first <= last))
  );
}

function valueOf(text: string, { least, most, names }: CronField): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  const value = named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= least && value <= most ? value : undefined;
}
