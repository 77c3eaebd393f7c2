import type { Duration } from 'cdk8s';

/** A duration in a format that Istio and the Gateway API both accept: whole seconds or whole milliseconds. */
export function durationOf(duration: Duration): string;
export function durationOf(duration: Duration | undefined): string | undefined;
export function durationOf(duration: Duration | undefined): string | undefined {
  if (!duration) {
    return undefined;
  }
  const millis = duration.toMilliseconds();
  return millis % 1000 === 0 ? `${millis / 1000}s` : `${millis}ms`;
}
