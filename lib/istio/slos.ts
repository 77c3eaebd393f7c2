import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type Labels, Phase, type TopologyChart } from '../kubernetes';
import { type Call, type Callee, type Service, type Slo, ValidationError } from '../topology';
import { burnRateRules, type Objective, type PrometheusRuleItem } from './burn-rate-rules';
import { renderDashboard } from './dashboard';
import type { MetricsProps } from './metrics';
import { type CountedRequests, DIMENSIONS, failureRatio, lateRatio, reporterOf, selectorOf } from './request-metrics';
import type { Waypoints } from './waypoints';

/** What the target measures, and how its objects are found. */
export interface Monitored {
  readonly metrics: MetricsProps;
  readonly monitoringLabels: Labels;
  readonly waypoints?: Waypoints;
  principal(namespace: string, serviceAccount: string): string;
}

/**
 * For each service with objectives, or with calls that have some, a PrometheusRule; if there is any, a PodMonitor in each
 * namespace of the topology and a dashboard.
 * @see https://prometheus-operator.dev/docs/api-reference/api/
 */
export function renderSlos(chart: TopologyChart, monitored: Monitored): void {
  const { topology } = chart;
  const { monitoringLabels } = monitored;
  const declared = topology.services.flatMap(service => rulesOf(service, monitored));
  const [first] = declared;
  if (!first) {
    return;
  }
  requireDimensions(first.service, monitored.metrics);
  for (const { service, name, rules } of declared) {
    new ApiObject(scopeIn(chart.scopeOf(service), name), 'prometheus-rule', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name, namespace: service.namespace, labels: { ...monitoringLabels } },
      spec: { groups: [{ name: `${service.namespace}.${name}`, rules }] },
    });
  }
  for (const namespace of topology.ownNamespaces) {
    new ApiObject(scopeIn(chart.scopeOfNamespace(namespace), 'monitoring'), 'pod-monitor', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: { name: 'istio-proxies', namespace, labels: { ...monitoringLabels } },
      spec: {
        selector: {},
        // Pods of sidecars, waypoints and gateways have a port of this name.
        podMetricsEndpoints: [{ port: 'http-envoy-prom', path: '/stats/prometheus', interval: '15s' }],
      },
    });
  }
  renderDashboard(chart, monitoringLabels, monitored.waypoints);
}

interface RulesOfService {
  readonly service: Service;
  readonly name: string;
  readonly rules: readonly PrometheusRuleItem[];
}

/** The rules for all requests to a service, and those for its calls. A dot is in no name of a service. */
function rulesOf(service: Service, monitored: Monitored): RulesOfService[] {
  const { objects, outgoingCalls } = service;
  const ofService = objects.slo
    ? objectivesOf(
        objects.slo,
        { callee: service, reporter: reporterOf(service, monitored.waypoints) },
        labelsOf(service),
      )
    : [];
  const ofCalls = outgoingCalls.flatMap(call => objectivesOfCall(call, service, monitored));
  return [
    { service, name: `${service.name}.slo`, rules: ofService.flatMap(burnRateRules) },
    { service, name: `${service.name}.calls.slo`, rules: ofCalls.flatMap(burnRateRules) },
  ].filter(({ rules }) => rules.length > 0);
}

function objectivesOfCall({ slo, callee }: Call, caller: Service, monitored: Monitored): Objective[] {
  const counted = {
    callee: callee as Callee,
    reporter: reporterOf(callee as Callee, monitored.waypoints),
    caller: `spiffe://${monitored.principal(caller.namespace, caller.serviceAccount)}`,
  };
  if (slo && callee.host.startsWith('*')) {
    throw new ValidationError({
      code: 'Contradiction',
      path: `${caller.path} → ${callee.name}`,
      summary: `Its host is the pattern ${callee.host}, and metrics have the host of each request.`,
      fix: 'Declare an external service for each host, or remove `slo` of the call.',
    });
  }
  const labels = { ...labelsOf(counted.callee), caller: `${caller.namespace}/${caller.name}` };
  return slo ? objectivesOf(slo, counted, labels) : [];
}

function labelsOf({ namespace, name }: Callee): Labels {
  return { namespace, service: name };
}

function objectivesOf({ availability, latency }: Slo, counted: CountedRequests, labels: Labels): Objective[] {
  const requests = `requests ${labels.caller ? `of ${labels.caller} ` : ''}to ${labels.namespace}/${labels.service}`;
  const absent = `absent(istio_requests_total{${selectorOf(counted)}})`;
  return [
    ...(availability === undefined
      ? []
      : [
          {
            name: 'availability',
            budget: 1 - availability / 100,
            missed: `Failures of ${requests}`,
            ratio: (window: string) => failureRatio(counted, window),
            ...{ labels, absent },
          },
        ]),
    ...(latency === undefined
      ? []
      : [
          {
            name: 'latency',
            budget: 1 - latency.percent / 100,
            missed: `Responses of ${requests} after more than ${latency.within.toMilliseconds()} ms`,
            ratio: (window: string) => lateRatio(counted, latency.within.toMilliseconds(), window),
            ...{ labels, absent },
          },
        ]),
  ];
}

function requireDimensions({ path }: Service, { removedTags = [] }: MetricsProps): void {
  const removed = DIMENSIONS.filter(each => removedTags.includes(each));
  if (removed.length > 0) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `Service level objectives are measured by ${removed.join(', ')}, which \`metrics.removedTags\` removes.`,
      fix: 'Keep these dimensions, or remove `slo`.',
    });
  }
}

/** Rules and monitors come with the policies: nothing waits for them. */
function scopeIn(scope: Construct, id: string): Construct {
  const place = new Construct(scope, id);
  Phase.POLICIES.assignTo(place);
  return place;
}
