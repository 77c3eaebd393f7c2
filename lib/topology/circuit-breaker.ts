import { type Declaring, requireDeclaring } from './declaring';
import type { Duration } from 'cdk8s';
import { ValidationError } from './validation-error';
import { requireInteger, requirePositive } from './numbers';
import type { ICallee, Replicas } from './references';

/** Limits that protect a callee and its callers. A limit that is left out has the mesh's default. */
export interface CircuitBreakerProps {
  /**
   * The number of consecutive 5xx responses (for TCP: failed connections) after which an endpoint is ejected.
   * @default - no ejection
   */
  readonly consecutive5xxErrors?: number;
  /**
   * How long an endpoint stays ejected, times the number of its ejections.
   * @default - 30 s, Istio's default
   */
  readonly baseEjectionTime?: Duration;
  /**
   * The time between two ejection sweeps.
   * @default - 10 s, Istio's default
   */
  readonly interval?: Duration;
  /**
   * The maximum share of endpoints that may be ejected at once, in percent, as a whole number. Envoy rounds down: of
   * two endpoints, 50 % allows one, 49 % none.
   * @default - what allows one of the declared replicas (50 % of two, 100 % of one), 10 % at least, for each version
   * that is routed to by itself; 100 % where the replicas are not declared here
   */
  readonly maxEjectionPercent?: number;
  /**
   * The maximum number of connections of one proxy to the callee.
   * @default - no limit
   */
  readonly maxConnections?: number;
  /**
   * The maximum number of requests that wait in one proxy for a connection; further requests get 503.
   * @default - no limit
   */
  readonly maxPendingRequests?: number;
  /**
   * The maximum number of concurrent requests of one proxy.
   * @default - no limit
   */
  readonly maxRequests?: number;
  /**
   * The timeout of establishing a connection.
   * @default - 10 s, Istio's default
   */
  readonly connectTimeout?: Duration;
}

/** Istio's default percentage, which allows one of ten endpoints to be ejected. */
const OWN_PERCENT = 10;

/**
 * The percentage that allows one of this number of endpoints to be ejected.
 * @see https://github.com/envoyproxy/envoy/blob/main/source/common/upstream/outlier_detection_impl.cc
 */
function percentOfOne(replicas = 1): number {
  return Math.ceil(100 / Math.max(1, replicas));
}

/** Validated limits, in the terms of a DestinationRule. */
export class CircuitBreaker {
  constructor(
    declaring: Declaring,
    callee: ICallee,
    /** The limits as they are declared. */
    readonly limits: CircuitBreakerProps,
  ) {
    requireDeclaring(declaring, 'CircuitBreaker', 'service.addCircuitBreaker(…)');
    const path = callee.path;
    for (const [what, count] of [
      ['consecutive5xxErrors', limits.consecutive5xxErrors],
      ['maxConnections', limits.maxConnections],
      ['maxPendingRequests', limits.maxPendingRequests],
      ['maxRequests', limits.maxRequests],
    ] as const) {
      if (count !== undefined) {
        requireInteger(path, what, count, 1, 2 ** 31 - 1);
      }
    }
    requirePositive(path, 'baseEjectionTime', limits.baseEjectionTime);
    requirePositive(path, 'interval', limits.interval);
    requirePositive(path, 'connectTimeout', limits.connectTimeout);
    if (limits.maxEjectionPercent !== undefined) {
      requireInteger(path, 'maxEjectionPercent', limits.maxEjectionPercent, 1, 100);
    }
    this.assertAllEffective(path, callee);
    if (!this.canEjectOneOf(callee.replicas)) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary:
          `maxEjectionPercent is ${limits.maxEjectionPercent ?? 0} %, which is less than one of `
          + `${callee.replicas?.most ?? 0} replicas, so no endpoint is ever ejected.`,
        fix: `Give at least ${percentOfOne(callee.replicas?.most)}, or leave it out.`,
      });
    }
  }

  /**
   * The maximum share of endpoints that may be ejected at once, in percent; undefined if Istio's default of 10 % allows
   * one.
   */
  maxEjectionPercent(replicas: Replicas | undefined): number | undefined {
    const percent = percentOfOne(replicas?.least);
    return this.limits.maxEjectionPercent ?? (percent > OWN_PERCENT ? percent : undefined);
  }

  /** Whether an endpoint can be ejected when all of these replicas run. */
  canEjectOneOf(replicas: Replicas | undefined): boolean {
    return (
      !this.ejects || !replicas || (this.maxEjectionPercent(replicas) ?? OWN_PERCENT) >= percentOfOne(replicas.most)
    );
  }

  /** Whether failing endpoints are ejected. */
  get ejects(): boolean {
    return this.limits.consecutive5xxErrors !== undefined;
  }

  private assertAllEffective(path: string, callee: ICallee): void {
    const ofEjection = (['baseEjectionTime', 'interval', 'maxEjectionPercent'] as const).filter(
      name => this.limits[name] !== undefined,
    );
    if (!this.ejects && ofEjection.length > 0) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: `${ofEjection.join(', ')} configures the ejection of endpoints, but no condition for it is set.`,
        fix: 'Give consecutive5xxErrors as well.',
      });
    }
    const ofRequests = (['maxPendingRequests', 'maxRequests'] as const).filter(name => this.limits[name] !== undefined);
    if (ofRequests.length > 0 && !callee.ports.some(port => port.carriesRequests)) {
      throw new ValidationError({
        code: 'NoRequests',
        path,
        summary: `${ofRequests.join(', ')} limits requests, and no port of ${callee.name} carries requests.`,
        fix: 'Limit connections with maxConnections instead.',
      });
    }
  }
}
