import { requireHeaderName } from '../names';
import { requirePercentage } from '../numbers';
import { ValidationError } from '../validation-error';

/**
 * What the proxies of one service report, in place of the settings of the mesh.
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 */
export interface ServiceTelemetry {
  /**
   * The share of requests with traces, in percent.
   * @default - that of the mesh
   */
  readonly samplingPercent?: number;
  /**
   * Further tags of spans: the value of each tag.
   * @default - those of the mesh
   */
  readonly traceTags?: { readonly [tag: string]: string };
  /**
   * Further tags of spans with the value of a request header: the header of each tag.
   * @default - those of the mesh
   */
  readonly traceHeaderTags?: { readonly [tag: string]: string };
  /**
   * Whether its proxies log requests.
   * @default - as the mesh
   */
  readonly accessLog?: boolean;
  /**
   * A CEL expression: only requests for which it is true are logged, e.g. `response.code >= 400`.
   * @default - that of the mesh
   */
  readonly accessLogFilter?: string;
}

/** Rejects settings that are invalid, or that contradict each other. */
export function validateTelemetry(path: string, telemetry: ServiceTelemetry, isReported: boolean): void {
  const { samplingPercent, traceTags = {}, traceHeaderTags = {}, accessLog, accessLogFilter } = telemetry;
  if (samplingPercent !== undefined) {
    requirePercentage(path, 'The share of traces', samplingPercent);
  }
  Object.values(traceHeaderTags).forEach(header => {
    requireHeaderName(path, header);
  });
  const twice = Object.keys(traceTags).find(tag => Object.hasOwn(traceHeaderTags, tag));
  const problem =
    twice !== undefined
      ? `The tag "${twice}" would have two values.`
      : accessLog === false && accessLogFilter !== undefined
        ? 'The filter selects requests of an access log that is disabled.'
        : isReported
          ? undefined
          : 'It has no proxies that report requests.';
  if (problem !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: problem,
      fix: 'Leave one of the two out of `telemetry`, or leave `telemetry` out of a service without proxies of its own.',
    });
  }
  const empty = [...Object.entries(traceTags), ['accessLogFilter', accessLogFilter ?? '-'] as const].find(
    ([name, value]) => name === '' || value.trim() === '',
  );
  if (empty) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${empty[0]}" of the telemetry is empty.`,
      fix: 'Give a text, or leave it out.',
    });
  }
}
