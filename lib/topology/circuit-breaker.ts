import type { Duration } from 'cdk8s';
import type { Callee } from './callee';
import { Mistake } from './mistake';
import { requireInteger, requirePercentage, requirePositive } from './numbers';

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
   * The most endpoints that may be ejected at once, in percent.
   * @default - 10 %, Istio's own (one endpoint may always be ejected)
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

/** Checked limits, in the terms of a DestinationRule. */
export class CircuitBreaker {
  constructor(callee: Callee, readonly limits: CircuitBreakerProps) {
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
      requirePercentage(where, 'maxEjectedPercent', limits.maxEjectedPercent);
    }
    this.refuseWhatHasNoEffect(where, callee);
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
