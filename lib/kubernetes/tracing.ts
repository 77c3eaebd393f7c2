import { requirePercentage } from '../topology';
import { TelemetryBackend, type TelemetryBackendProps } from './telemetry-backend';
import type { TraceTag } from './trace-tag';

/** Properties of a tracing backend. */
export interface TracingProps extends TelemetryBackendProps {
  /**
   * The share of requests that are traced, in percent.
   * @default 1
   */
  readonly samplingPercent?: number;
  /**
   * Additional tags of each span, by name.
   * @default - the tags that proxies set
   * @see https://istio.io/latest/docs/tasks/observability/distributed-tracing/telemetry-api/#customizing-tracing-tags
   */
  readonly tags?: Readonly<Record<string, TraceTag>>;
}

/** A tracing backend: the installation adds it to the mesh configuration, a topology's Telemetry sends spans to it. */
export class Tracing extends TelemetryBackend {
  /**
   * A collector that accepts OTLP over gRPC, by default on port 4317. Jaeger does, too.
   * @see https://istio.io/latest/docs/tasks/observability/distributed-tracing/opentelemetry/
   */
  static openTelemetry(props: TracingProps): Tracing {
    return new Tracing('Tracing.openTelemetry', 'opentelemetry', 4317, props);
  }

  /**
   * A collector that accepts Zipkin's spans over HTTP, by default on port 9411.
   * @see https://istio.io/latest/docs/tasks/observability/distributed-tracing/zipkin/
   */
  static zipkin(props: TracingProps): Tracing {
    return new Tracing('Tracing.zipkin', 'zipkin', 9411, props);
  }

  /**
   * SkyWalking's backend, by default on port 11800. Only Istio supports it.
   * @see https://istio.io/latest/docs/tasks/observability/distributed-tracing/skywalking/
   */
  static skyWalking(props: TracingProps): Tracing {
    return new Tracing('Tracing.skyWalking', 'skywalking', 11_800, props);
  }

  /** The share of requests that are traced, in percent. */
  readonly samplingPercent: number;
  /** The additional tags of each span. */
  readonly tags: Readonly<Record<string, TraceTag>>;

  private constructor(
    path: string,
    /** The protocol of the spans, and the name of the extension provider in the mesh configuration. */
    readonly provider: 'opentelemetry' | 'zipkin' | 'skywalking',
    port: number,
    props: TracingProps,
  ) {
    super(path, { port, ...props });
    this.samplingPercent = props.samplingPercent ?? 1;
    this.tags = { ...props.tags };
    requirePercentage(path, 'The share of traced requests', this.samplingPercent);
  }
}
