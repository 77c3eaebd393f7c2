import { type Declaring, requireDeclaring } from './declaring';
import type { Duration } from 'cdk8s';
import type { Callee } from './callee';
import { Mistake } from './mistake';
import { requireInteger, requirePositive } from './numbers';

/** Limits that protect a callee and its callers. Everything left out is left to the mesh's own default. */
export interface CircuitBreakerProps {
  /**
   * 5xx answers (for TCP: failed connections) in a row after which an endpoint is ejected.
   * @default - no ejection
   */
  readonly consecutiveErrors?: number;
  /**
   * How long an endpoint stays ejected, times the number of its ejections.
   * @default - 30 s, Istio's own
   */
  readonly ejectFor?: Duration;
  /**
   * The time between two looks at the endpoints.
   * @default - 10 s, Istio's own
   */
  readonly interval?: Duration;
  /**
   * The most endpoints that may be ejected at once, in percent, as a whole number. Envoy rounds down: of two endpoints 50 % permits one, 49 % none.
   * @default - what permits one of the declared replicas (50 % of two, 100 % of one), 10 % at least, for each version that is routed to by itself;
   * 100 % where the replicas are not declared here
   */
  readonly maxEjectedPercent?: number;
  /**
   * Connections that one proxy may hold to the callee.
   * @default - no limit
   */
  readonly maxConnections?: number;
  /**
   * Requests that may wait in one proxy for a connection; what comes on top is answered with 503.
   * @default - no limit
   */
  readonly maxPendingRequests?: number;
  /**
   * Requests that one proxy may have under way.
   * @default - no limit
   */
  readonly maxRequests?: number;
  /**
   * The time to make a connection.
   * @default - 10 s, Istio's own
   */
  readonly connectTimeout?: Duration;
}

/** How many endpoints there are. */
export interface Replicas {
  /** The number of endpoints at least; with autoscaling, its minimum. */
  readonly least: number;
  /** The number of endpoints at most. */
  readonly most: number;
}

/** Istio's own percentage, by which one of ten endpoints may be ejected. */
const OWN_PERCENT = 10;

/**
 * The percentage that permits one endpoint of so many to be ejected.
 * @see https://github.com/envoyproxy/envoy/blob/main/source/common/upstream/outlier_detection_impl.cc
 */
function percentOfOne(replicas = 1): number {
  return Math.ceil(100 / Math.max(1, replicas));
}

/** Checked limits, in the terms of a DestinationRule. */
export class CircuitBreaker {
  constructor(
    declaring: Declaring,
    callee: Callee,
    /** The limits as they are declared. */
    readonly limits: CircuitBreakerProps,
  ) {
    requireDeclaring(declaring, 'CircuitBreaker', 'service.breakAt(…)');
    const where = callee.path;
    for (const [what, count] of [
      ['consecutiveErrors', limits.consecutiveErrors],
      ['maxConnections', limits.maxConnections],
      ['maxPendingRequests', limits.maxPendingRequests],
      ['maxRequests', limits.maxRequests],
    ] as const) {
      if (count !== undefined) {
        requireInteger(where, what, count, 1, 2 ** 31 - 1);
      }
    }
    requirePositive(where, 'ejectFor', limits.ejectFor);
    requirePositive(where, 'interval', limits.interval);
    requirePositive(where, 'connectTimeout', limits.connectTimeout);
    if (limits.maxEjectedPercent !== undefined) {
      requireInteger(where, 'maxEjectedPercent', limits.maxEjectedPercent, 1, 100);
    }
    this.refuseWhatHasNoEffect(where, callee);
    if (!this.canEjectOneOf(callee.replicas)) {
      throw new Mistake({
        code: 'NoEffect',
        where,
        problem: `maxEjectedPercent is ${limits.maxEjectedPercent ?? 0} %, which is less than one of ${callee.replicas?.most ?? 0} replicas, so none is ever ejected.`,
        remedy: `Give ${percentOfOne(callee.replicas?.most)} at least, or leave it out.`,
      });
    }
  }

  /** The most of so many endpoints that may be ejected at once, in percent; undefined where Istio's own 10 % permits one. */
  maxEjectionPercent(replicas: Replicas | undefined): number | undefined {
    const percent = percentOfOne(replicas?.least);
    return this.limits.maxEjectedPercent ?? (percent > OWN_PERCENT ? percent : undefined);
  }

  /** Whether an endpoint can be ejected when all of these are there. */
  canEjectOneOf(replicas: Replicas | undefined): boolean {
    return !this.ejects || !replicas || (this.maxEjectionPercent(replicas) ?? OWN_PERCENT) >= percentOfOne(replicas.most);
  }

  /** Whether failing endpoints are ejected. */
  get ejects(): boolean {
    return this.limits.consecutiveErrors !== undefined;
  }

  private refuseWhatHasNoEffect(where: string, callee: Callee): void {
    const ofEjection = (['ejectFor', 'interval', 'maxEjectedPercent'] as const).filter(name => this.limits[name] !== undefined);
    if (!this.ejects && ofEjection.length > 0) {
      throw new Mistake({
        code: 'NoEffect',
        where,
        problem: `${ofEjection.join(', ')} says how endpoints are ejected, but nothing says when.`,
        remedy: 'Give consecutiveErrors as well.',
      });
    }
    const ofRequests = (['maxPendingRequests', 'maxRequests'] as const).filter(name => this.limits[name] !== undefined);
    if (ofRequests.length > 0 && !callee.ports.some(port => port.carriesRequests)) {
      throw new Mistake({
        code: 'NoRequests',
        where,
        problem: `${ofRequests.join(', ')} counts requests, and no port of ${callee.name} carries any.`,
        remedy: 'Bound connections with maxConnections instead.',
      });
    }
  }
}
