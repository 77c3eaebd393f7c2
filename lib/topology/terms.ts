import type { Duration } from 'cdk8s';
import { Mistake } from './mistake';
import { requireInteger, requirePercentage, requirePositive } from './numbers';
import { keyBy, nested, pickBy, type Property, type PropertyTable, validateBy } from './property-table';

/** On which failures a try is repeated. @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on */
export enum RetryOn {
  /** The connection could not be made: the callee has seen nothing. */
  CONNECT_FAILURE = 'connect-failure',
  /** The callee refused the stream unprocessed. */
  REFUSED_STREAM = 'refused-stream',
  /** The connection broke, or the try ran out of time. */
  RESET = 'reset',
  /** 502, 503, 504, a broken connection, or a try out of time. */
  GATEWAY_ERROR = 'gateway-error',
  /** Any 5xx, a broken connection, or a try out of time. */
  SERVER_ERROR = '5xx',
  /** 409. */
  CONFLICT = 'retriable-4xx',
  /** gRPC status 1. */
  CANCELLED = 'cancelled',
  /** gRPC status 4. */
  DEADLINE_EXCEEDED = 'deadline-exceeded',
  /** gRPC status 8. */
  RESOURCE_EXHAUSTED = 'resource-exhausted',
  /** gRPC status 14. */
  UNAVAILABLE = 'unavailable',
}

/** How often and when a failed request is tried again. */
export interface Retries {
  /** Further tries after the first; 0 is none. */
  readonly attempts: number;
  /**
   * The time each try has.
   * @default - what is left of the call's timeout
   */
  readonly perTryTimeout?: Duration;
  /**
   * The failures that are retried.
   * @default - CONNECT_FAILURE, REFUSED_STREAM, GATEWAY_ERROR and UNAVAILABLE
   */
  readonly on?: RetryOn[];
}

/** A delay put before a share of the requests, to try the callers. */
export interface Delay {
  /** The time by which requests are delayed. */
  readonly duration: Duration;
  /** @default 100 */
  readonly percent?: number;
}

/** An error answered in place of the callee for a share of the requests, to try the callers. */
export interface Abort {
  /** The HTTP status; for gRPC the caller sees the gRPC status that belongs to it. */
  readonly status: number;
  /** @default 100 */
  readonly percent?: number;
}

/** Faults injected into a call. @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection */
export interface Faults {
  /** @default - none */
  readonly delay?: Delay;
  /** @default - none */
  readonly abort?: Abort;
}

/** What a caller is promised of its requests: the part of a call that a proxy enforces. */
export interface Terms {
  /**
   * The time a request has, all its tries together.
   * @default - no limit
   */
  readonly timeout?: Duration;
  /**
   * Tries after a failure.
   * @default - none; it is written out, since Istio would retry twice
   */
  readonly retries?: Retries;
  /**
   * Faults to inject.
   * @default - none
   */
  readonly faults?: Faults;
}

/** The failures that are retried where {@link Retries} name none. */
export const RETRY_ON: readonly RetryOn[] = [
  RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM, RetryOn.GATEWAY_ERROR, RetryOn.UNAVAILABLE,
];

const RETRIES = {
  attempts: {
    validate: (where, attempts) => { requireInteger(where, 'The number of retries', attempts, 0, 100); },
    keyOf: attempts => attempts,
  },
  perTryTimeout: timeOf('The time of each try'),
  on: { validate: requireFailures, keyOf: on => on ?? RETRY_ON },
} satisfies PropertyTable<Retries>;

const DELAY = {
  duration: timeOf('The injected delay'),
  percent: percentageOf('The share of delayed requests'),
} satisfies PropertyTable<Delay>;

const ABORT = {
  status: {
    validate: (where, status) => { requireInteger(where, 'The injected status', status, 200, 599); },
    keyOf: status => status,
  },
  percent: percentageOf('The share of aborted requests'),
} satisfies PropertyTable<Abort>;

const FAULTS = { delay: nested<Delay>(DELAY), abort: nested<Abort>(ABORT) } satisfies PropertyTable<Faults>;

const TERMS = {
  timeout: timeOf('The timeout'),
  // No retries and none declared are the same.
  retries: {
    ...nested<Retries>(RETRIES),
    keyOf: retries => retries?.attempts ? keyBy<Retries>(RETRIES, retries) : undefined,
  },
  faults: nested<Faults>(FAULTS),
} satisfies PropertyTable<Terms>;

/**
 * Terms as text that is equal where what is rendered of them is equal: for a second and 1000 ms, for no retries and none
 * declared.
 */
export function meaningOfTerms(terms: Terms): string {
  return JSON.stringify(keyBy<Terms>(TERMS, terms)) ?? '';
}

/** The terms among the properties of a call. */
export function termsOf(props: Terms): Terms {
  return pickBy<Terms>(TERMS, props);
}

/** Refuses terms that cannot hold by themselves. */
export function requireTenableTerms(where: string, terms: Terms): void {
  validateBy<Terms>(TERMS, where, terms);
  requireTimeForTries(where, terms);
}

function timeOf(what: string): Property<Duration | undefined> {
  return {
    validate: (where, duration) => { requirePositive(where, what, duration); },
    keyOf: duration => duration?.toMilliseconds(),
  };
}

function percentageOf(what: string): Property<number | undefined> {
  return {
    validate: (where, percent) => { requirePercentage(where, what, percent ?? 100); },
    keyOf: percent => percent ?? 100,
  };
}

function requireFailures(where: string, on: readonly RetryOn[] | undefined): void {
  if (on?.length === 0) {
    throw new Mistake({
      code: 'NothingToRetry',
      where,
      problem: 'The retries name no failure in `on`, and a mesh would then retry on those of its own defaults.',
      remedy: 'Name the failures to retry on, leave `on` out for the usual ones, or say `attempts: 0`.',
    });
  }
}

function requireTimeForTries(where: string, { timeout, retries }: Terms): void {
  if (!timeout || !retries?.perTryTimeout) {
    return;
  }
  const lastStarts = retries.attempts * retries.perTryTimeout.toMilliseconds();
  if (lastStarts >= timeout.toMilliseconds()) {
    throw new Mistake({
      code: 'TriesExceedTimeout',
      where,
      problem: `${retries.attempts} retries of ${retries.perTryTimeout.toMilliseconds()} ms each begin their last try after ${lastStarts} ms, `
        + `and the timeout ends the call at ${timeout.toMilliseconds()} ms: that try can never happen.`,
      remedy: 'Raise the timeout, lower perTryTimeout, or allow fewer attempts.',
    });
  }
}
