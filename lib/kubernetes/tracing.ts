/** Properties of an OpenTelemetry tracing backend. */
export interface OpenTelemetryProps {
  /** The collector's Service. */
  readonly service: string;
  /** The namespace of that Service. */
  readonly namespace: string;
  /**
   * The port that accepts OTLP over gRPC.
   * @default 4317
   */
  readonly port?: number;
  /**
   * The share of requests that are traced, in percent.
   * @default 1
   */
  readonly samplingPercent?: number;
}

/** A tracing backend: the installation adds it to the mesh configuration, a topology's Telemetry sends spans to it. */
export class Tracing {
  /**
   * A collector that accepts OTLP.
   * @see https://istio.io/latest/docs/tasks/observability/distributed-tracing/opentelemetry/
   */
  static openTelemetry(props: OpenTelemetryProps): Tracing {
    return new Tracing(props.service, props.namespace, props.port ?? 4317, props.samplingPercent ?? 1);
  }

  /** The name of the extension provider in the mesh configuration. */
  readonly provider = 'opentelemetry';

  private constructor(
    /** The name of the collector's Service. */
    readonly service: string,
    /** The namespace of that Service. */
    readonly namespace: string,
    /** The port that accepts OTLP over gRPC. */
    readonly port: number,
    /** The share of requests that are traced, in percent. */
    readonly samplingPercent: number,
  ) {}

  /** The collector's host name. */
  host(clusterDomain: string): string {
    return `${this.service}.${this.namespace}.svc.${clusterDomain}`;
  }
}
