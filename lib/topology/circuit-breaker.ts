import { type Declaring, requireDeclaring } from './declaring';
import { ValidationError } from './validation-error';
import { type CircuitBreakerProps, LIMITS, OF_EJECTION, OF_REQUESTS } from './circuit-breaker-props';
import type { ICallee, Replicas } from './references';
import { validateAll } from './rules';

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
    validateAll(LIMITS, path, limits);
    if (Object.values(limits).every(value => value === undefined)) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: 'The circuit breaker has no limit.',
        fix: 'Give at least one, or leave it out.',
      });
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
    assertHealthyWithoutOne(path, limits, callee.replicas);
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
    return this.limits.consecutive5xxErrors !== undefined || this.limits.consecutiveGatewayErrors !== undefined;
  }

  private assertAllEffective(path: string, callee: ICallee): void {
    const ofEjection = OF_EJECTION.filter(name => this.limits[name] !== undefined);
    if (!this.ejects && ofEjection.length > 0) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: `${ofEjection.join(', ')} configures the ejection of endpoints, but no condition for it is set.`,
        fix: 'Give consecutive5xxErrors or consecutiveGatewayErrors as well.',
      });
    }
    const ofRequests = OF_REQUESTS.filter(name => this.limits[name] !== undefined);
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

/**
 * Below `minHealthPercent` requests are sent to all endpoints, ejected ones included: with few replicas the first
 * ejection would have no effect.
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/panic_threshold
 */
function assertHealthyWithoutOne(
  path: string,
  { minHealthPercent = 0 }: CircuitBreakerProps,
  replicas?: Replicas,
): void {
  const remaining = replicas ? Math.floor((100 * (replicas.most - 1)) / replicas.most) : 100;
  if (remaining < minHealthPercent) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary:
        `minHealthPercent is ${minHealthPercent} %, and with one of ${replicas?.most ?? 0} replicas ejected `
        + `${remaining} % remain: requests would be sent to all of them, the ejected one included.`,
      fix: remaining > 0 ? `Give at most ${remaining}, or leave it out.` : 'Leave it out.',
    });
  }
}
