import type { TopologyChart } from '../kubernetes';
import { Telemetry } from './resources';
import type { IstioSidecars } from './sidecars';

/** For each namespace: an access log on the proxy's standard output, and traces if a backend was given. */
export function renderTelemetry(chart: TopologyChart, { tracing }: IstioSidecars): void {
  for (const namespace of chart.topology.namespaces) {
    new Telemetry(chart.scopeOfNamespace(namespace), 'telemetry', {
      metadata: { name: 'default', namespace },
      spec: {
        accessLogging: [{ providers: [{ name: 'envoy' }] }],
        tracing: tracing ? [{ providers: [{ name: tracing.provider }], randomSamplingPercentage: tracing.samplingPercent }] : undefined,
      },
    });
  }
}
