import fc from 'fast-check';
import { Traffic, Unsimulated } from '../../../lib/testing';
import { manifestsOf } from '../../support/manifests';
import { cartRules, istio, pods, service, TOWN, traffic } from './support';

const to = (host: string, subset?: string, port?: number) => [
  { destination: { host, subset, ...(port === undefined ? {} : { port: { number: port } }) } },
];
const alias = istio('VirtualService', 'alias', {
  hosts: ['alias.example'],
  http: [{ route: to('bank.money.svc.cluster.local') }],
});
const closed = istio('Sidecar', 'default', {
  egress: [{ hosts: ['shop/web.shop.svc.cluster.local', './alias.example'] }],
  outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
});
const unconditional = (of: Traffic, from: string, callee: string) =>
  of.matrix().reaches.find(each => each.from === from && each.to === callee)?.isUnconditional;

test('a host of a VirtualService that no Service has is in the matrix and in the difference', () => {
  expect(traffic([closed, alias]).from('web').http('GET http://alias.example/').outcomes[0]?.destination).toBe(
    'money/bank-v1',
  );
  expect(traffic([closed]).matrix().has('shop/web-v1', 'money/bank-v1')).toBe(false);
  expect(unconditional(traffic([closed, alias]), 'shop/web-v1', 'money/bank-v1:8080')).toBe(true);
  expect(Traffic.diff(traffic([closed]), traffic([closed, alias]))).toEqual([
    'money/bank-v1, shop/cart-v1, shop/cart-v2, shop/web-v1 → alias.example:80: did not exist → money/bank-v1:8080, 2 retries',
  ]);
});

test('a name without a dot that does not resolve is no path', () => {
  const ghost = istio('VirtualService', 'ghost', {
    hosts: ['ghost'],
    http: [{ route: to('bank.money.svc.cluster.local') }],
  });
  const open = istio('Sidecar', 'default', {
    egress: [{ hosts: ['./*'] }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  });
  expect(traffic([open, ghost]).matrix().has('shop/web-v1', 'money/bank-v1')).toBe(false);
});

test('a host outside the scope of a proxy is reached past it where unknown destinations are allowed', () => {
  const open = istio('Sidecar', 'default', {
    egress: [{ hosts: ['./*'] }],
    outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
  });
  const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'money');
  expect(unconditional(traffic([open]), 'shop/web-v1', 'money/bank-v1:8080')).toBe(true);
  expect(traffic([open, strict]).matrix().has('shop/web-v1', 'money/bank-v1')).toBe(false);
});

test('conditions on the caller are no conditions on its requests', () => {
  const rules = cartRules(
    { match: [{ sourceLabels: { app: 'web' } }], route: to('web'), timeout: '1s' },
    { match: [{ sourceNamespace: 'money' }], route: to('web'), timeout: '2s' },
    { match: [{ uri: { prefix: '/' } }], route: to('old') },
  );
  const town = traffic([rules, istio('AuthorizationPolicy', 'none', {})]);
  expect(town.matrix().toString()).not.toContain('*');
  const open = traffic([rules]);
  expect(unconditional(open, 'shop/web-v1', 'shop/web-v1:8080')).toBe(true);
  expect(unconditional(open, 'shop/cart-v1', 'shop/old-v1:8080')).toBe(true);
});

test('what is always aborted is not reached', () => {
  const aborted = (value: number) =>
    traffic([
      istio('Sidecar', 'default', {
        egress: [{ hosts: ['./cart.shop.svc.cluster.local'] }],
        outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      }),
      cartRules({ fault: { abort: { httpStatus: 503, percentage: { value } } }, route: to('cart') }),
    ]).matrix();
  expect(aborted(50).has('shop/web-v1', 'shop/cart-v1:8080')).toBe(true);
  expect(aborted(100).has('shop/web-v1', 'shop/cart-v1:8080')).toBe(false);
});

