import { cartRules, endsOf, istio, traffic } from './support';

const HTTP = { number: 80, name: 'http', protocol: 'HTTP' };
const HTTPS = { number: 443, name: 'https', protocol: 'HTTPS' };
const REGISTRY_ONLY = istio('Sidecar', 'default', { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });

function entry(name: string, ports: readonly object[], more: object = {}, labels: object = {}): object {
  const endpoints = [{ address: name === 'one' ? '192.0.2.1' : '192.0.2.2' }];
  const spec = { hosts: ['out.example'], location: 'MESH_EXTERNAL', resolution: 'STATIC', ports, endpoints, ...more };
  return istio('ServiceEntry', name, spec, 'shop', { labels });
}

function ends(request: string, ...objects: readonly object[]): string {
  return endsOf(
    traffic([REGISTRY_ONLY, ...objects])
      .from('web')
      .http(`GET ${request}`),
  );
}

test('ServiceEntries of a namespace for one host have the ports of both', () => {
  const both = [entry('one', [HTTP]), entry('two', [HTTPS])];
  expect(['http', 'https'].map(scheme => ends(`${scheme}://out.example/`, ...both))).toEqual([
    '192.0.2.1',
    '192.0.2.2',
  ]);
});

test('ServiceEntries of a namespace for one host and port have the endpoints of both', () => {
  expect(ends('http://out.example/', entry('one', [HTTP]), entry('two', [HTTP, HTTPS]))).toBe(
    '192.0.2.1 50%, 192.0.2.2 50%',
  );
});

test('of two protocols of one number that of the older ServiceEntry applies', () => {
  const number = 7777;
  const [web, bytes] = [[{ ...HTTP, number }], [{ number, name: 'tcp', protocol: 'TCP' }]];
  const routes = istio('VirtualService', 'out', {
    hosts: ['out.example'],
    http: [{ directResponse: { status: 204 } }],
  });
  const request = `http://out.example:${number}/`;
  expect(ends(request, routes, entry('one', web), entry('two', bytes))).toBe('204');
  expect(ends(request, routes, entry('one', bytes), entry('two', web))).toBe('192.0.2.1 50%, 192.0.2.2 50%');
});

test.each<[string, object]>([
  ['resolution', { resolution: 'DNS' }],
  ['location', { location: 'MESH_INTERNAL' }],
  ['addresses', { addresses: ['192.0.2.9'] }],
  ['exportTo', { exportTo: ['*'] }],
  ['workloadSelector', { endpoints: undefined, workloadSelector: { labels: { app: 'cart' } } }],
])('ServiceEntries of a namespace for one host with different %s are not simulated', (field, more) => {
  expect(() => ends('http://out.example/', entry('one', [HTTP]), entry('two', [HTTP], more))).toThrow(
    `The ServiceEntries shop/one and shop/two declare out.example with different ${field}`,
  );
});

test('ServiceEntries of a namespace for one host with different labels are not simulated', () => {
  expect(() => ends('http://out.example/', entry('one', [HTTP]), entry('two', [HTTP], {}, { team: 'a' }))).toThrow(
    'with different labels',
  );
});

test('requests for other hosts are independent of conflicting ServiceEntries', () => {
  const conflicting = [entry('one', [HTTP]), entry('two', [HTTPS], { exportTo: ['*'] })];
  expect(ends('http://cart/', ...conflicting, cartRules({ directResponse: { status: 204 } }))).toBe('204');
});
