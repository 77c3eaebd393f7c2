import type { Callee } from './callee';
import type { CallerKey } from './caller-key';
import { requireInteger } from './numbers';
import type { Operation } from './operation';
import type { FailureMode, Period } from './per-client-rate-limit';
import type { IService } from './references';
import { ValidationError } from './validation-error';

/** The gRPC service of a rate limiter. */
export const RATE_LIMIT_SERVICE = 'envoy.service.ratelimit.v3.RateLimitService';

/** A limit on the requests of a service, all its pods together. */
export interface GlobalRateLimit {
  /** The number of requests that the pods accept in a period. */
  readonly requests: number;
  /** The period over which requests are counted. */
  readonly per: Period;
  /** The service that counts them, declared by `topology.addRateLimiter`. */
  readonly rateLimiter: Callee;
  /**
   * What happens while requests cannot be counted. Required: one choice disables the limit, the other makes the service
   * unavailable.
   */
  readonly failureMode: FailureMode;
  /**
   * The operation whose requests are counted, besides the limit of all requests. The most specific operation of a
   * request decides.
   * @default - all requests
   */
  readonly operation?: Operation;
  /**
   * What distinguishes callers, each of which has the limit for itself.
   * @default - the limit is for all callers together
   */
  readonly perCaller?: CallerKey;
}

/** What a limit applies to: the service that is limited. */
interface Limited {
  readonly path: string;
  readonly name: string;
}

/** Rejects a limit that the proxies of the service could not enforce beside the others. */
export function validateGlobalRateLimit(
  limited: Limited,
  limit: GlobalRateLimit,
  others: readonly GlobalRateLimit[],
): void {
  const { path, name } = limited;
  const { requests, rateLimiter, failureMode } = limit;
  requireInteger(path, 'The number of requests', requests, 1, 2 ** 31 - 1);
  if (!isRateLimiter(rateLimiter)) {
    throw new ValidationError({
      code: 'NoRateLimiter',
      path,
      summary: `${rateLimiter.name} is not a rate limiter of the topology, so it would not have the limit.`,
      fix: 'Declare `topology.addRateLimiter(…)` with a Redis, and set it as `rateLimiter`.',
    });
  }
  if (Object.is(rateLimiter, limited)) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `${name} would call itself before it responds, so no request could be counted.`,
      fix: 'Leave the limit out, and limit the services that it counts for.',
    });
  }
  const different = others.find(each => each.rateLimiter !== rateLimiter || each.failureMode !== failureMode);
  if (different) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        different.rateLimiter === rateLimiter
          ? `While requests of ${name} cannot be counted, one limit is ${different.failureMode} and another one ${failureMode}.`
          : `Requests of ${name} are counted by ${different.rateLimiter.name} and by ${rateLimiter.name}.`,
      fix: 'Set the same for all limits of the service: its proxies have one rate limiter with one failure mode.',
    });
  }
}

/** Its configuration is mounted into its pods, so they have to be those of the topology. */
function isRateLimiter(callee: Callee & Partial<IService>): boolean {
  return callee.exists === false && callee.ports.some(({ grpcService }) => grpcService === RATE_LIMIT_SERVICE);
}
