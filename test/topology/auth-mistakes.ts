import {
  Auth,
  type EdgeProps,
  Operation,
  Peer,
  Port,
  RateLimit,
  type RouteProps,
  type ServiceAuthProps,
  Topology,
} from '../../lib';

type Row = [string, string, string[], () => unknown];

function service(port = Port.http(80)) {
  return new Topology('shop').addService('cart', { image: 'example/x:1', port });
}

const token = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] });
const guarded = (props: Partial<ServiceAuthProps>, port?: Port) => () =>
  service(port).requireAuth({ auth: token, ...props });
const health = { operation: Operation.http('GET /a/{x}'), auth: Auth.none() };

function edgeWith(props: Partial<EdgeProps> = {}) {
  const topology = new Topology('shop');
  const cart = topology.addService('cart', { image: 'example/x:1', port: Port.http(80) });
  return { topology, cart, edge: topology.addEdge('door', { host: 'a.example', ...props }) };
}

const limit = RateLimit.perSecond(1);

/** Rate limits of services that no proxy could apply. */
export const LIMIT_MISTAKES: Row[] = [
  [
    'a rate limit twice',
    'Duplicate',
    ['The rate limit of all requests is declared twice'],
    () => {
      const cart = service();
      cart.addRateLimit(limit);
      cart.addRateLimit(limit);
    },
  ],
  [
    'a rate limit of one operation twice',
    'Duplicate',
    ['The rate limit of GET /a/{y} is declared twice'],
    () => {
      const cart = service();
      cart.addRateLimit(limit, { operation: Operation.http('GET /a/{x}') });
      cart.addRateLimit(limit, { operation: Operation.http('GET /a/{y}') });
    },
  ],
  [
    'a rate limit of connections',
    'NoRequests',
    ['no port carries requests'],
    () => service(Port.tcp(5432)).addRateLimit(limit),
  ],
  [
    'a rate limit that is a number',
    'NotDeclared',
    ['`limit` is 5'],
    () => service().addRateLimit(5 as unknown as RateLimit),
  ],
  [
    'a rate limit of an operation that is a text',
    'NotDeclared',
    ['operation` is the text'],
    () => service().addRateLimit(limit, { operation: 'GET /' as unknown as Operation }),
  ],
  [
    'a rate limit without a proxy',
    'NoEffect',
    ['no proxy that could count requests'],
    () =>
      new Topology('shop')
        .addService('cart', { image: 'example/x:1', port: Port.http(80), inMesh: false })
        .addRateLimit(limit),
  ],
  [
    'a rate limit of the pods of another owner',
    'NoEffect',
    ['belong to another owner'],
    () =>
      new Topology('shop')
        .addService('kafka', {
          port: Port.http(80),
          namespace: 'data',
          existingWorkload: { labels: { app: 'kafka' }, serviceAccount: 'kafka', hasService: true },
        })
        .addRateLimit(limit),
  ],
];

