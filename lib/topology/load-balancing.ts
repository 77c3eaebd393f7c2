import type { Duration } from 'cdk8s';
import type { HashKey } from './hash-key';
import { type LocalityLoadBalancing, validateLocality } from './locality';
import type { Port } from './port';
import { anyValue, duration, numberFrom, object, type Rules, validateAll } from './rules';
import { ValidationError } from './validation-error';

/**
 * How an endpoint is selected.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-SimpleLB
 */
export enum LoadBalancingAlgorithm {
  /** Of two random endpoints the one with fewer active requests. */
  LEAST_REQUEST = 'LEAST_REQUEST',
  /** Each endpoint in turn. */
  ROUND_ROBIN = 'ROUND_ROBIN',
  /** A random endpoint. */
  RANDOM = 'RANDOM',
}

/**
 * A new endpoint gets a share of the requests that grows until the end of its warm-up.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#WarmupConfiguration
 */
export interface Warmup {
  /** How long the share of a new endpoint grows. */
  readonly duration: Duration;
  /**
   * The share with which it begins, in percent of the full one, from 0 to 100.
   * @default - 10, Envoy's default
   */
  readonly minimumPercent?: number;
  /**
   * The shape of the growth: 1 is linear, a larger number is slower at the beginning and faster at the end.
   * @default - 1, Istio's default
   */
  readonly aggression?: number;
}

/** How the requests to a callee are distributed over its endpoints. */
export interface LoadBalancing {
  /**
   * How an endpoint is selected.
   * @default - least request, Istio's default
   */
  readonly algorithm?: LoadBalancingAlgorithm;
  /**
   * Requests with the same key are sent to the same endpoint, as long as the set of endpoints does not change.
   * @default - requests are distributed by `algorithm`
   */
  readonly consistentHash?: HashKey;
  /**
   * The warm-up of new endpoints, for round robin and least request.
   * @default - none
   */
  readonly warmup?: Warmup;
  /**
   * The regions and zones of endpoints.
   * @default - the mesh's: with a circuit breaker that ejects endpoints, those of the caller's own zone, then region
   */
  readonly locality?: LocalityLoadBalancing;
}

const WARMUP: Rules<Warmup> = {
  duration: duration('The duration of the warm-up'),
  minimumPercent: numberFrom('The minimum share of the warm-up', 0, 100),
  aggression: numberFrom('The aggression of the warm-up', 0.01, 1000),
};

const RULES: Rules<LoadBalancing> = {
  algorithm: anyValue,
  consistentHash: anyValue,
  warmup: object(WARMUP),
  locality: validateLocality,
};

/** Rejects settings that are invalid by themselves, contradict each other, or have no effect on these ports. */
export function validateLoadBalancing(path: string, ports: readonly Port[], declared: LoadBalancing): void {
  validateAll(RULES, path, declared);
  const { algorithm, consistentHash, warmup } = declared;
  if (Object.values(declared).every(value => value === undefined)) {
    throw noEffect(path, 'The load balancing has no setting.', 'Give at least one, or leave it out.');
  }
  if (consistentHash && algorithm) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `A consistent hash selects the endpoint, so the algorithm ${algorithm} would have no effect.`,
      fix: 'Give either `algorithm` or `consistentHash`.',
    });
  }
  if (warmup && (consistentHash || algorithm === LoadBalancingAlgorithm.RANDOM)) {
    throw noEffect(
      path,
      `A warm-up has no effect with ${consistentHash ? 'a consistent hash' : `the algorithm ${algorithm}`}.`,
      'Use LEAST_REQUEST or ROUND_ROBIN, or leave out `warmup`.',
    );
  }
  if (consistentHash?.needsRequests && !ports.some(port => port.carriesRequests)) {
    throw new ValidationError({
      code: 'NoRequests',
      path,
      summary: `The hash key is a part of requests (${consistentHash.kind}), and no port carries requests.`,
      fix: 'Use HashKey.sourceIp(), or declare a port as http, http2 or grpc.',
    });
  }
}

function noEffect(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'NoEffect', path, summary, fix });
}
