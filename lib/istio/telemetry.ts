import type { Construct } from 'constructs';
import {
  type EdgeGateway,
  elsewhere,
  type Labels,
  podsElsewhere,
  type TopologyChart,
  TraceTag,
  type Tracing,
} from '../kubernetes';
import { type Service, ValidationError } from '../topology';
import type { AccessLog } from './access-log';
import { type MetricsProps, metricsOf } from './metrics';
import { Telemetry, type TelemetrySpec as Spec } from './resources';
import type { Waypoints } from './waypoints';

/** What the target reports. */
interface Observed {
  readonly accessLog: AccessLog;
  readonly gateway: EdgeGateway;
  readonly metrics: MetricsProps;
  readonly tracing?: Tracing;
  readonly waypoints?: Waypoints;
}

/**
 * The access log of the proxies, traces if a backend is set, and changes of metrics: for each namespace that the
 * topology owns, and elsewhere for each of its workloads. (Istio merges all Telemetries that select a workload.)
 */
export function renderTelemetry(chart: TopologyChart, observed: Observed): void {
  const { topology } = chart;
  const spec = specOf(observed);
  const render = (scope: Construct, name: string, namespace: string, labels?: Labels, own?: Spec): void => {
    new Telemetry(scope, 'telemetry', {
      metadata: { name, namespace },
      spec: { ...(labels ? { selector: { matchLabels: { ...labels } } } : {}), ...spec, ...own },
    });
  };
  topology.ownNamespaces.forEach(namespace => render(chart.scopeOfNamespace(namespace), 'default', namespace));
  topology.services
    // ztunnel has no telemetry of single workloads.
    .filter(service => service.inMesh && !service.exists && !topology.owns(service.namespace))
    .filter(service => observed.waypoints?.hasSidecar(service) ?? true)
    .forEach(service =>
      render(chart.scopeOf(service), service.name, service.namespace, service.selector, ownSpecOf(service, observed)),
    );
  topology.services
    .filter(
      ({ objects, exists, namespace, isForeign }) =>
        objects.telemetry && !isForeign && (exists || topology.owns(namespace)),
    )
    .forEach(service => {
      new Telemetry(chart.scopeOf(service), 'telemetry', {
        metadata: { name: service.name, namespace: service.namespace, ...elsewhere(podsElsewhere(service)) },
        spec: {
          ...(observed.waypoints?.isBefore(service)
            ? { targetRefs: observed.waypoints.targetRefs(service) }
            : { selector: { matchLabels: { ...service.selector } } }),
          ...ownSpecOf(service, observed),
        },
      });
    });
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
            customTags: tagsOf(tracing.tags),
          },
        ]
      : undefined,
    metrics: metricsOf(metrics),
  };
}

/**
 * The settings of one service in place of those of its namespace: providers and tags are repeated, since Istio replaces
 * lists as a whole.
 */
function ownSpecOf({ path, objects }: Service, { accessLog: { provider, filter: usual }, tracing }: Observed): Spec {
  const { samplingPercent, traceTags, traceHeaderTags, accessLog, accessLogFilter } = objects.telemetry ?? {};
  const ofTraces = samplingPercent !== undefined || traceTags !== undefined || traceHeaderTags !== undefined;
  const ofLogs = accessLog !== undefined || accessLogFilter !== undefined;
  if ((ofTraces && !tracing) || (ofLogs && provider === undefined)) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: `The mesh has no ${ofTraces && !tracing ? 'tracing backend' : 'access log'}, so \`telemetry\` would have no effect.`,
      fix: 'Declare it by `tracing` or `accessLog` of Mesh.istio, or leave the setting out.',
    });
  }
  const filter = accessLogFilter ?? usual;
  return {
    ...(ofLogs && provider !== undefined
      ? {
          accessLogging: [
            {
              providers: [{ name: provider }],
              ...(accessLog === false
                ? { disabled: true }
                : filter === undefined
                  ? {}
                  : { filter: { expression: filter } }),
            },
          ],
        }
      : {}),
    ...(ofTraces && tracing
      ? {
          tracing: [
            {
              providers: [{ name: tracing.provider }],
              randomSamplingPercentage: samplingPercent ?? tracing.samplingPercent,
              customTags: tagsOf({
                ...tracing.tags,
                ...mapped(traceTags, TraceTag.literal),
                ...mapped(traceHeaderTags, name => TraceTag.header(name)),
              }),
            },
          ],
        }
      : {}),
  };
}

function mapped(
  tags: Readonly<Record<string, string>> = {},
  tag: (value: string) => TraceTag,
): Record<string, TraceTag> {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, tag(value)]));
}

function tagsOf(tags: NonNullable<Observed['tracing']>['tags']): NonNullable<Spec['tracing']>[number]['customTags'] {
  const entries = Object.entries(tags);
  return entries.length > 0 ? Object.fromEntries(entries.map(([name, tag]) => [name, tag._source])) : undefined;
}
