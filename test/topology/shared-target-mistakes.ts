import { type CallProps, Operation, Peer, Port, type Service, type ServiceProps, Topology } from '../../lib';

type Row = [string, string, string[], () => unknown];

const image = 'example/x:1';
const items = [Operation.http('GET /items')];
const jobs = Peer.serviceAccount({ namespace: 'jobs', name: 'runner' });

/** A service with the ports 80 and 81, which are port 8080 of its pods. */
export function serviceOfOneTarget(topology: Topology, props: ServiceProps = {}): Service {
  const ports = [Port.http(80, { target: 8080 }), Port.http(81, { target: 8080, name: 'old' })];
  return topology.addService('cart', { image, ports, ...props });
}

const withProtocol =
  (port: Port, props: ServiceProps = {}) =>
  () =>
    new Topology('shop').addService('cart', { image, port, ports: [Port.http(80, { target: 8080 })], ...props });

const called = (one: CallProps, other: CallProps) => () => {
  const shop = new Topology('shop');
  const cart = serviceOfOneTarget(shop);
  const web = shop.addService('web', { image });
  web.calls(cart, { port: 80, ...one });
  web.calls(cart, { port: 81, ...other });
};

const allowed = (allow: (cart: Service) => unknown) => () => allow(serviceOfOneTarget(new Topology('shop')));

export const SHARED_TARGET_MISTAKES: Row[] = [
  ...[Port.tcp, Port.tls, Port.grpc, Port.http2].map((port): Row => {
    const { protocol } = port(81);
    return [
      `requests and ${protocol} on one port of the pods`,
      'Contradiction',
      ['port 8080', `as ${protocol} and http`, '`inMesh: false`'],
      withProtocol(port(81, { target: 8080 })),
    ];
  }),
  [
    'requests and tcp on one port of machines or pods that exist',
    'Contradiction',
    ['Ports 8080 and 80', 'as tcp and http'],
    withProtocol(Port.tcp(8080), {
      image: undefined,
      existingWorkload: { labels: { app: 'x' }, serviceAccount: 'x' },
    }),
  ],
  [
    'a call of one port of the pods with operations, and one without',
    'Contradiction',
    ['Ports 80 and 81', 'port 8080', 'the operations of both'],
    called({ allowedOperations: items }, {}),
  ],
  [
    'two calls of one port of the pods with other operations',
    'Contradiction',
    ['Ports 80 and 81'],
    called({ allowedOperations: items }, { allowedOperations: [Operation.http('POST /items')] }),
  ],
  [
    'a peer that is allowed other operations on one port of the pods',
    'Contradiction',
    ['Ports 80 and 81', 'the operations of both'],
    allowed(cart => {
      cart.allowFrom(jobs, { port: 80 });
      cart.allowFrom(jobs, { port: 81, allowedOperations: items });
    }),
  ],
  [
    'plain text on one of two ports that are one port of the pods',
    'Contradiction',
    ['Ports 81 and 80', 'without mutual TLS', '`target` of its own'],
    allowed(cart => {
      cart.allowFrom(Peer.cidrs('10.0.0.0/8'), { port: 81, plaintext: true });
    }),
  ],
];
