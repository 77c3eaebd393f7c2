import { Duration } from 'cdk8s';
import {
  type CircuitBreakerProps,
  HashKey,
  type LoadBalancing,
  LoadBalancingAlgorithm,
  type LocalityLoadBalancing,
  Port,
  Topology,
} from '../../lib';

type Row = [string, string, string[], () => unknown];

function service(port = Port.http(80)) {
  return new Topology('shop').addService('cart', { image: 'example/x:1', port, versions: { v1: {}, v2: {} } });
}

const limited = (limits: CircuitBreakerProps, port?: Port) => () => service(port).addCircuitBreaker(limits);
const balanced = (settings: LoadBalancing, port?: Port) => () => service(port).addLoadBalancing(settings);
const located = (locality: LocalityLoadBalancing) => balanced({ locality });
const shares = (to: Record<string, number>) => located({ distribute: [{ from: 'eu/*', to }] });

const LIMITS: Row[] = [
  ['gateway errors of none', 'OutOfRange', ['consecutiveGatewayErrors is 0'], limited({ consecutiveGatewayErrors: 0 })],
  [
    'a share of healthy endpoints over 100',
    'OutOfRange',
    ['minHealthPercent is 101'],
    limited({ consecutive5xxErrors: 1, minHealthPercent: 101 }),
  ],
  ['a share of healthy endpoints without ejection', 'NoEffect', ['minHealthPercent'], limited({ minHealthPercent: 5 })],
  ...(['maxRequestsPerConnection', 'maxRetries'] as const).flatMap((name): Row[] => [
    [`${name} of none`, 'OutOfRange', [`${name} is 0`], limited({ [name]: 0 })],
    [`${name} of connections`, 'NoRequests', [name], limited({ [name]: 1 }, Port.tcp(5432))],
  ]),
  ...(['idleTimeout', 'maxConnectionDuration'] as const).map((name): Row => [
    `${name} of nothing`,
    'OutOfRange',
    [name],
    limited({ [name]: Duration.millis(0) }),
  ]),
  ...(['time', 'interval'] as const).map((name): Row => [
    `the ${name} of keep-alive probes in fractions of a second`,
    'OutOfRange',
    ['1.5'],
    limited({ tcpKeepalive: { [name]: Duration.millis(1500) } }),
  ]),
  ['no keep-alive probes', 'OutOfRange', ['probes is 0'], limited({ tcpKeepalive: { probes: 0 } })],
];

const BALANCING: Row[] = [
  ['load balancing without a setting', 'NoEffect', ['no setting'], balanced({})],
  [
    'load balancing twice',
    'Duplicate',
    ['already'],
    () => {
      const cart = service();
      cart.addLoadBalancing({ algorithm: LoadBalancingAlgorithm.RANDOM });
      cart.addLoadBalancing({ algorithm: LoadBalancingAlgorithm.RANDOM });
    },
  ],
  [
    'a hash and an algorithm',
    'Contradiction',
    ['RANDOM'],
    balanced({ algorithm: LoadBalancingAlgorithm.RANDOM, consistentHash: HashKey.sourceIp() }),
  ],
  [
    'a warm-up with a hash',
    'NoEffect',
    ['a consistent hash'],
    balanced({ consistentHash: HashKey.sourceIp(), warmup: { duration: Duration.seconds(1) } }),
  ],
  [
    'a warm-up at random',
    'NoEffect',
    ['the algorithm RANDOM'],
    balanced({ algorithm: LoadBalancingAlgorithm.RANDOM, warmup: { duration: Duration.seconds(1) } }),
  ],
  ['a warm-up of no time', 'OutOfRange', ['warm-up'], balanced({ warmup: { duration: Duration.millis(0) } })],
  [
    'a warm-up from over 100 percent',
    'OutOfRange',
    ['minimum share of the warm-up is 101'],
    balanced({ warmup: { duration: Duration.seconds(1), minimumPercent: 101 } }),
  ],
  [
    'a warm-up without growth',
    'OutOfRange',
    ['aggression of the warm-up is 0'],
    balanced({ warmup: { duration: Duration.seconds(1), aggression: 0 } }),
  ],
  [
    'a hash by header on connections',
    'NoRequests',
    ['(header)'],
    balanced({ consistentHash: HashKey.header('x-user') }, Port.tcp(5432)),
  ],
  [
    'a hash by what is no key',
    'NotDeclared',
    ['hash key is the text'],
    balanced({ consistentHash: 'x-user' as unknown as HashKey }),
  ],
  ['a cookie with a blank', 'InvalidName', ['"a b"'], () => HashKey.cookie('a b')],
  ['a cookie of a bad path', 'InvalidPath', ['"/a;b"'], () => HashKey.cookie('a', { path: '/a;b' })],
  ['a query parameter with "="', 'InvalidName', ['"a=b"'], () => HashKey.queryParameter('a=b')],
  ['a header in upper case', 'InvalidHeader', ['"x-user"'], () => HashKey.header('X-User')],
];

const LOCALITIES: Row[] = [
  ['a locality without a setting', 'NoEffect', ['no setting'], located({})],
  ['no failover in the list', 'NoEffect', ['failover is empty'], located({ failover: [] })],
  [
    'failover and distribution',
    'Contradiction',
    ['failover and distribute'],
    located({ failover: [{ from: 'eu', to: 'us' }], distribute: [{ from: 'eu', to: { eu: 100 } }] }),
  ],
  [
    'priorities of localities that are disabled',
    'Contradiction',
    ['`enabled` is false'],
    located({ enabled: false, failoverPriority: ['topology.kubernetes.io/zone'] }),
  ],
  ['failover to itself', 'InvalidLocality', ['to itself'], located({ failover: [{ from: 'eu', to: 'eu' }] })],
  ['failover of a zone', 'InvalidLocality', ['"eu/a"'], located({ failover: [{ from: 'eu/a', to: 'us' }] })],
  ['failover to all', 'InvalidLocality', ['"*"'], located({ failover: [{ from: 'eu', to: '*' }] })],
  ['a priority that is no label', 'InvalidLocality', ['"a b"'], located({ failoverPriority: ['a b'] })],
  ['shares of 99', 'WeightsDoNotSum', ['sum to 99'], shares({ eu: 90, us: 9 })],
  ['a share of 0', 'WeightsDoNotSum', ['from 1 on'], shares({ eu: 100, us: 0 })],
  ['half a percent', 'WeightsDoNotSum', ['99.5'], shares({ eu: 99.5, us: 0.5 })],
  ...['eu//b', '*/b', 'eu/*/b', 'a/b/c/d', ''].map((locality): Row => [
    `the locality "${locality}"`,
    'InvalidLocality',
    [`"${locality}" is not`],
    shares({ [locality]: 100 }),
  ]),
  ['a zone and its region', 'InvalidLocality', ['"eu/*" includes "eu/a"'], shares({ 'eu/a': 50, 'eu/*': 50 })],
  ['a region and all', 'InvalidLocality', ['"*" includes "eu"'], shares({ eu: 50, '*': 50 })],
  [
    'two distributions of one zone',
    'InvalidLocality',
    ['"eu/a/*" includes "eu/a"'],
    located({
      distribute: [
        { from: 'eu/a', to: { us: 100 } },
        { from: 'eu/a/*', to: { us: 100 } },
      ],
    }),
  ],
];

/** Limits, load balancing and localities that Istio rejects or that would have no effect. */
export const TRAFFIC_MISTAKES: Row[] = [...LIMITS, ...BALANCING, ...LOCALITIES];
