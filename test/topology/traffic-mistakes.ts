import { Duration } from 'cdk8s';
import {
  type CallProps,
  type CircuitBreakerProps,
  HashKey,
  HeaderMatch,
  type LoadBalancing,
  LoadBalancingAlgorithm,
  type LocalityLoadBalancing,
  Operation,
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
  ['a circuit breaker without a limit', 'NoEffect', ['no limit'], limited({})],
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
    ['`consistentHash` is the text'],
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

const called =
  (props: CallProps, port = Port.http(80)) =>
  () => {
    const shop = new Topology('shop');
    const cart = shop.addService('cart', { image: 'example/x:1', port });
    shop.addService('web', { image: 'example/x:1' }).calls(cart, props);
  };
const jason = HeaderMatch.exact('end-user', 'jason');
const set = (name: string, value = 'x') => called({ headers: { request: { set: { [name]: value } } } });
const rewritten = (from: string, to: string) => called({ rewrite: { pathPrefix: { from, to } } });

const CALLS: Row[] = [
  ['a match without a fault', 'NoEffect', ['neither a delay nor an abort'], called({ faults: { match: jason } })],
  [
    'a match that is a text',
    'NotDeclared',
    ['faults.match'],
    called({ faults: { abort: { status: 500 }, match: 'x' as unknown as HeaderMatch } }),
  ],
  ['empty changes of requests', 'NoEffect', ['header changes are empty'], called({ headers: { request: {} } })],
  [
    'empty changes of responses',
    'NoEffect',
    ['header changes are empty'],
    called({ headers: { response: { set: {} } } }),
  ],
  [
    'a header that is set and removed',
    'Contradiction',
    ['x-a is changed in two ways'],
    called({ headers: { request: { set: { 'x-a': '1' }, remove: ['x-a'] } } }),
  ],
  ['the header host', 'InvalidHeader', ['rewrite: { host }'], set('host')],
  ...['x-envoy-retry-on', 'x-forwarded-client-cert', 'connection', 'content-length'].map((name): Row => [
    `the header ${name}`,
    'InvalidHeader',
    ['belongs to the proxies'],
    set(name),
  ]),
  ['a header in upper case that is set', 'InvalidHeader', ['"x-a"'], set('X-A')],
  [
    'a reserved header that is removed',
    'InvalidHeader',
    ['"host"'],
    called({ headers: { response: { remove: ['host'] } } }),
  ],
  ['a value with a line break', 'InvalidText', ['x-a'], set('x-a', 'a\nb')],
  ['a value with surrounding blanks', 'InvalidText', ['whitespace'], set('x-a', ' a')],
  ['an empty rewrite', 'NoEffect', ['neither path nor host'], called({ rewrite: {} })],
  ['a rewrite to itself', 'NoEffect', ['by itself'], rewritten('/a', '/a')],
  ...['a', '/a/', '', '/a?b', '/a/../b', '/{id}', '//a', '/a b'].flatMap((prefix): Row[] => [
    [`a rewrite of "${prefix}"`, 'InvalidPath', [`"${prefix}"`], rewritten(prefix, '/x')],
    [`a rewrite to "${prefix}"`, 'InvalidPath', [`"${prefix}"`], rewritten('/x', prefix)],
  ]),
  ['a rewrite to a host that is none', 'InvalidHost', ['a_b'], called({ rewrite: { host: 'a_b' } })],
  [
    'operations of rewritten paths',
    'Contradiction',
    ['compared with the new path'],
    called({ rewrite: { pathPrefix: { from: '/a', to: '/b' } }, allowedOperations: [Operation.http('GET /a')] }),
  ],
  ['header changes of connections', 'NoRequests', ['headers'], called({ headers: {} }, Port.tcp(5432))],
];

const RULES: Row[] = [
  [
    'a second rule for the same header',
    'Duplicate',
    ['it sends them to v2'],
    () => {
      const cart = service();
      cart.routeTo('v2', jason);
      cart.split({ v1: 50, v2: 50 }, jason);
    },
  ],
  [
    'a route behind a mirror for its header',
    'Duplicate',
    ['it mirrors them to v2'],
    () => {
      const cart = service();
      cart.mirrorTo('v2', 100, HeaderMatch.prefix('end-user', 'j'));
      cart.routeTo('v2', jason);
    },
  ],
  [
    'a mirror behind a direct response to its header',
    'Duplicate',
    ['it answers with 204'],
    () => {
      const cart = service();
      cart.respondDirectly(jason, { status: 204 });
      cart.mirrorTo('v2', 100, jason);
    },
  ],
  [
    'a split of connections by header',
    'NoRequests',
    ['Splitting by header'],
    () => service(Port.tcp(5432)).split({ v1: 100 }, jason),
  ],
  [
    'a direct response to connections',
    'NoRequests',
    ['direct response'],
    () => service(Port.tcp(5432)).respondDirectly(jason, { status: 204 }),
  ],
  [
    'a direct response of no status',
    'OutOfRange',
    ['status of the direct response is 99'],
    () => service().respondDirectly(jason, { status: 99 }),
  ],
  [
    'a direct response of a megabyte',
    'OutOfRange',
    ['1048576 bytes'],
    () => service().respondDirectly(jason, { status: 200, body: 'x'.repeat(2 ** 20) }),
  ],
  ['a split of 90 by header', 'WeightsDoNotSum', ['sums to 90'], () => service().split({ v1: 90 }, jason)],
];

/** Limits, load balancing, localities, calls and traffic rules that Istio rejects or that would have no effect. */
export const TRAFFIC_MISTAKES: Row[] = [...LIMITS, ...BALANCING, ...LOCALITIES, ...CALLS, ...RULES];
