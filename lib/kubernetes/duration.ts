import type { Duration } from 'cdk8s';

/** A duration of Istio or Linkerd: whole seconds or whole milliseconds. */
export function durationOf(duration: Duration): string;
export function durationOf(duration: Duration | undefined): string | undefined;
export function durationOf(duration: Duration | undefined): string | undefined {
  if (!duration) {
    return undefined;
  }
  const millis = duration.toMilliseconds();
  return millis % 1000 === 0 ? `${millis / 1000}s` : `${millis}ms`;
}

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/**
 * A duration of the Gateway API, whose numbers have up to five digits: `100000ms` would be rejected.
 * @see https://gateway-api.sigs.k8s.io/geps/gep-2257/
 */
export function gatewayDurationOf(duration: Duration): string {
  const text = durationOf(duration);
  if (/^\d{1,5}m?s$/.test(text)) {
    return text;
  }
  let rest = duration.toMilliseconds();
  return UNITS.map(([unit, millis]) => {
    const count = Math.floor(rest / millis);
    rest %= millis;
    return count > 0 ? `${count}${unit}` : '';
  }).join('');
}
