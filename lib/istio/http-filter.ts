import type { IEnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3' with {
  'resolution-mode': 'import',
};
import type { Construct } from 'constructs';
import type { Labels, SpecOf } from '../kubernetes';
import { EnvoyFilter } from './resources';

/** A patch of an EnvoyFilter. */
export type Patch = NonNullable<SpecOf<IEnvoyFilter>['configPatches']>[number];

/** The name of Envoy's HTTP connection manager in a filter chain. */
export const CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';

/** The proxies whose configuration is patched. */
export interface PatchedProxies {
  /** The name of the EnvoyFilter. */
  readonly name: string;
  /** Their namespace. */
  readonly namespace: string;
  /** The labels of their pods. */
  readonly labels: Labels;
}

/** Adds patches of the configuration of proxies, for features without an Istio resource. */
export function renderFilters(
  scope: Construct,
  { name, namespace, labels }: PatchedProxies,
  configPatches: Patch[],
): void {
  new EnvoyFilter(scope, 'envoy-filter', {
    metadata: {
      name,
      namespace,
      // The dependence on Envoy internals is intended.
      annotations: { 'galley.istio.io/analyze-suppress': 'IST0133' },
    },
    spec: { priority: 10, workloadSelector: { labels: { ...labels } }, configPatches },
  });
}

/** An HTTP filter that is executed last: after token verification and authorization. */
export function beforeTheRouter(context: 'GATEWAY' | 'SIDECAR_INBOUND', filter: object): Patch {
  return {
    applyTo: 'HTTP_FILTER',
    match: {
      context,
      listener: {
        filterChain: { filter: { name: CONNECTION_MANAGER, subFilter: { name: 'envoy.filters.http.router' } } },
      },
    },
    patch: { operation: 'INSERT_BEFORE', value: filter },
  };
}
