import type { IWasmPlugin } from '@kubernetes-models/istio/extensions.istio.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import { Construct } from 'constructs';
import type { SpecOf, TopologyChart } from '../kubernetes';
import { FailureMode, type Service, type WasmProps } from '../topology';
import { beforeTheRouter, renderFilters } from './http-filter';
import { WasmPlugin } from './resources';
import { TrafficExtension } from './traffic-extension';
import type { Waypoints } from './waypoints';

/**
 * The code that proxies of services run: WasmPlugins, and for the scripts of a service one EnvoyFilter, or
 * TrafficExtensions of its waypoint.
 */
export function renderProxyExtensions(chart: TopologyChart, waypoints?: Waypoints): void {
  for (const service of chart.topology.services) {
    const { name, namespace, selector, objects } = service;
    const extensions = objects.proxyExtensions ?? [];
    if (extensions.length === 0) {
      continue;
    }
    const scope = new Construct(chart.scopeOf(service), 'proxy-extensions');
    const scripts = extensions.flatMap(({ script }) => script ?? []);
    if (scripts.length > 0 && waypoints?.isBefore(service)) {
      renderScriptsOfWaypoint(scope, service, scripts, waypoints);
    } else if (scripts.length > 0) {
      const proxies = { name: `${name}-lua`, namespace, labels: selector };
      renderFilters(
        scope,
        proxies,
        scripts.map((script, index) => beforeTheRouter('SIDECAR_INBOUND', luaFilter(index, script))),
      );
    }
    extensions
      .flatMap(({ module }) => module ?? [])
      .forEach((module, index, all) => {
        new WasmPlugin(scope, `wasm-${index}`, {
          metadata: { name: `${name}-wasm-${index}`, namespace },
          spec: pluginOf(service, module, all.length - index, waypoints),
        });
      });
  }
}

/** They have lower priorities than modules: as filters before the router, scripts run after these. */
function renderScriptsOfWaypoint(
  scope: Construct,
  service: Service,
  scripts: readonly string[],
  waypoints: Waypoints,
): void {
  scripts.forEach((script, index) => {
    new TrafficExtension(scope, `lua-${index}`, {
      metadata: { name: `${service.name}-lua-${index}`, namespace: service.namespace },
      spec: {
        targetRefs: waypoints.targetRefs(service),
        priority: -index,
        lua: { inlineCode: script },
        match: [{ mode: 'SERVER' }],
      },
    });
  });
}

/** @param priority of several plugins of a phase, those with a higher one are first */
function pluginOf(
  service: Service,
  { url, sha256, phase, config, failureMode = FailureMode.FAIL_CLOSED }: WasmProps,
  priority: number,
  waypoints: Waypoints | undefined,
): SpecOf<IWasmPlugin> {
  return {
    ...(waypoints?.isBefore(service)
      ? { targetRefs: waypoints.targetRefs(service) }
      : { selector: { matchLabels: { ...service.selector } } }),
    url,
    sha256,
    ...(phase === undefined ? {} : { phase }),
    priority,
    failStrategy: failureMode === FailureMode.FAIL_OPEN ? 'FAIL_OPEN' : 'FAIL_CLOSE',
    ...(config === undefined ? {} : { pluginConfig: { ...config } }),
    // Outbound requests of the service do not pass it.
    match: [{ mode: 'SERVER' }],
  };
}

function luaFilter(index: number, script: string): object {
  return {
    name: `cdk8s-cardinal.lua.${index}`,
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
      default_source_code: { inline_string: script },
    },
  };
}
