import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3' with {
  'resolution-mode': 'import',
};
import { type Labels, type SpecOf, type TopologyChart, transcoders } from '../kubernetes';
import type { Edge } from '../topology';
import { minTlsVersion } from './edge-clients';
import { notFound } from './edge-not-found';
import { rateLimits } from './edge-rate-limits';
import { perClientRateLimits } from './per-client-rate-limits';
import { EnvoyFilter } from './resources';

type Patch = NonNullable<SpecOf<IEnvoyFilter>['configPatches']>[number];

const CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';
const CONNECTION_MANAGER_TYPE =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * Features without an Istio resource: HTTP filters of the gateway's Envoy after token verification, in order of
 * execution.
 */
export function renderEdgeFilters(chart: TopologyChart, edge: Edge, gatewayLabels: Labels): void {
  const filters = [rateLimits(edge), perClientRateLimits(edge), ...transcoders(edge)];
  new EnvoyFilter(chart.scopeOf(edge), 'envoy-filter', {
    metadata: {
      name: `${edge.name}-filters`,
      namespace: edge.namespace,
      // The dependence on Envoy internals is intended.
      annotations: { 'galley.istio.io/analyze-suppress': 'IST0133' },
    },
    spec: {
      priority: 10,
      workloadSelector: { labels: { ...gatewayLabels } },
      configPatches: [
        ...filters.filter(filter => filter !== undefined).map(beforeTheRouter),
        inTheConnectionManager(notFound()),
        ...inTheFilterChains(minTlsVersion(edge)),
      ],
    },
  });
}

function beforeTheRouter(filter: object): Patch {
  return {
    applyTo: 'HTTP_FILTER',
    match: {
      context: 'GATEWAY',
      listener: {
        filterChain: { filter: { name: CONNECTION_MANAGER, subFilter: { name: 'envoy.filters.http.router' } } },
      },
    },
    patch: { operation: 'INSERT_BEFORE', value: filter },
  };
}

/** Those with a connection manager: TLS passthrough has no transport socket. */
function inTheFilterChains(value: object | undefined): Patch[] {
  return value
    ? [
        {
          applyTo: 'FILTER_CHAIN',
          match: {
            context: 'GATEWAY',
            listener: { portNumber: 443, filterChain: { filter: { name: CONNECTION_MANAGER } } },
          },
          patch: { operation: 'MERGE', value },
        },
      ]
    : [];
}

function inTheConnectionManager(settings: object): Patch {
  return {
    applyTo: 'NETWORK_FILTER',
    match: { context: 'GATEWAY', listener: { filterChain: { filter: { name: CONNECTION_MANAGER } } } },
    patch: {
      operation: 'MERGE',
      value: { name: CONNECTION_MANAGER, typed_config: { '@type': CONNECTION_MANAGER_TYPE, ...settings } },
    },
  };
}
