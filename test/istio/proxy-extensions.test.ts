import { FailureMode, ProxyExtension, Topology, WasmPhase } from '../../lib';
import { checkObjects } from '../../lib/checks';
import { Traffic } from '../../lib/testing';
import { NETWORK_POLICY_TO_OUTSIDE } from './egress-support';
import { manifestsOf } from '../support/manifests';
import { names, one, plain, type Rendered, render } from './support';

const SHA = 'a'.repeat(64);
const SCRIPT = 'function envoy_on_response(handle)\n  handle:headers():add("x-seen", "1")\nend';

function objectsWith(...proxyExtensions: ProxyExtension[]): Rendered[] {
  const shop = new Topology('shop');
  plain(shop, 'web').calls(plain(shop, 'cart', { proxyExtensions }));
  return render(shop);
}

describe('WebAssembly modules of a service', () => {
  const objects = objectsWith(
    ProxyExtension.wasm({ url: 'oci://registry.example/auth:1', sha256: SHA }),
    ProxyExtension.wasm({
      url: 'https://example.org/f.wasm',
      sha256: SHA,
      phase: WasmPhase.AUTHENTICATION,
      config: { realm: 'shop' },
      failureMode: FailureMode.FAIL_OPEN,
    }),
  );

  test('are WasmPlugins for its inbound requests, which fail closed, in the declared order', () => {
    expect(one(objects, 'WasmPlugin', 'cart-wasm-0').spec).toEqual({
      selector: { matchLabels: { app: 'cart' } },
      url: 'oci://registry.example/auth:1',
      sha256: SHA,
      priority: 2,
      failStrategy: 'FAIL_CLOSE',
      match: [{ mode: 'SERVER' }],
    });
    expect(one(objects, 'WasmPlugin', 'cart-wasm-1').spec).toMatchObject({
      phase: 'AUTHN',
      priority: 1,
      failStrategy: 'FAIL_OPEN',
      pluginConfig: { realm: 'shop' },
    });
  });

  test('are loaded by the proxies from addresses outside', () => {
    const rule = { to: NETWORK_POLICY_TO_OUTSIDE, ports: [{ protocol: 'TCP', port: 443 }] };
    expect(one(objects, 'NetworkPolicy', 'cart').spec.egress).toEqual([rule]);
    expect(one(objects, 'NetworkPolicy', 'web').spec.egress).not.toContainEqual(rule);
  });

  test('are not simulated', () => {
    const traffic = Traffic.of(manifestsOf(objects)).from('shop/web-v1');
    expect(() => traffic.http('GET http://cart/')).toThrow('WasmPlugin');
  });
});

describe('scripts of a service', () => {
  const objects = objectsWith(ProxyExtension.lua(SCRIPT), ProxyExtension.lua(SCRIPT));

  test('are filters of one EnvoyFilter, after policies are evaluated', () => {
    const patches = one(objects, 'EnvoyFilter', 'cart-lua').spec.configPatches as object[];
    expect(patches).toHaveLength(2);
    expect(patches[0]).toMatchObject({
      applyTo: 'HTTP_FILTER',
      match: { context: 'SIDECAR_INBOUND' },
      patch: {
        operation: 'INSERT_BEFORE',
        value: { name: 'cdk8s-cardinal.lua.0', typed_config: { default_source_code: { inline_string: SCRIPT } } },
      },
    });
    expect(names(objects, 'WasmPlugin')).toEqual([]);
    expect(one(objects, 'NetworkPolicy', 'cart').spec.egress).toBeUndefined();
  });

  test('have no errors among their manifests, and are not simulated', () => {
    expect(checkObjects(objects as never).findings.filter(each => each.severity === 'error')).toEqual([]);
    const traffic = Traffic.of(manifestsOf(objects)).from('shop/web-v1');
    expect(() => traffic.http('GET http://cart/')).toThrow('EnvoyFilter');
  });
});
