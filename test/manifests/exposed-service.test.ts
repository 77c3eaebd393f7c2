import { isExposed, isExposedAt, Resource } from '../../lib/manifests';

const service = (spec: object) =>
  new Resource({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec });
const ports = [{ port: 80, nodePort: 31080 }];

test.each([
  ['a load balancer', { type: 'LoadBalancer' }, true],
  ['ports of nodes', { type: 'NodePort' }, true],
  ['external addresses', { externalIPs: ['203.0.113.7'] }, true],
  ['cluster addresses alone', {}, false],
  ['external addresses without a proxied address', { externalIPs: ['203.0.113.7'], clusterIP: 'None' }, false],
  ['external addresses of an alias', { externalIPs: ['203.0.113.7'], type: 'ExternalName' }, false],
])('a Service with %s is open to clients outside, or not', (_, spec, expected) => {
  expect(isExposed(service({ ...spec, ports }))).toBe(expected);
});

test('clients outside use the port of a load balancer or an external address, and that of each node', () => {
  const at = (spec: object) => [80, 31080, 31081].map(port => isExposedAt(service({ ports, ...spec }), port));

  expect(at({ type: 'LoadBalancer' })).toEqual([true, true, false]);
  expect(at({ type: 'NodePort' })).toEqual([false, true, false]);
  expect(at({ externalIPs: ['203.0.113.7'] })).toEqual([true, false, false]);
  expect(at({})).toEqual([false, false, false]);
});

test('a port of each node that is not declared may be any of the range', () => {
  const undeclared = service({ type: 'NodePort', ports: [{ port: 80 }] });

  expect([80, 29_999, 30_000, 32_767, 32_768].map(port => isExposedAt(undeclared, port))).toEqual([
    false,
    false,
    true,
    true,
    false,
  ]);
});
