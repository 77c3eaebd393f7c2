import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Slo } from '../topology';
import { burnRateRules, type Objective } from './burn-rate-rules';
import { Phase } from './phases';
import { absentSeries, type CountedRequests, failureRatio, lateRatio, type RequestSeries } from './request-series';
import type { Labels } from './topology-chart';

/** How the requests of objectives are measured. */
interface Measurement<Source = RequestSeries> {
  /** The requests, such as `requests to shop/payment`. */
  readonly requests: string;
  /** The labels of the recorded series and of the alerts. */
  readonly labels: Labels;
  /** The series that count them: each request is in one of the sources. */
  readonly sources: readonly Source[];
}

/** The objectives for requests that are measured in one way. */
export function objectivesOf({ availability, latency }: Slo, measurement: Measurement): Objective[] {
  const { requests, labels, sources } = measurement;
  const milliseconds = latency?.within.toMilliseconds() ?? 0;
  return [
    ...(availability === undefined ? [] : [availabilityOf(availability, measurement)]),
    ...(latency === undefined
      ? []
      : [
          {
            name: 'latency',
            budget: 1 - latency.percent / 100,
            missed: `Responses of ${requests} after more than ${milliseconds} ms`,
            ratio: (window: string) => lateRatio(sources, milliseconds, window),
            absent: absentSeries(sources),
            labels,
          },
        ]),
  ];
}

/** The objective that a share of requests, in percent, does not fail. */
export function availabilityOf(percent: number, measurement: Measurement<CountedRequests>): Objective {
  const { requests, labels, sources } = measurement;
  return {
    name: 'availability',
    budget: 1 - percent / 100,
    missed: `Failures of ${requests}`,
    ratio: window => failureRatio(sources, window),
    absent: absentSeries(sources),
    labels,
  };
}

/**
 * Adds a PrometheusRule.
 * @param name its name; a dot is in no name of a service
 * @see https://prometheus-operator.dev/docs/api-reference/api/
 */
export function renderPrometheusRule(
  scope: Construct,
  { name, namespace }: { readonly name: string; readonly namespace: string },
  objectives: readonly Objective[],
  monitoringLabels: Labels,
): void {
  new ApiObject(monitoringScope(scope, name), 'prometheus-rule', {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name, namespace, labels: { ...monitoringLabels } },
    spec: { groups: [{ name: `${namespace}.${name}`, rules: objectives.flatMap(burnRateRules) }] },
  });
}

/** What is scraped: a port of pods, by its name, every 15 seconds. */
export interface Scraped {
  readonly name: string;
  readonly namespace: string;
  readonly port: string;
  readonly path: string;
  /** The labels of pods that their series have as well. @default - none */
  readonly podTargetLabels?: readonly string[];
  /** @default - those of its own namespace */
  readonly podNamespace?: string;
  /** @default - all pods */
  readonly podLabels?: Labels;
}

/** The path of the metrics of Envoy's proxies. */
export const ENVOY_METRICS = '/stats/prometheus';

/** Adds a PodMonitor for proxies. */
export function renderPodMonitor(scope: Construct, scraped: Scraped, monitoringLabels: Labels): void {
  const { name, namespace, port, path, podTargetLabels, podNamespace, podLabels } = scraped;
  new ApiObject(monitoringScope(scope, 'monitoring'), 'pod-monitor', {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name, namespace, labels: { ...monitoringLabels } },
    spec: {
      ...(podNamespace === undefined ? {} : { namespaceSelector: { matchNames: [podNamespace] } }),
      selector: podLabels ? { matchLabels: { ...podLabels } } : {},
      ...(podTargetLabels === undefined ? {} : { podTargetLabels }),
      podMetricsEndpoints: [{ port, path, interval: '15s' }],
    },
  });
}

/** Rules and monitors come with the policies: nothing waits for them. */
function monitoringScope(scope: Construct, id: string): Construct {
  const place = new Construct(scope, id);
  Phase.POLICIES.assignTo(place);
  return place;
}
