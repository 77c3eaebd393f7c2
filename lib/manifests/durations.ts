const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** The milliseconds of a duration such as `1m30s`, `0.5s`, `250ms`; undefined for any other text. */
export function millisOf(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/g)];
  return parts.length > 0 && parts.map(([whole]) => whole).join('') === text
    ? parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ''] ?? 0), 0)
    : undefined;
}

/** A number of milliseconds in a readable unit. */
export function describeMillis(millis: number): string {
  return millis >= 1000 && millis % 100 === 0 ? `${millis / 1000} s` : `${Math.round(millis)} ms`;
}