/** Authentication of services that no request could meet, or that nothing would verify. */
export const AUTH_MISTAKES: Row[] = [
  [
    'authentication twice',
    'Duplicate',
    ['declared already'],
    () => {
      const cart = service();
      cart.requireAuth({ auth: token });
      cart.requireAuth({ auth: token });
    },
  ],
  ['tokens of connections', 'NoRequests', ['no port carries requests'], guarded({}, Port.tcp(5432))],
  ['no token at all', 'NoEffect', ['No request needs a token'], guarded({ auth: Auth.none(), operations: [health] })],
  ['an API key at a service', 'Contradiction', ['at edges only'], guarded({ auth: Auth.apiKey({ secret: 'keys' }) })],
  ['no authentication', 'NotDeclared', ['`auth` is undefined'], guarded({ auth: undefined })],
  ...[undefined, null, 'jwt', {}].flatMap((value): Row[] => {
    const given = value as never;
    const what = JSON.stringify(value) ?? 'undefined';
    const door = (props: Partial<EdgeProps>) => () => edgeWith(props).edge;
    const route = (props: RouteProps) => () => {
      const { edge, cart } = edgeWith();
      edge.route('GET /', cart, props);
    };
    const protections: Row[] = [
      [`the front ${what} of an edge`, 'NotDeclared', ['`front` is'], door({ front: given })],
      [`the rate limit ${what} of an edge`, 'NotDeclared', ['`rateLimit` is'], door({ rateLimit: given })],
      [`the limit ${what}`, 'NotDeclared', ['`perClientRateLimit` is'], door({ perClientRateLimit: given })],
      [`the rate limit ${what} of a route`, 'NotDeclared', ['`rateLimit` is'], route({ rateLimit: given })],
      [
        `the limit ${what} of a route`,
        'NotDeclared',
        ['`perClientRateLimit` is'],
        route({ perClientRateLimit: given }),
      ],
    ];
    return [
      ...(value === undefined ? [] : protections),
      [`the authentication ${what} of an edge`, 'NotDeclared', ['`auth` is'], door({ auth: given })],
      [`the authorizer ${what} of an edge`, 'NotDeclared', ['`authorizer` is'], door({ authorizer: given })],
      [`the authentication ${what} of a route`, 'NotDeclared', ['`auth` is'], route({ auth: given })],
      [
        `the authentication ${what} of a redirect`,
        'NotDeclared',
        ['`auth` is'],
        () => edgeWith().edge.redirect('GET /a', { path: '/b', auth: given }),
      ],
      [
        `the condition ${what} of a route by header`,
        'NotDeclared',
        ['`match` is'],
        () => {
          service().routeTo('v1', given);
        },
      ],
      [
        `the allowed operation ${what}`,
        'NotDeclared',
        ['allowedOperations[0]` is'],
        () => {
          const { topology, cart } = edgeWith();
          topology.addService('web', { image: 'x/y:1' }).calls(cart, { allowedOperations: [given] });
        },
      ],
      [
        `the operation ${what} of a caller outside`,
        'NotDeclared',
        ['allowedOperations[0]` is'],
        () => {
          const peer = Peer.serviceAccount({ namespace: 'jobs', name: 'runner' });
          service().allowFrom(peer, { allowedOperations: [given] });
        },
      ],
    ];
  }),
  [
    'an operation that is a text',
    'NotDeclared',
    ['operation` is the text'],
    guarded({ operations: [{ operation: 'GET /' as unknown as Operation, auth: token }] }),
  ],
  [
    'an operation twice',
    'Duplicate',
    ['GET /a/{y} is declared twice'],
    guarded({ operations: [health, { operation: Operation.http('GET /a/{y}'), auth: token }] }),
  ],
  [
    'claims without a token',
    'Contradiction',
    ['without a token'],
    guarded({ operations: [{ ...health, claims: { groups: ['a'] } }] }),
  ],
  ['a claim without values', 'NotLiteral', ['groups is empty'], guarded({ claims: { groups: [] } })],
  ...['*', 'a*', '', 'a\nb'].map((value): Row => [
    `the value ${JSON.stringify(value)} of a claim`,
    'NotLiteral',
    ['of the claim groups'],
    guarded({ claims: { groups: [value] } }),
  ]),
  ['a claim with a bracket', 'InvalidClaim', ['"a]"'], guarded({ claims: { 'a]': ['b'] } })],
  ['a claim of a header with a blank', 'InvalidClaim', ['"a b"'], guarded({ claimHeaders: { 'x-a': 'a b' } })],
  ...['host', 'x-forwarded-client-cert', 'authorization', 'cookie'].map((header): Row => [
    `a claim in the header ${header}`,
    'InvalidHeader',
    [`"${header}"`],
    guarded({ claimHeaders: { [header]: 'sub' } }),
  ]),
  ['a claim in a header in upper case', 'InvalidHeader', ['"x-a"'], guarded({ claimHeaders: { 'X-A': 'sub' } })],
  [
    'tokens without a proxy',
    'NoEffect',
    ['no proxy that could verify'],
    () =>
      new Topology('shop')
        .addService('cart', { image: 'example/x:1', port: Port.http(80), inMesh: false })
        .requireAuth({ auth: token }),
  ],
];
