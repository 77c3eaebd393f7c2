import type { Duration } from 'cdk8s';
import { requireDuration } from './numbers';
import { ValidationError } from './validation-error';

/** How fast responses are. */
export interface LatencyObjective {
  /** The share of requests with a response in time, in percent, e.g. 99. From 93.1 to 99.999. */
  readonly percent: number;
  /**
   * The time from the request to the end of the response, as the proxy of the caller, or the gateway, measures it: one
   * that has a bucket in Envoy's histograms, i.e. 1, 5, 10, 25, 50, 100, 250 or 500 ms, or 1, 2.5, 5, 10, 30 or 60 s;
   * at Linkerd's proxies 50 ms, 500 ms, 1 s or 10 s.
   * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/metrics/v3/stats.proto#config-metrics-v3-histogrambucketsettings
   */
  readonly within: Duration;
}

/** Service level objectives, over 30 days. */
export interface Slo {
  /**
   * The share of requests without a failure of the callee, in percent, e.g. 99.9. From 93.1 to 99.999. Failures are
   * responses with 5xx and connections that fail; for gRPC also UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED,
   * INTERNAL, UNAVAILABLE and DATA_LOSS.
   * @default - no objective
   */
  readonly availability?: number;
  /** @default - no objective */
  readonly latency?: LatencyObjective;
}

/** Rejects objectives that no alert could watch, and a declaration without any. */
export function validateSlo(path: string, slo: Slo): void {
  const { availability, latency } = slo;
  if (availability === undefined && latency === undefined) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: '`slo` has neither `availability` nor `latency`.',
      fix: 'Give one of them, or leave `slo` out.',
    });
  }
  if (availability !== undefined) {
    requireObjective(path, 'availability', availability);
  }
  if (latency !== undefined) {
    requireObjective(path, 'latency.percent', latency.percent);
    requireDuration(path, '`slo.latency.within`', latency.within);
    const milliseconds = latency.within.toMilliseconds();
    if (!BUCKETS.includes(milliseconds)) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: `\`slo.latency.within\` is ${milliseconds} ms, and the histograms of proxies have no bucket that ends there.`,
        fix: `Give one of ${BUCKETS.join(', ')} ms.`,
      });
    }
  }
}

/** The limits of buckets in Envoy's histograms, in milliseconds, that are an objective. */
const BUCKETS = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

/**
 * The largest burn rate that alerts watch: 2 % of the budget of 30 days in one hour.
 * @see https://sre.google/workbook/alerting-on-slos/
 */
const FASTEST_BURN = 14.4;

function requireObjective(path: string, name: string, percent: number): void {
  const isWatched = (FASTEST_BURN * (100 - percent)) / 100 < 1;
  if (!(percent <= 99.999 && isWatched)) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: isWatched
        ? `\`slo.${name}\` is ${percent} %, of which no failure in 30 days would be left.`
        : `\`slo.${name}\` is ${percent} %: even if every request failed, the budget would not burn 14.4 times as fast as it may.`,
      fix: 'Give a percentage from 93.1 to 99.999.',
    });
  }
}
