import * as cardinal from '../../lib';
import { plain } from '../istio/support';

const { ValidationError, Port, Topology } = cardinal;

const shop = new Topology('shop');
const web = plain(shop, 'web');
const edge = shop.addEdge('door', { host: 'shop.example' });

/** What plain JavaScript passes to constructors that types keep from others. */
const ARGUMENTS: Record<string, readonly unknown[]> = {
  Service: [shop, 'ghost', { image: 'ghost:1', port: Port.http(80) }],
  ExternalService: [shop, 'ghost', { host: 'ghost.example', port: Port.tls(443) }],
  Version: [web, 'ghost', 'ghost:1', {}],
  Call: [web, web, {}],
  CircuitBreaker: [web, { maxConnections: 1 }],
  Edge: [shop, 'ghost', { host: 'ghost.example' }],
  Redirect: [edge, 'GET /ghost', { path: '/' }],
  Route: [edge, 'GET /ghost', web, {}],
  Aggregate: [edge, {}, []],
};

function mistakeBy(make: () => unknown): unknown {
  try {
    make();
    return undefined;
  } catch (error) {
    return error;
  }
}

const notDeclared = expect.objectContaining({
  code: 'NotDeclared',
  fix: expect.stringMatching(/^Declare it with `\w+\.\w+\(/),
});

test.each(Object.entries(ARGUMENTS))('a %s created with `new` throws: no topology would have it', (name, given) => {
  const make = cardinal[name as keyof typeof cardinal] as unknown as new (...given: readonly unknown[]) => unknown;

  expect(mistakeBy(() => new make(...given))).toEqual(notDeclared);
  expect(mistakeBy(() => new make(...given))).toBeInstanceOf(ValidationError);
  expect(mistakeBy(() => new make())).toEqual(notDeclared);
  expect(mistakeBy(() => new make(Symbol('cdk8s-cardinal.declaring'), ...given))).toEqual(notDeclared);
});

test('a class that extends what can be called throws likewise', () => {
  const Callee = cardinal.Callee as unknown as new (...given: readonly unknown[]) => object;
  class Ghost extends Callee {}

  expect(mistakeBy(() => new Ghost(shop, 'ghost', 'shop', []))).toEqual(notDeclared);
});

test('what a topology declares is an instance of its class', () => {
  const call = plain(shop, 'app').calls(web);
  const bank = shop.addExternalService('bank', { host: 'bank.example', port: Port.tls(443) });
  web.addCircuitBreaker({ maxConnections: 1 });
  const aggregate = edge.aggregate('GET /', { a: { service: web, path: '/a' }, b: { service: web, path: '/b' } });

  expect(web).toBeInstanceOf(cardinal.Service);
  expect(web).toBeInstanceOf(cardinal.Callee);
  expect(web.version('v1')).toBeInstanceOf(cardinal.Version);
  expect(web.circuitBreaker).toBeInstanceOf(cardinal.CircuitBreaker);
  expect(bank).toBeInstanceOf(cardinal.ExternalService);
  expect(call).toBeInstanceOf(cardinal.Call);
  expect(edge).toBeInstanceOf(cardinal.Edge);
  expect(aggregate).toBeInstanceOf(cardinal.Aggregate);
  expect(aggregate.route).toBeInstanceOf(cardinal.Route);
});