test('a connection with TLS that a rule sends elsewhere is in the matrix', () => {
  const rules = istio('VirtualService', 'vault', {
    hosts: ['vault.money.svc.cluster.local'],
    tls: [
      {
        match: [{ port: 9000, sniHosts: ['vault.money.svc.cluster.local'] }],
        route: to('cart.shop.svc.cluster.local', undefined, 9000),
      },
    ],
  });
  const scope = istio('Sidecar', 'default', {
    egress: [{ hosts: ['money/*', './vault.money.svc.cluster.local'] }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  });
  const vault = [
    pods('vault', 'v1', { namespace: 'money' }),
    service('vault', 'money', { ports: [{ name: 'tls', port: 9000, targetPort: 'raw' }] }),
  ];
  const town = traffic([rules, scope, ...vault]);
  expect(town.from('web').http('GET https://vault.money.svc.cluster.local:9000/').outcomes[0]?.destination).toMatch(
    /cart/,
  );
  expect(unconditional(town, 'shop/web-v1', 'shop/cart-v1:9000')).toBe(false);
});

test('a Pod without a proxy reaches names outside as far as NetworkPolicies allow', () => {
  const deny = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace: 'shop' },
    spec: { podSelector: {}, policyTypes: ['Egress'], egress: [] },
  };
  const outside = istio('ServiceEntry', 'outside', {
    hosts: ['api.example'],
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    resolution: 'STATIC',
    endpoints: [{ address: '10.0.0.1' }],
  });
  expect(traffic([outside]).from('old').http('GET http://api.example/').outcomes[0]?.destination).toBe('api.example');
  expect(unconditional(traffic([outside]), 'shop/old-v1', 'api.example')).toBe(true);
  traffic([outside, deny]).from('old').http('GET http://api.example/').expectDenied(0);
  expect(traffic([outside, deny]).matrix().has('shop/old-v1', 'api.example')).toBe(false);
});

const NAMES = ['cart', 'bank', 'cart.shop', 'bank.money', 'web.shop', 'old.shop'];
const FULL = [
  'cart.shop.svc.cluster.local',
  'bank.money.svc.cluster.local',
  'web.shop.svc.cluster.local',
  'old.shop.svc.cluster.local',
];
const ALIASES = ['alias.example', 'any.example', 'ghost'];

const route = fc.oneof(
  fc.constantFrom(...FULL).map(host => ({ route: to(host) })),
  fc
    .tuple(fc.constantFrom(...FULL), fc.constantFrom(80, 81, 9000))
    .map(([host, port]) => ({ route: to(host, undefined, port) })),
  fc.constant({ directResponse: { status: 418 } }),
  fc.constant({ route: to('cart.shop.svc.cluster.local', 'v1') }),
);
const match = fc.oneof(
  fc.constant({ uri: { prefix: '/' } }),
  fc.constant({ uri: { exact: '/a' } }),
  fc.constant({ sourceLabels: { app: 'web' } }),
  fc.constant({ sourceNamespace: 'money' }),
  fc.constant({ method: { exact: 'POST' } }),
  fc.constant({ port: 81 }),
);
const rule = fc
  .tuple(fc.array(match, { maxLength: 2 }), route, fc.constantFrom(undefined, 100))
  .map(([matches, target, abort]) => ({
    ...target,
    ...(matches.length > 0 ? { match: matches } : {}),
    ...(abort === undefined || !('route' in target)
      ? {}
      : { fault: { abort: { httpStatus: 503, percentage: { value: abort } } } }),
  }));
const place = fc.constantFrom('shop', 'money');
const virtualService = fc
  .tuple(
    fc.nat(99),
    place,
    fc.constantFrom(...FULL, ...ALIASES, '*.example', '*.shop.svc.cluster.local'),
    fc.array(rule, { minLength: 1, maxLength: 3 }),
  )
  .map(([id, namespace, host, http]) => istio('VirtualService', `v${id}`, { hosts: [host], http }, namespace));
