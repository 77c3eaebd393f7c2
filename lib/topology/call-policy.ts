import type { Duration } from 'cdk8s';
import { HEADER_CHANGES, type HeaderChanges } from './header-changes';
import { requireInteger, requirePercentage, requirePositive } from './numbers';
import { keyBy, nested, pickBy, type Property, type PropertyTable, validateBy } from './property-table';
import { REWRITE, type Rewrite } from './rewrite';
import type { HeaderMatch } from './traffic';
import { anyValue } from './rules';
import { ValidationError } from './validation-error';

/**
 * The failures on which a request is retried.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on
 */
export enum RetryOn {
  /** The connection could not be established: the callee has not received the request. */
  CONNECT_FAILURE = 'connect-failure',
  /** The callee refused the stream unprocessed. */
  REFUSED_STREAM = 'refused-stream',
  /** The connection was reset, or the attempt exceeded its per-try timeout. */
  RESET = 'reset',
  /** 502, 503, 504, a reset connection, or an attempt that exceeded its per-try timeout. */
  GATEWAY_ERROR = 'gateway-error',
  /** Any 5xx, a reset connection, or an attempt that exceeded its per-try timeout. */
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

/** How often and on which failures a request is retried. */
export interface Retries {
  /** The number of retries after the first request; 0 for none. */
  readonly attempts: number;
  /**
   * The timeout of each attempt.
   * @default - the remaining timeout of the call
   */
  readonly perTryTimeout?: Duration;
  /**
   * The failures that are retried.
   * @default - CONNECT_FAILURE, REFUSED_STREAM, GATEWAY_ERROR and UNAVAILABLE
   */
  readonly on?: RetryOn[];
}

/** A delay injected into a share of the requests, to test the callers. */
export interface Delay {
  /** The time by which requests are delayed. */
  readonly duration: Duration;
  /** @default 100 */
  readonly percent?: number;
}

/** An error response in place of the callee's for a share of the requests, to test the callers. */
export interface Abort {
  /** The HTTP status; for gRPC the caller receives the corresponding gRPC status. */
  readonly status: number;
  /** @default 100 */
  readonly percent?: number;
}

/**
 * Faults injected into a call.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection
 */
export interface Faults {
  /** @default - none */
  readonly delay?: Delay;
  /** @default - none */
  readonly abort?: Abort;
  /**
   * The header of the requests that they are injected into.
   * @default - all requests
   */
  readonly match?: HeaderMatch;
}

/** The part of a call that a proxy enforces: timeout, retries, faults, header changes and rewrites. */
export interface CallPolicy {
  /**
   * The timeout of a request, including all its retries.
   * @default - no limit
   */
  readonly timeout?: Duration;
  /**
   * Retries after a failure.
   * @default - none, rendered as `attempts: 0`, since Istio's default is 2 retries
   */
  readonly retries?: Retries;
  /**
   * Faults to inject.
   * @default - none
   */
  readonly faults?: Faults;
  /**
   * Changes of the headers of requests and responses.
   * @default - none
   */
  readonly headers?: HeaderChanges;
  /**
   * Changes of path and host. Excludes `allowedOperations`, which the callee compares with the new path.
   * @default - none
   */
  readonly rewrite?: Rewrite;
}

/** The failures that are retried if {@link Retries} list none. */
export const RETRY_ON: readonly RetryOn[] = [
  RetryOn.CONNECT_FAILURE,
  RetryOn.REFUSED_STREAM,
  RetryOn.GATEWAY_ERROR,
  RetryOn.UNAVAILABLE,
];

const RETRIES = {
  attempts: {
    validate: (path, attempts) => {
      requireInteger(path, 'The number of retries', attempts, 0, 100);
    },
    keyOf: attempts => attempts,
  },
  perTryTimeout: timeOf('The timeout of each attempt'),
  on: { validate: requireFailures, keyOf: on => on ?? RETRY_ON },
} satisfies PropertyTable<Retries>;

const DELAY = {
  duration: timeOf('The injected delay'),
  percent: percentageOf('The share of delayed requests'),
} satisfies PropertyTable<Delay>;

const ABORT = {
  status: {
    validate: (path, status) => {
      requireInteger(path, 'The injected status', status, 200, 599);
    },
    keyOf: status => status,
  },
  percent: percentageOf('The share of aborted requests'),
} satisfies PropertyTable<Abort>;

const FAULTS = {
  delay: nested<Delay>(DELAY),
  abort: nested<Abort>(ABORT),
  match: {
    validate: anyValue,
    keyOf: match => match && [match.header, match.kind, match.value],
  },
} satisfies PropertyTable<Faults>;

const TERMS = {
  timeout: timeOf('The timeout'),
  // `attempts: 0` and no retries declared are the same.
  retries: {
    ...nested<Retries>(RETRIES),
    keyOf: retries => (retries?.attempts ? keyBy<Retries>(RETRIES, retries) : undefined),
  },
  faults: {
    validate: (path, faults) => {
      nested<Faults>(FAULTS).validate(path, faults);
      rejectMatchOfNothing(path, faults);
    },
    // A match without a fault is rejected.
    keyOf: nested<Faults>(FAULTS).keyOf,
  },
  headers: nested<HeaderChanges>(HEADER_CHANGES),
  rewrite: {
    validate: (path, rewrite) => {
      nested<Rewrite>(REWRITE).validate(path, rewrite);
      rejectEmptyRewrite(path, rewrite);
    },
    keyOf: nested<Rewrite>(REWRITE).keyOf,
  },
} satisfies PropertyTable<CallPolicy>;

/**
 * The policy of a call as text that is equal for two policies that render the same: 1 s and 1000 ms, 0 retries and none
 * declared.
 */
export function callPolicyKey(policy: CallPolicy): string {
  return JSON.stringify(keyBy<CallPolicy>(TERMS, policy)) ?? '';
}

/** Timeout, retries and faults among the properties of a call. */
export function policiesOf(props: CallPolicy): CallPolicy {
  return pickBy<CallPolicy>(TERMS, props);
}

/** Rejects timeout, retries and faults that are invalid by themselves. */
export function validateCallPolicy(path: string, policy: CallPolicy): void {
  validateBy<CallPolicy>(TERMS, path, policy);
  requireTimeForTries(path, policy);
}

/** Rejects retries that are invalid by themselves, or that the timeout leaves no time for. */
export function validateRetries(path: string, retries: Retries | undefined, timeout: Duration | undefined): void {
  nested<Retries>(RETRIES).validate(path, retries);
  requireTimeForTries(path, { retries, timeout });
}

/** The retries as a value that is equal for two that render the same; undefined for none. */
export function retriesKey(retries: Retries | undefined): unknown {
  return TERMS.retries.keyOf(retries);
}

function timeOf(what: string): Property<Duration | undefined> {
  return {
    validate: (path, duration) => {
      requirePositive(path, what, duration);
    },
    keyOf: duration => duration?.toMilliseconds(),
  };
}

function percentageOf(what: string): Property<number | undefined> {
  return {
    validate: (path, percent) => {
      requirePercentage(path, what, percent ?? 100);
    },
    keyOf: percent => percent ?? 100,
  };
}

function rejectMatchOfNothing(path: string, faults: Faults | undefined): void {
  if (faults?.match && !faults.delay && !faults.abort) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: 'The faults have a match, but neither a delay nor an abort.',
      fix: 'Give `delay` or `abort`, or leave the faults out.',
    });
  }
}

