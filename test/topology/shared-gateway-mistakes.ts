import { type EdgeProps, Port, Topology, TlsVersion } from '../../lib';
import { restFront } from '../support/fronts';

/** Two edges of two topologies on one gateway. */
const both =
  (first: Partial<EdgeProps>, second: Partial<EdgeProps>, name = 'www') =>
  () => {
    const shop = new Topology('shop');
    const gateway = shop.addSharedGateway('public');
    shop.addEdge('door', { gateway, host: 'shop.example', ...first });
    new Topology('blog').addEdge(name, { gateway, host: 'blog.example', ...second });
  };
const PATHS = ['shop/door', 'blog/www'];

/** Mistakes of edges that share a gateway. */
export const SHARED_GATEWAY_MISTAKES: [string, string, string[], () => unknown][] = [
  [
    'a host of another edge of the gateway',
    'Duplicate',
    ['shop/door', 'shop.example'],
    both({}, { host: 'shop.example' }),
  ],
  ['the name of another edge of the gateway', 'Duplicate', ['shop/door'], both({}, {}, 'door')],
  ['the name of the gateway', 'Duplicate', ['name of its gateway'], both({}, {}, 'public')],
  ['a front of one edge', 'GatewayConflict', [...PATHS, '`front`'], both({ front: restFront }, {})],
  [
    'different trusted proxies',
    'GatewayConflict',
    [...PATHS, '`trustedProxies`'],
    both({ trustedProxies: { cidrs: ['10.0.0.0/8'] } }, { trustedProxies: { cidrs: ['10.1.0.0/16'] } }),
  ],
  [
    'different metadata',
    'GatewayConflict',
    [...PATHS, '`gatewayMetadata`'],
    both({ gatewayMetadata: { labels: { team: 'a' } } }, {}),
  ],
  [
    'client certificates of one edge with TLS',
    'GatewayConflict',
    [...PATHS, '`clientCa`'],
    both({ tlsSecret: 'a', clientCa: 'ca' }, { tlsSecret: 'b' }),
  ],
  [
    'different versions of TLS',
    'GatewayConflict',
    [...PATHS, '`minTlsVersion`'],
    both({ tlsSecret: 'a', minTlsVersion: TlsVersion.V1_3 }, { tlsSecret: 'b' }),
  ],
  [
    'one Secret that cert-manager fills',
    'GatewayConflict',
    [...PATHS, '"tls"', '`certificateIssuer`'],
    both({ tlsSecret: 'tls', certificateIssuer: 'le' }, { tlsSecret: 'tls' }),
  ],
  [
    'a wildcard and a host of its domain with different certificates',
    'GatewayConflict',
    [...PATHS, '*.blog.example', 'a.blog.example'],
    both({ host: 'a.blog.example', tlsSecret: 'a' }, { host: '*.blog.example', tlsSecret: 'b' }),
  ],
  [
    'a wildcard with TLS and a host of its domain without',
    'GatewayConflict',
    PATHS,
    both({ host: '*.blog.example', tlsSecret: 'a' }, { host: 'a.blog.example' }),
  ],
  [
    'another namespace than that of the gateway',
    'Contradiction',
    ['elsewhere', 'shop/public'],
    both({}, { namespace: 'elsewhere' }),
  ],
  [
    'a gateway that no declaration returned',
    'NotDeclared',
    ['SharedGateway'],
    both({}, { gateway: { name: 'public', namespace: 'shop', path: 'x' } as EdgeProps['gateway'] }),
  ],
  [
    'a shared gateway with the name of an edge',
    'Duplicate',
    ['"door"'],
    () => {
      const shop = new Topology('shop');
      shop.addEdge('door', { host: 'shop.example' });
      shop.addSharedGateway('door');
    },
  ],
  [
    'connections on a shared gateway',
    'NotOnSharedGateway',
    ['shop/public'],
    () => {
      const shop = new Topology('shop');
      const db = shop.addService('db', { image: 'example/x:1', port: Port.tcp(5432) });
      shop.addEdge('door', { gateway: shop.addSharedGateway('public'), host: 'shop.example' }).tcp(5432, db);
    },
  ],
];
