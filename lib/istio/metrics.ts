import { ValidationError } from '../topology';
import type { TelemetrySpec } from './resources';

/** Changes of the metrics that proxies report. */
export interface MetricsProps {
  /**
   * Additional dimensions of each metric: a CEL expression over the attributes of Envoy, by name, e.g.
   * `{ request_host: 'request.host' }`. Each distinct value is a time series of its own.
   * @default - none
   * @see https://istio.io/latest/docs/tasks/observability/metrics/customize-metrics/
   */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Dimensions that are removed from each metric, e.g. `grpc_response_status`.
   * @default - none
   * @see https://istio.io/latest/docs/reference/config/metrics/#labels
   */
  readonly removedTags?: readonly string[];
}

/** The overrides of all metrics, as a Telemetry has them; undefined if nothing changes. */
export function metricsOf({ tags = {}, removedTags = [] }: MetricsProps): TelemetrySpec['metrics'] {
  const tagOverrides = {
    ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, { operation: 'UPSERT' as const, value }])),
    ...Object.fromEntries(removedTags.map(name => [name, { operation: 'REMOVE' as const }])),
  };
  return Object.keys(tagOverrides).length === 0
    ? undefined
    : [{ providers: [{ name: 'prometheus' }], overrides: [{ tagOverrides }] }];
}

/** Rejects names that no metric can have, expressions that are empty, and tags that are both set and removed. */
export function validateMetrics(path: string, { tags = {}, removedTags = [] }: MetricsProps): void {
  for (const name of [...Object.keys(tags), ...removedTags].filter(each => !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(each))) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `${JSON.stringify(name)} is not the name of a dimension of a metric.`,
      fix: 'Use letters, digits and "_", not beginning with a digit.',
    });
  }
  for (const [name, expression] of Object.entries(tags)) {
    if (expression.trim() === '' || removedTags.includes(name)) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary:
          expression.trim() === ''
            ? `The dimension ${name} has no expression.`
            : `The dimension ${name} is both set and removed.`,
        fix: 'Give a CEL expression in `tags`, or list the name in `removedTags`.',
      });
    }
  }
}
