import { type EdgeProps, Topology } from '../../lib';

const edge = (props: Partial<EdgeProps>) => () =>
  new Topology('shop').addEdge('door', { host: 'shop.example', ...props });

/** Mistakes in the hosts, certificates and clients of an edge. */
export const LISTENER_MISTAKES: [string, string, string[], () => unknown][] = [
  ...['*', '*.*.example', 'a.*.example', 'shop.*', '*shop.example', '*.example', 'Shop.example', '10.0.0.1', ''].map(
    (host): (typeof LISTENER_MISTAKES)[number] => [
      `"${host}" as a further host`,
      'InvalidHost',
      [],
      edge({ alternativeHosts: ['www.shop.example', host] }),
    ],
  ),
  ['an address as the only host, with a wildcard', 'InvalidHost', ['10.0.0.1'], edge({ host: '*.10.0.0.1' })],
  ['a host twice', 'Duplicate', ['"shop.example"'], edge({ alternativeHosts: ['a.example.org', 'shop.example'] })],
  [
    'a further host of another edge',
    'Duplicate',
    ['a.shop.example', '"door"'],
    () => {
      const shop = new Topology('shop');
      shop.addEdge('door', { host: 'shop.example', alternativeHosts: ['a.shop.example'] });
      shop.addEdge('gate', { host: 'b.shop.example', alternativeHosts: ['a.shop.example'] });
    },
  ],
  [
    'more hosts than an HTTPRoute has',
    'OutOfRange',
    ['17 hosts', '16'],
    edge({ alternativeHosts: Array.from({ length: 16 }, (_, index) => `a${index}.example.org`) }),
  ],
  [
    'a certificate of a host without TLS',
    'NoEffect',
    ['tlsSecrets', 'tlsSecret'],
    edge({ alternativeHosts: ['a.example.org'], tlsSecrets: { 'a.example.org': 'a' } }),
  ],
  [
    'a certificate of a host that is not declared',
    'NoEffect',
    ['"a.example.org"', '`alternativeHosts`'],
    edge({ tlsSecret: 'tls', tlsSecrets: { 'a.example.org': 'a' } }),
  ],
  [
    'a second certificate of the first host',
    'NoEffect',
    ['"shop.example"', '`tlsSecret`'],
    edge({ tlsSecret: 'tls', tlsSecrets: { 'shop.example': 'a' } }),
  ],
  [
    'a certificate of its own that is that of all hosts',
    'Contradiction',
    ['"tls"', '404'],
    edge({ alternativeHosts: ['a.example.org'], tlsSecret: 'tls', tlsSecrets: { 'a.example.org': 'tls' } }),
  ],
  [
    'a certificate of its own for two hosts',
    'Contradiction',
    ['"own"', '"b.example.org"'],
    edge({
      alternativeHosts: ['a.example.org', 'b.example.org'],
      tlsSecret: 'tls',
      tlsSecrets: { 'a.example.org': 'own', 'b.example.org': 'own' },
    }),
  ],
  [
    'a certificate with a name that no Secret can have',
    'InvalidName',
    ['"A B"', 'a Secret'],
    edge({ alternativeHosts: ['a.example.org'], tlsSecret: 'tls', tlsSecrets: { 'a.example.org': 'A B' } }),
  ],
];