const tcpRules = fc.tuple(fc.nat(99), fc.constantFrom(...FULL), fc.constantFrom(...FULL)).map(([id, host, target]) =>
  istio('VirtualService', `t${id}`, {
    hosts: [host],
    tcp: [{ match: [{ port: 9000 }], route: to(target, undefined, 9000) }],
    tls: [{ match: [{ port: 9000, sniHosts: [host] }], route: to(target, undefined, 9000) }],
  }),
);
const destinationRule = fc
  .tuple(
    fc.nat(99),
    fc.constantFrom(...FULL),
    place,
    fc.constantFrom<object>({}, { trafficPolicy: { tls: { mode: 'DISABLE' } } }),
  )
  .map(([id, host, namespace, spec]) =>
    istio(
      'DestinationRule',
      `d${id}`,
      { host, ...spec, subsets: [{ name: 'v1', labels: { version: 'v1' } }] },
      namespace,
    ),
  );
const scope = fc
  .tuple(
    place,
    fc.subarray(
      ['./*', 'money/*', 'shop/cart.shop.svc.cluster.local', '~/web.shop.svc.cluster.local', '*/alias.example'],
      { minLength: 1 },
    ),
    fc.boolean(),
  )
  .map(([namespace, hosts, isOpen]) =>
    istio(
      'Sidecar',
      'default',
      { egress: [{ hosts }], outboundTrafficPolicy: { mode: isOpen ? 'ALLOW_ANY' : 'REGISTRY_ONLY' } },
      namespace,
    ),
  );
const policy = fc
  .tuple(
    fc.nat(99),
    place,
    fc.constantFrom<object>(
      {},
      { rules: [{}] },
      { rules: [{ to: [{ operation: { paths: ['/a'] } }] }] },
      { rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] },
    ),
  )
  .map(([id, namespace, spec]) => istio('AuthorizationPolicy', `p${id}`, spec, namespace));
const mode = fc
  .tuple(place, fc.constantFrom('STRICT', 'DISABLE'))
  .map(([namespace, each]) => istio('PeerAuthentication', 'default', { mtls: { mode: each } }, namespace));
const objects = fc.tuple(
  fc.array(virtualService, { maxLength: 3 }),
  fc.array(tcpRules, { maxLength: 1 }),
  fc.array(destinationRule, { maxLength: 2 }),
  fc.array(scope, { maxLength: 1 }),
  fc.array(policy, { maxLength: 2 }),
  fc.array(mode, { maxLength: 1 }),
);
const CALLERS = ['shop/web-v1', 'shop/cart-v1', 'money/bank-v1', 'shop/old-v1'];

/** What single requests of a caller reach: by each name and port, protocol, path and method. */
function reachedBy(caller: string, of: Traffic): Set<string> {
  const from = of.from(caller);
  const asked = [...NAMES, ...FULL, ...ALIASES].flatMap(host =>
    [80, 81, 9000].flatMap(port => [
      () => from.http(`GET http://${host}:${port}/`),
      () => from.http(`GET http://${host}:${port}/a`),
      () => from.http(`POST http://${host}:${port}/b`),
      () => from.http(`GET https://${host}:${port}/`),
      () => from.tcp(`${host}:${port}`),
    ]),
  );
  return new Set(asked.flatMap(ask => attempt(ask)));
}

function attempt(ask: () => ReturnType<ReturnType<Traffic['from']>['tcp']>): string[] {
  try {
    return ask()
      .outcomes.filter(each => each.destination.includes('/'))
      .map(each => `${each.destination}:${each.port}`);
  } catch (error) {
    if (error instanceof Unsimulated) {
      return [];
    }
    throw error;
  }
}

test('every workload that a single request reaches is in the matrix, and requests confirm each unconditional entry of it', () => {
  fc.assert(
    fc.property(objects, generated => {
      const of = Traffic.of(manifestsOf([...TOWN, ...distinct(generated.flat())]));
      const { reaches } = of.matrix();
      for (const caller of CALLERS) {
        const single = reachedBy(caller, of);
        const entries = reaches.filter(each => each.from === caller && each.to.includes('/'));
        expect([...single].filter(each => !entries.some(({ to: callee }) => callee === each))).toEqual([]);
        expect(entries.filter(each => each.isUnconditional && !single.has(each.to))).toEqual([]);
      }
    }),
    { numRuns: 12 },
  );
});

function distinct(all: readonly object[]): object[] {
  return [...new Map(all.map(each => [JSON.stringify({ ...each, spec: 0 }), each])).values()];
}
