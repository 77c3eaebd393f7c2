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