function rejectEmptyRewrite(path: string, rewrite: Rewrite | undefined): void {
  if (rewrite && rewrite.pathPrefix === undefined && rewrite.host === undefined) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: 'The rewrite changes neither path nor host.',
      fix: 'Give `pathPrefix` or `host`, or leave it out.',
    });
  }
}

function requireFailures(path: string, on: readonly RetryOn[] | undefined): void {
  if (on?.length === 0) {
    throw new ValidationError({
      code: 'NothingToRetry',
      path,
      summary: 'The retries list no failure in `on`, and a mesh would then retry on the failures of its own default.',
      fix: 'List the failures to retry on, leave `on` out for the default ones, or set `attempts: 0`.',
    });
  }
}

function requireTimeForTries(path: string, { timeout, retries }: CallPolicy): void {
  if (!timeout || !retries?.perTryTimeout) {
    return;
  }
  const lastStarts = retries.attempts * retries.perTryTimeout.toMilliseconds();
  if (lastStarts >= timeout.toMilliseconds()) {
    throw new ValidationError({
      code: 'RetriesExceedTimeout',
      path,
      summary:
        `The last of ${retries.attempts} retries of ${retries.perTryTimeout.toMilliseconds()} ms each starts `
        + `after ${lastStarts} ms, `
        + `and the timeout ends the call at ${timeout.toMilliseconds()} ms: that retry can never happen.`,
      fix: 'Raise the timeout, lower perTryTimeout, or allow fewer attempts.',
    });
  }
}
