import type { Construct } from 'constructs';
import { type Labels, type TopologyChart, transcoders } from '../kubernetes';
import { type Edge, ValidationError } from '../topology';
import { minTlsVersion } from './edge-clients';
import { notFound } from './edge-not-found';
import { rateLimits } from './edge-rate-limits';
import { globalRateLimit } from './global-rate-limit';
import { beforeTheRouter, CONNECTION_MANAGER, type Patch, renderFilters } from './http-filter';
import { perClientRateLimits } from './per-client-rate-limits';

const CONNECTION_MANAGER_TYPE =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * Features without an Istio resource: HTTP filters of the gateway's Envoy after token verification, in order of
 * execution.
 */
export function renderEdgeFilters(chart: TopologyChart, edge: Edge, labels: Labels): void {
  const counted = perClientRateLimits(edge);
  const filters = [rateLimits(edge), counted && globalRateLimit(counted), ...transcoders(edge)];
  renderFilters(chart.scopeOf(edge), { name: `${edge.name}-filters`, namespace: edge.namespace, labels }, [
    ...filters.filter(filter => filter !== undefined).map(filter => beforeTheRouter('GATEWAY', filter)),
    inTheConnectionManager(notFound()),
    ...inTheFilterChains(edge, minTlsVersion(edge)),
  ]);
}

/** The filters that a shared gateway has for all of its edges. */
export function renderSharedFilters(scope: Construct, edge: Edge, labels: Labels): void {
  renderFilters(scope, { name: `${edge.gatewayName}-filters`, namespace: edge.namespace, labels }, [
    inTheConnectionManager(notFound()),
    ...inTheFilterChains(edge, minTlsVersion(edge)),
  ]);
}

/** All filter chains of port 443: those of TLS passthrough have no transport socket, and istiod cannot exclude them. */
function inTheFilterChains({ path, connections }: Edge, value: object | undefined): Patch[] {
  if (!value) {
    return [];
  }
  if (connections.some(({ host }) => host !== undefined)) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: "The lowest version of TLS would apply to TLS passthrough as well, and Istio's gateway rejects that.",
      fix: 'Declare another edge for connections, or remove `minTlsVersion`.',
    });
  }
  return [
    {
      applyTo: 'FILTER_CHAIN',
      match: { context: 'GATEWAY', listener: { portNumber: 443 } },
      patch: { operation: 'MERGE', value },
    },
  ];
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
