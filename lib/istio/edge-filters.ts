import { type Labels, type TopologyChart, transcoders } from '../kubernetes';
import type { Edge } from '../topology';
import { minTlsVersion } from './edge-clients';
import { notFound } from './edge-not-found';
import { rateLimits } from './edge-rate-limits';
import { beforeTheRouter, CONNECTION_MANAGER, type Patch, renderFilters } from './http-filter';
import { perClientRateLimits } from './per-client-rate-limits';

const CONNECTION_MANAGER_TYPE =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * Features without an Istio resource: HTTP filters of the gateway's Envoy after token verification, in order of
 * execution.
 */
export function renderEdgeFilters(chart: TopologyChart, edge: Edge, labels: Labels): void {
  const filters = [rateLimits(edge), perClientRateLimits(edge), ...transcoders(edge)];
  renderFilters(chart.scopeOf(edge), { name: `${edge.name}-filters`, namespace: edge.namespace, labels }, [
    ...filters.filter(filter => filter !== undefined).map(filter => beforeTheRouter('GATEWAY', filter)),
    inTheConnectionManager(notFound()),
    ...inTheFilterChains(minTlsVersion(edge)),
  ]);
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
