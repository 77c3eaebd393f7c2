import { TelemetryBackend, type TelemetryBackendProps } from '../kubernetes';
import { ValidationError } from '../topology';

/** Properties of {@link AccessLog.standardOutput}. */
export interface AccessLogProps {
  /**
   * A CEL expression over the attributes of Envoy: only requests for which it is true are logged, e.g.
   * `response.code >= 400`.
   * @default - all requests are logged
   * @see https://istio.io/latest/docs/tasks/observability/logs/telemetry-api/#get-started-with-telemetry-api
   */
  readonly filter?: string;
}

/** Properties of {@link AccessLog.openTelemetry}. */
export interface OpenTelemetryLogProps extends AccessLogProps, TelemetryBackendProps {}

/** Where proxies log requests. */
export class AccessLog {
  /** No access log. */
  static none(): AccessLog {
    return new AccessLog();
  }

  /**
   * The standard output of each proxy.
   * @see https://istio.io/latest/docs/tasks/observability/logs/access-log/
   */
  static standardOutput(props: AccessLogProps = {}): AccessLog {
    return new AccessLog('envoy', filterOf('AccessLog.standardOutput', props));
  }

  /**
   * A collector that accepts OTLP over gRPC, by default on port 4317; the installation must have the same.
   * @see https://istio.io/latest/docs/tasks/observability/logs/otel-provider/
   */
  static openTelemetry(props: OpenTelemetryLogProps): AccessLog {
    const path = 'AccessLog.openTelemetry';
    return new AccessLog(
      'opentelemetry-access-log',
      filterOf(path, props),
      new TelemetryBackend(path, { port: 4317, ...props }),
    );
  }

  private constructor(
    /** The name of the provider in the mesh configuration; undefined for no log. */
    readonly provider?: string,
    /** The CEL expression of the requests that are logged; undefined for all. */
    readonly filter?: string,
    /** The collector; undefined for none. */
    readonly backend?: TelemetryBackend,
  ) {}
}

function filterOf(path: string, { filter }: AccessLogProps): string | undefined {
  if (filter?.trim() === '') {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: 'The filter is empty.',
      fix: 'Give a CEL expression, such as `response.code >= 400`, or leave `filter` out.',
    });
  }
  return filter;
}
