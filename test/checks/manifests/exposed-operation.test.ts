import { checkObjects } from '../../../lib/checks';
import { istio, meshed, pods, service } from '../../testing/traffic/support';

const from = (account: string, to: object = {}) => ({ from: [{ source: { principals: [account] } }], ...to });

/** Paths of the rule of cart for web that the route of the gateway makes public. */
function exposed(destination: object, ...others: object[]): string[] {
  const objects = [
    meshed('shop'),
    meshed('edge'),
    pods('cart'),
    service('cart'),
    pods('gate', 'v1', { namespace: 'edge' }),
    service('gate', 'edge'),
    istio('Gateway', 'g', {
      selector: { app: 'gate' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['a.example'] }],
    }),
    istio('VirtualService', 'v', { hosts: ['a.example'], gateways: ['g'], http: [{ route: [{ destination }] }] }),
    istio('AuthorizationPolicy', 'p', {
      selector: { matchLabels: { app: 'cart' } },
      rules: [
        from('cluster.local/ns/shop/sa/web', { to: [{ operation: { paths: ['/internal'] } }] }),
        from('cluster.local/ns/edge/sa/gate'),
      ],
    }),
    ...others,
  ];
  const { findings } = checkObjects(objects as Parameters<typeof checkObjects>[0]);
  return findings.filter(each => each.id === 'ExposedOperation').map(each => each.message);
}

const TO_CART = { service: { name: 'cart', port: { number: 80 } } };
const CART = { host: 'cart', port: { number: 80 } };
const peer = (spec: object) =>
  istio('PeerAuthentication', 'cart', { selector: { matchLabels: { app: 'cart' } }, ...spec });
const clientTls = (mode: string, subset: object = {}) =>
  istio('DestinationRule', 'cart', {
    host: 'cart',
    trafficPolicy: { tls: { mode } },
    subsets: [{ name: 'v1', labels: { version: 'v1' }, ...subset }],
  });

test.each<[string, object[], object, boolean]>([
  ['mutual TLS', [], CART, true],
  ['mutual TLS that cart accepts alone', [peer({ mtls: { mode: 'STRICT' } })], CART, true],
  ['plain text, as cart accepts it alone', [peer({ mtls: { mode: 'DISABLE' } })], CART, false],
  [
    'plain text, as the port of cart accepts it alone',
    [peer({ mtls: { mode: 'STRICT' }, portLevelMtls: { 8080: { mode: 'DISABLE' } } })],
    CART,
    false,
  ],
  [
    'mutual TLS, as another port of cart accepts plain text alone',
    [peer({ mtls: { mode: 'STRICT' }, portLevelMtls: { 8081: { mode: 'DISABLE' } } })],
    CART,
    true,
  ],
  ['plain text by a DestinationRule', [clientTls('DISABLE')], CART, false],
  ['mutual TLS by a DestinationRule', [clientTls('ISTIO_MUTUAL')], CART, true],
  [
    'mutual TLS by the subset of a DestinationRule',
    [clientTls('DISABLE', { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } })],
    { ...CART, subset: 'v1' },
    true,
  ],
])('an operation for callers inside is exposed where mutual TLS proves the gateway: %s', (_, others, to, isExposed) => {
  expect(exposed(to, ...others)).toHaveLength(isExposed ? 1 : 0);
});

test.each<[string, object, string[]]>([
  ['a path', { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: TO_CART }] } }] }, ['The prefix /']],
  ['an exact path', { rules: [{ http: { paths: [{ path: '/', pathType: 'Exact', backend: TO_CART }] } }] }, []],
  ['the default backend', { defaultBackend: TO_CART }, ['The default backend']],
])('an operation for callers inside is exposed by an Ingress: %s', (_name, spec, expected) => {
  const objects = [
    meshed('shop'),
    pods('cart'),
    service('cart'),
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i', namespace: 'shop' }, spec },
    istio('AuthorizationPolicy', 'p', {
      selector: { matchLabels: { app: 'cart' } },
      rules: [
        from('cluster.local/ns/shop/sa/web', { to: [{ operation: { paths: ['/internal'] } }] }),
        { from: [{ source: { notNamespaces: ['shop'] } }] },
      ],
    }),
  ];
  const { findings } = checkObjects(objects as Parameters<typeof checkObjects>[0]);
  const exposing = findings.filter(each => each.id === 'ExposedOperation').map(each => each.message);
  expect(exposing.map(each => each.replace(/ also matches .*/, ''))).toEqual(expected);
});
