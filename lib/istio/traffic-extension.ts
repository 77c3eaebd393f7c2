import type { IWasmPlugin } from '@kubernetes-models/istio/extensions.istio.io/v1alpha1' with {
  'resolution-mode': 'import',
};
import { resource, type SpecOf } from '../kubernetes';

type WasmPluginSpec = SpecOf<IWasmPlugin>;

/** The proxies of a {@link TrafficExtension}, and its place among their filters: the fields of a WasmPlugin. */
export type ExtendedProxies = Pick<WasmPluginSpec, 'selector' | 'targetRefs' | 'match' | 'phase' | 'priority'>;

/** The `spec` of a {@link TrafficExtension}: `lua` or `wasm`. */
export interface TrafficExtensionSpec extends ExtendedProxies {
  /**
   * A script in Lua.
   * @default - none
   */
  readonly lua?: { readonly inlineCode: string };
  /**
   * A WebAssembly module, with the fields of a WasmPlugin.
   * @default - none
   */
  readonly wasm?: Omit<WasmPluginSpec, keyof ExtendedProxies>;
}

/**
 * A script in Lua or a WebAssembly module in proxies. Needs Istio 1.30.
 * @see https://istio.io/latest/docs/reference/config/proxy_extensions/traffic_extension/
 */
export class TrafficExtension extends resource<{ readonly spec: TrafficExtensionSpec }>(
  'extensions.istio.io/v1alpha1',
  'TrafficExtension',
) {}
