import type { IBackendTrafficPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1' with { 'resolution-mode': 'import' };
import type { SpecOf, TopologyChart } from '../kubernetes';
import { type ClientLimit, type Edge, type Operation, Period, type Throttle } from '../topology';
import { headersOfClient } from './client-headers';
import { BackendTrafficPolicy } from './resources';

type RateLimit = NonNullable<SpecOf<IBackendTrafficPolicy>['rateLimit']>;
type Rule = NonNullable<RateLimit['local']>['rules'] extends (infer Each)[] | undefined ? Each : never;
type Selector = NonNullable<Rule['clientSelectors']>[number];

const UNITS = { [Period.SECOND]: 'Second', [Period.MINUTE]: 'Minute', [Period.HOUR]: 'Hour', [Period.DAY]: 'Day' } as const;

/** The throttles of an edge, which each proxy counts by itself, and the limits of its clients, which all count together. Envoy Gateway knows no burst beyond the rate. */
export function renderTrafficPolicy(chart: TopologyChart, edge: Edge): void {
  const local = throttlesOf(edge);
  const global = limitsOf(edge);
  if (local.length + global.length === 0) {
    return;
  }
  new BackendTrafficPolicy(chart.scopeOf(edge), 'traffic-policy', {
    metadata: { name: edge.name, namespace: edge.namespace },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: edge.name }],
      rateLimit: { local: local.length > 0 ? { rules: local } : undefined, global: global.length > 0 ? { rules: global } : undefined },
    },
  });
}

function throttlesOf(edge: Edge): Rule[] {
  return [
    ...edge.routes.flatMap(({ throttle, operation }) => throttle ? [{ clientSelectors: [selectorOf(operation)], limit: limitOf(throttle) }] : []),
    ...(edge.throttle ? [{ limit: limitOf(edge.throttle) }] : []),
  ];
}

function limitsOf(edge: Edge): Rule[] {
  if (edge.managed) {
    return [];
  }
  return [
    ...edge.routes.flatMap(({ clientLimit, operation }) => clientLimit ? [ruleFor(clientLimit, selectorOf(operation))] : []),
    ...(edge.clientLimit ? [ruleFor(edge.clientLimit, {})] : []),
  ];
}

/** All routes share the count: a limit of the edge is of the edge, and one of a route is told apart by what is asked. */
function ruleFor({ client, requests, per }: ClientLimit, selector: Selector): Rule {
  const headers = headersOfClient(client).map(name => ({ name, type: 'Distinct' as const }));
  return { clientSelectors: [{ ...selector, headers }], limit: { requests, unit: UNITS[per] }, shared: true };
}

function limitOf({ rate }: Throttle): Rule['limit'] {
  return { requests: rate, unit: 'Second' };
}

function selectorOf({ method, path }: Operation): Selector {
  return {
    methods: method ? [{ value: method as 'GET' }] : undefined,
    path: path.isExact ? { type: 'Exact', value: path.text } : { type: 'RegularExpression', value: path.toRegex() },
  };
}
