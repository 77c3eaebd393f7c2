import { given } from '../given';
import type { FailureMode } from '../per-client-rate-limit';
import { ValidationError } from '../validation-error';

/** The place of a WebAssembly module among the filters of a proxy. */
export enum WasmPhase {
  /** Before tokens are verified. */
  AUTHENTICATION = 'AUTHN',
  /** After tokens are verified, before policies are evaluated. */
  AUTHORIZATION = 'AUTHZ',
  /** After policies are evaluated, before metrics are reported. */
  STATS = 'STATS',
}

/** Properties of a WebAssembly module. */
export interface WasmProps {
  /** The address of the module: `oci://registry.example/filter:1.4.0` or `https://…/filter.wasm`. */
  readonly url: string;
  /** The SHA-256 checksum of the module or of its image, in 64 hexadecimal digits: a changed module is not loaded. */
  readonly sha256: string;
  /**
   * Its place among the filters.
   * @default - the last one, after policies are evaluated
   */
  readonly phase?: WasmPhase;
  /**
   * Its configuration, as JSON values.
   * @default - none
   */
  readonly config?: { readonly [name: string]: unknown };
  /**
   * What happens to requests if it cannot be loaded or fails.
   * @default FailureMode.FAIL_CLOSED
   */
  readonly failureMode?: FailureMode;
}

/** Code that the proxies of a service run for each request. The simulator does not evaluate it. */
export class ProxyExtension {
  /**
   * A WebAssembly module. In the cluster: a WasmPlugin, and a rule of the NetworkPolicy by which the proxies of the pods
   * can load it from addresses outside on port 443.
   * @see https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
   */
  static wasm(props: WasmProps): ProxyExtension {
    const { url, sha256 } = props;
    if (!/^(oci|https):\/\/[^\s]+$/.test(url)) {
      throw invalid(
        'ProxyExtension.wasm',
        `"${url}" is not the address of a module.`,
        'Begin with oci:// or https://.',
      );
    }
    if (!/^[0-9a-f]{64}$/.test(sha256)) {
      throw invalid('ProxyExtension.wasm', `"${sha256}" is not a SHA-256 checksum.`, 'Give 64 hexadecimal digits.');
    }
    return new ProxyExtension(given(props));
  }

  /**
   * A script in Lua with the functions `envoy_on_request` and `envoy_on_response`, for requests that policies allow. In
   * the cluster: an EnvoyFilter, or at a waypoint a TrafficExtension, which needs Istio 1.30.
   * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter
   */
  static lua(script: string): ProxyExtension {
    if (!/function\s+envoy_on_(request|response)\s*\(/.test(script)) {
      throw invalid(
        'ProxyExtension.lua',
        'The script defines neither `envoy_on_request` nor `envoy_on_response`, so it would have no effect.',
        'Define one of the two functions.',
      );
    }
    return new ProxyExtension(undefined, script);
  }

  private constructor(
    /** The WebAssembly module; undefined for a script. */
    readonly module?: WasmProps,
    /** The script in Lua; undefined for a module. */
    readonly script?: string,
  ) {}
}

function invalid(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'InvalidName', path, summary, fix });
}
