import type { Construct } from 'constructs';
import type { EdgeGateway, Labels, TopologyChart, Tracing } from '../kubernetes';
import type { AccessLog } from './access-log';
import { type MetricsProps, metricsOf } from './metrics';
import { Telemetry, type TelemetrySpec as Spec } from './resources';

/** What the target reports. */
interface Observed {
  readonly accessLog: AccessLog;
  readonly gateway: EdgeGateway;
  readonly metrics: MetricsProps;
  readonly tracing?: Tracing;
}

/**
 * The access log of the proxies, traces if a backend is set, and changes of metrics: for each namespace that the
 * topology owns, and elsewhere for each of its workloads. (Istio merges all Telemetries that select a workload.)
 */
export function renderTelemetry(chart: TopologyChart, observed: Observed): void {
  const { topology } = chart;
  const spec = specOf(observed);
  const render = (scope: Construct, name: string, namespace: string, labels?: Labels): void => {
    new Telemetry(scope, 'telemetry', {
      metadata: { name, namespace },
      spec: { ...(labels ? { selector: { matchLabels: { ...labels } } } : {}), ...spec },
    });
  };
  topology.ownNamespaces.forEach(namespace => render(chart.scopeOfNamespace(namespace), 'default', namespace));
  topology.services
    .filter(({ inMesh, exists, namespace }) => inMesh && !exists && !topology.owns(namespace))
    .forEach(service => render(chart.scopeOf(service), service.name, service.namespace, service.selector));
  topology.edges
    .filter(({ namespace }) => !topology.owns(namespace))
    .forEach(edge => render(chart.scopeOf(edge), edge.name, edge.namespace, observed.gateway.labelsOf(edge)));
}

function specOf({ accessLog: { provider, filter }, metrics, tracing }: Observed): Spec {
  return {
    accessLogging: [
      provider === undefined
        ? { disabled: true }
        : {
            providers: [{ name: provider }],
            filter: filter === undefined ? undefined : { expression: filter },
          },
    ],
    tracing: tracing
      ? [
          {
            providers: [{ name: tracing.provider }],
            randomSamplingPercentage: tracing.samplingPercent,
            customTags: tagsOf(tracing),
          },
        ]
      : undefined,
    metrics: metricsOf(metrics),
  };
}

function tagsOf({ tags }: NonNullable<Observed['tracing']>): NonNullable<Spec['tracing']>[number]['customTags'] {
  const entries = Object.entries(tags);
  return entries.length > 0 ? Object.fromEntries(entries.map(([name, tag]) => [name, tag._source])) : undefined;
}
