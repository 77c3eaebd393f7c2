import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import { ApiObject } from 'cdk8s';
import { failureRatio, lateRatio, type SpecOf, type TopologyChart } from '../kubernetes';
import { type Callee, type ProgressiveRollout, Service, ValidationError } from '../topology';
import { hostBeside } from './host-beside';
import { requestSeries } from './request-metrics';
import { DestinationRule } from './resources';
import { httpRoutes } from './routes';
import { trafficPolicyOf } from './traffic-policy';

type HttpRoute = NonNullable<SpecOf<IVirtualService>['http']>[number];

/** The rules of a callee's VirtualService. The controller of a rollout finds those whose weights it sets by name. */
export function rulesOf(callee: Callee, calls = callee.incomingCalls): HttpRoute[] {
  const rules = callee.ports.filter(port => port.carriesRequests).flatMap(port => httpRoutes(callee, port, calls));
  return callee instanceof Service && callee.progressiveRollout
    ? rules.map((rule, index) => (rule.route ? { name: `rollout-${index + 1}`, ...rule } : rule))
    : rules;
}

/** The rules whose weights the controller of a rollout sets. Without one, new pods would get no request. */
export function trafficRoutingOf(service: Service): object {
  const routes = rulesOf(service).flatMap(({ name }) => name ?? []);
  if (routes.length === 0) {
    throw new ValidationError({
      code: 'NoEffect',
      path: service.path,
      summary: 'No call leads to it, so during its rollout new pods would get no request.',
      fix: 'Declare a call of it, or leave `rollout` out: requests of edges are not divided.',
    });
  }
  return { istio: { virtualService: { name: service.name, routes } } };
}

/** For each service with a rollout the analysis of its new pods, and the limits of the connections to both. */
export function renderRollouts(chart: TopologyChart): void {
  for (const service of chart.topology.services) {
    const { progressiveRollout: rollout, name, namespace } = service;
    if (!rollout) {
      continue;
    }
    const scope = chart.scopeOf(service);
    new ApiObject(scope, 'analysis', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name, namespace },
      spec: { metrics: metricsOf(service, rollout) },
    });
    const trafficPolicy = trafficPolicyOf(service);
    for (const of of trafficPolicy ? [rollout.stableService, rollout.canaryService] : []) {
      new DestinationRule(scope, `destination-rule-${of}`, {
        metadata: { name: of, namespace },
        spec: { host: hostBeside(service, of), trafficPolicy },
      });
    }
  }
}

/** A measurement without any request neither succeeds nor fails: the rollout pauses until it is decided by hand. */
function metricsOf(service: Service, rollout: ProgressiveRollout): object[] {
  const { burnRate, intervalSeconds, measurements: count, prometheus: address, canaryService } = rollout;
  const { availability, latency } = service.objects.slo ?? {};
  const sources = [requestSeries({ callee: service, host: hostBeside(service, canaryService), reporter: 'source' })];
  const seconds = `${intervalSeconds}s`;
  const metric = (name: string, percent: number, query: string): object => {
    const limit = Number((burnRate * (1 - percent / 100)).toFixed(8));
    return {
      name,
      initialDelay: seconds,
      interval: seconds,
      count,
      successCondition: `len(result) > 0 && result[0] <= ${limit}`,
      failureCondition: `len(result) > 0 && result[0] > ${limit}`,
      provider: { prometheus: { address, query } },
    };
  };
  return [
    ...(availability === undefined ? [] : [metric('availability', availability, failureRatio(sources, seconds))]),
    ...(latency === undefined
      ? []
      : [metric('latency', latency.percent, lateRatio(sources, latency.within.toMilliseconds(), seconds))]),
  ];
}
