import {
  Auth,
  LoadBalancingAlgorithm,
  Operation,
  Port,
  ProxyExtension,
  type ServiceProps,
  type Target,
} from '../../lib';
import { declared, mixed, NAMESPACES, objects } from './mixed-mesh-support';

describe('what nothing would enforce or apply is an error', () => {
  type Declared = ReturnType<typeof declared>;
  const slo = { availability: 99.9 };
  const login = { auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] }) };

  function errorOf(mesh: Target, declare: (shop: Declared) => void, props: ServiceProps = {}): string {
    const shop = declared(props);
    declare(shop);
    try {
      objects(shop.topology, mesh);
      return '';
    } catch (error) {
      return String(error);
    }
  }

  test.each<[string, ServiceProps, (shop: Declared) => void]>([
    ['mutual TLS, since it is headless', { headless: true, port: Port.http(80) }, ({ web, stock }) => web.calls(stock)],
    ['denied operations', { deniedOperations: [Operation.http('GET /admin')] }, ({ web, stock }) => web.calls(stock)],
    ['service level objectives', { slo }, ({ web, stock }) => web.calls(stock)],
    ['service level objectives', {}, ({ web, stock }) => web.calls(stock, { slo })],
    ['telemetry', { telemetry: { accessLog: false } }, ({ web, stock }) => web.calls(stock)],
    [
      'extensions of its proxy',
      { proxyExtensions: [ProxyExtension.wasm({ url: 'oci://example/a:1', sha256: 'a'.repeat(64) })] },
      ({ web, stock }) => web.calls(stock),
    ],
    [
      'token verification',
      {},
      ({ web, stock }) => {
        web.calls(stock);
        stock.requireAuth(login);
      },
    ],
  ])('%s of a service in ambient mode, for a caller with a sidecar', (lost, props, declare) => {
    expect(errorOf(mixed('shop'), declare, props)).toContain(`nothing would enforce ${lost}`);
    expect(errorOf(mixed(...NAMESPACES), declare, props)).toBe('');
  });

  test.each<[string, ServiceProps, (shop: Declared) => void]>([
    [
      'a circuit breaker',
      {},
      ({ web, stock }) => {
        web.calls(stock);
        stock.addCircuitBreaker({ maxConnections: 10 });
      },
    ],
    [
      'load balancing settings',
      {},
      ({ web, stock }) => {
        web.calls(stock);
        stock.addLoadBalancing({ algorithm: LoadBalancingAlgorithm.RANDOM });
      },
    ],
    ['service level objectives', { slo }, ({ web, stock }) => web.calls(stock)],
    [
      'routing by version',
      { versions: { v1: { image: 'a:1' }, v2: { image: 'a:2' } }, image: undefined },
      ({ web, stock }) => {
        web.calls(stock);
        stock.split({ v1: 90, v2: 10 });
      },
    ],
  ])('%s of a service with sidecars, for a caller in ambient mode', (lost, props, declare) => {
    expect(errorOf(mixed('stock'), declare, props)).toMatch(new RegExp(`no proxy of the caller applies .*${lost}`));
    expect(errorOf(mixed(...NAMESPACES), declare, props)).toBe('');
  });

  test('operations of an external service, for a caller with a sidecar', () => {
    const declare = ({ topology, web }: Declared) =>
      web.calls(topology.addExternalService('bank', { host: 'bank.example', port: Port.http(80) }), {
        allowedOperations: [Operation.http('GET /rates')],
      });
    expect(errorOf(mixed('shop'), declare)).toContain('nothing would enforce its allowed operations');
    expect(errorOf(mixed('stock'), declare)).toBe('');
  });

  test('callers outside the mesh and callees outside of it have no borders', () => {
    expect(errorOf(mixed('shop'), ({ web, stock }) => web.calls(stock), { inMesh: false })).toBe('');
  });
});
