import { endsOf, istio, traffic } from './support';

const HOSTS = ['a.out.example', 'b.out.example'];
const REGISTRY_ONLY = istio('Sidecar', 'default', { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
const route = [{ destination: { host: 'cart', port: { number: 9000 } } }];
const byName = { match: [{ port: 7443, sniHosts: ['a.out.example'] }], route };

function ends(protocol: string, rules: object, host = 'a.out.example'): string {
  const entry = istio('ServiceEntry', 'out', {
    hosts: HOSTS,
    location: 'MESH_EXTERNAL',
    resolution: 'STATIC',
    ports: [{ number: 7443, name: 'secure', protocol }],
    endpoints: [{ address: '192.0.2.1' }],
  });
  const rule = istio('VirtualService', 'out', { hosts: HOSTS, ...rules });
  return endsOf(traffic([REGISTRY_ONLY, entry, rule]).from('web').http(`GET https://${host}:7443/`));
}

const ROUTED = 'cart-v1 50%, cart-v2 50%';

test.each([
  ['HTTPS', '192.0.2.1'],
  ['TLS', '192.0.2.1'],
  ['TCP', ROUTED],
])('rules for TCP of a port of protocol %s lead to %s', (protocol, expected) => {
  expect(ends(protocol, { tcp: [{ route }] })).toBe(expected);
});

test.each([
  ['HTTPS', ROUTED],
  ['TLS', ROUTED],
  ['TCP', '192.0.2.1'],
])('rules for TLS of a port of protocol %s lead to %s', (protocol, expected) => {
  expect(ends(protocol, { tls: [byName] })).toBe(expected);
});

test('a host without its server name in the rules for TLS has no filter chain', () => {
  expect(ends('TLS', { tls: [byName] }, 'b.out.example')).toBe('0');
});

test('rules for TLS of other ports or callers leave the host its own filter chain', () => {
  const elsewhere = [
    { ...byName.match[0], port: 8443 },
    { ...byName.match[0], sourceLabels: { app: 'bank' } },
  ];
  expect(ends('TLS', { tls: [{ match: elsewhere, route }] }, 'b.out.example')).toBe('192.0.2.1');
});
