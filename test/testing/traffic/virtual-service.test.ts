import fc from 'fast-check';
import { type RequestProps, Unsimulated } from '../../../lib/testing';
import { cartRules, endsOf, istio, meshConfig, service, traffic } from './support';

const direct = (status: number, match?: object) => ({
  ...(match ? { match: [match] } : {}),
  directResponse: { status },
});
const toBank = { route: [{ destination: { host: 'bank.money.svc.cluster.local' } }] };
const toCart = { route: [{ destination: { host: 'cart', subset: 'v2' } }] };
const versions = istio('DestinationRule', 'cart', {
  host: 'cart',
  subsets: ['v1', 'v2'].map(name => ({ name, labels: { version: name } })),
});

/** Whether a match takes a request of web: then it is answered 299, else it goes to cart. */
function matches(match: object, request: string, props: RequestProps = {}): boolean {
  return (
    endsOf(
      traffic([cartRules(direct(299, match))])
        .from('web')
        .http(request, props),
    ) === '299'
  );
}

test.each<[string, object, string, RequestProps, boolean]>([
  ['an exact path', { uri: { exact: '/a' } }, 'GET http://cart/a', {}, true],
  ['an exact path, with a query', { uri: { exact: '/a' } }, 'GET http://cart/a?b=c', {}, true],
  ['another path', { uri: { exact: '/a' } }, 'GET http://cart/a/', {}, false],
  ['a prefix, which is one of characters', { uri: { prefix: '/a' } }, 'GET http://cart/ab', {}, true],
  ['an expression, for the whole path', { uri: { regex: '/a[0-9]' } }, 'GET http://cart/a1/b', {}, false],
  ['an expression that matches it', { uri: { regex: '/a[0-9]+' } }, 'GET http://cart/a12', {}, true],
  ['an expression with flags of RE2', { uri: { regex: '(?i)/ABC' } }, 'GET http://cart/abc', {}, true],
  [
    'an expression with a class that JavaScript has by a flag alone',
    { uri: { regex: '/\\pL+' } },
    'GET http://cart/abc',
    {},
    true,
  ],
  [
    'an expression with an end of the text of RE2',
    { uri: { regex: '/(?P<name>[a-z]+)\\z' } },
    'GET http://cart/abc',
    {},
    true,
  ],
  [
    'an expression that would keep JavaScript busy for ever',
    { uri: { regex: '/(a+)+b' } },
    `GET http://cart/${'a'.repeat(60)}`,
    {},
    false,
  ],
  ['a path in another case', { uri: { exact: '/A' } }, 'GET http://cart/a', {}, false],
  ['a path in any case', { uri: { exact: '/A' }, ignoreUriCase: true }, 'GET http://cart/a', {}, true],
  ['a prefix in any case', { uri: { prefix: '/A' }, ignoreUriCase: true }, 'GET http://cart/a/b', {}, true],
  ['a scheme', { scheme: { exact: 'http' } }, 'GET http://cart/', {}, true],
  ['another scheme', { scheme: { exact: 'https' } }, 'GET http://cart/', {}, false],
  ['a method', { method: { exact: 'POST' } }, 'POST http://cart/', {}, true],
  ['another method', { method: { exact: 'POST' } }, 'GET http://cart/', {}, false],
  ['an authority', { authority: { exact: 'cart' } }, 'GET http://cart/', {}, true],
  [
    'an authority with a port, which is a part of it',
    { authority: { exact: 'cart' } },
    'GET http://cart/',
    { headers: { host: 'cart:80' } },
    false,
  ],
  [
    'a header',
    { headers: { 'X-Kind': { exact: 'gold' } } },
    'GET http://cart/',
    { headers: { 'x-kind': 'gold' } },
    true,
  ],
  ['a header that is missing', { headers: { 'x-kind': { prefix: 'gold' } } }, 'GET http://cart/', {}, false],
  [
    'a header that has to be there',
    { headers: { 'x-kind': {} } },
    'GET http://cart/',
    { headers: { 'x-kind': 'any' } },
    true,
  ],
  [
    'a header that has to be there, by a star',
    { headers: { 'x-kind': { regex: '*' } } },
    'GET http://cart/',
    {},
    false,
  ],
  [
    'a header that may not be so',
    { withoutHeaders: { 'x-kind': { exact: 'gold' } } },
    'GET http://cart/',
    { headers: { 'x-kind': 'gold' } },
    false,
  ],
  [
    'a header that may not be so, and is missing',
    { withoutHeaders: { 'x-kind': { exact: 'gold' } } },
    'GET http://cart/',
    {},
    true,
  ],
  [
    'a header that may not be there',
    { withoutHeaders: { 'x-kind': {} } },
    'GET http://cart/',
    { headers: { 'x-kind': 'tin' } },
    false,
  ],
  ['a header that may not be there, and is not', { withoutHeaders: { 'x-kind': {} } }, 'GET http://cart/', {}, true],
  ['a parameter', { queryParams: { q: { exact: '1' } } }, 'GET http://cart/?p=2&q=1', {}, true],
  ['a parameter of another value', { queryParams: { q: { exact: '1' } } }, 'GET http://cart/?q=12', {}, false],
  ['a port', { port: 80 }, 'GET http://cart/', {}, true],
  ['another port', { port: 81 }, 'GET http://cart/', {}, false],
  ['labels of the caller', { sourceLabels: { app: 'web' } }, 'GET http://cart/', {}, true],
  ['labels of another', { sourceLabels: { app: 'web', version: 'v2' } }, 'GET http://cart/', {}, false],
  ['the namespace of the caller', { sourceNamespace: 'shop' }, 'GET http://cart/', {}, true],
  ['another namespace', { sourceNamespace: 'money' }, 'GET http://cart/', {}, false],
  ['the mesh', { gateways: ['mesh'] }, 'GET http://cart/', {}, true],
  ['a gateway', { gateways: ['shop/door'] }, 'GET http://cart/', {}, false],
  ['the mesh, with any labels', { gateways: ['mesh'], sourceLabels: { app: 'nobody' } }, 'GET http://cart/', {}, true],
  ['all that is demanded', { uri: { prefix: '/a' }, method: { exact: 'GET' } }, 'GET http://cart/a', {}, true],
  ['a part of what is demanded', { uri: { prefix: '/a' }, method: { exact: 'GET' } }, 'POST http://cart/a', {}, false],
])('a match for %s', (_name, match, request, props, expected) => {
  expect(matches(match, request, props)).toBe(expected);
});

test('an expression that RE2 does not support is rejected, as Istio rejects it', () => {
  expect(() => matches({ uri: { regex: '/(?=a).*' } }, 'GET http://cart/a')).toThrow(Unsimulated);
});

test('paths are matched without dots and needless escapes, and with both slashes', () => {
  expect(
    ['/a/../b', '/./b', '/%62', '/b'].map(path => matches({ uri: { exact: '/b' } }, `GET http://cart${path}`)),
  ).toEqual([true, true, true, true]);
  const merging = traffic([
    meshConfig({ pathNormalization: { normalization: 'MERGE_SLASHES' } }),
    cartRules(direct(299, { uri: { exact: '/a/b' } })),
  ]);
  expect([
    endsOf(merging.from('web').http('GET http://cart//a//b')),
    matches({ uri: { exact: '/a/b' } }, 'GET http://cart/a//b'),
  ]).toEqual(['299', false]);
});

test('the first rule that matches a request applies, and a request that none matches gets 404', () => {
  const web = traffic([cartRules(direct(201, { uri: { exact: '/a' } }), direct(202, { uri: { prefix: '/a' } }))]).from(
    'web',
  );
  expect(['/a', '/ab', '/b'].map(path => endsOf(web.http(`GET http://cart${path}`)))).toEqual(['201', '202', '404']);
});

test('one of several matches is enough', () => {
  const web = traffic([
    cartRules({ match: [{ uri: { exact: '/a' } }, { uri: { exact: '/b' } }], directResponse: { status: 299 } }),
  ]).from('web');
  expect(['/a', '/b', '/c'].map(path => endsOf(web.http(`GET http://cart${path}`)))).toEqual(['299', '299', '404']);
});

test('a VirtualService whose rules are all for others leaves the host as it is', () => {
  expect(
    endsOf(
      traffic([cartRules(direct(299, { sourceNamespace: 'money' }))])
        .from('web')
        .http('GET http://cart/'),
    ),
  ).toBe('cart-v1 50%, cart-v2 50%');
});

test('of two VirtualServices for one host the first counts', () => {
  const [a, b] = ['a', 'b'].map((name, index) =>
    istio('VirtualService', name, { hosts: ['cart'], http: [direct(201 + index)] }),
  );
  expect(
    endsOf(
      traffic([b ?? {}, a ?? {}])
        .from('web')
        .http('GET http://cart/'),
    ),
  ).toBe('201');
});

test('a host is found by all of its names, and a better one counts before a pattern', () => {
  const objects = [
    istio('VirtualService', 'all', { hosts: ['*.shop.svc.cluster.local'], http: [direct(201)] }),
    cartRules(direct(202)),
  ];
  const ask = (host: string, from = 'web') => endsOf(traffic(objects).from(from).http(`GET http://${host}/`));
  expect(['cart', 'cart.shop', 'cart.shop.svc', 'cart.shop.svc.cluster.local', 'CART'].map(host => ask(host))).toEqual([
    '202',
    '202',
    '202',
    '202',
    '202',
  ]);
  expect([ask('web'), ask('cart.shop', 'bank')]).toEqual(['201', '202']);
});

test.each([
  [undefined, '299', '299'],
  [['*'], '299', '299'],
  [['.'], '299', 'cart-v1 50%, cart-v2 50%'],
  [['money'], 'cart-v1 50%, cart-v2 50%', '299'],
  [['~'], 'cart-v1 50%, cart-v2 50%', 'cart-v1 50%, cart-v2 50%'],
])('exported to %j it is for web: %s, and for bank: %s', (exportTo, web, bank) => {
  const all = traffic([istio('VirtualService', 'cart', { hosts: ['cart'], http: [direct(299)], exportTo })]);
  expect([
    endsOf(all.from('web').http('GET http://cart/')),
    endsOf(all.from('bank').http('GET http://cart.shop/')),
  ]).toEqual([web, bank]);
});

test('a host that no Service has is one on port 80 alone', () => {
  const web = traffic([istio('VirtualService', 'free', { hosts: ['free.example'], http: [direct(299)] })]).from('web');
  expect([
    endsOf(web.http('GET http://free.example/')),
    web.http('GET http://free.example:81/').outcomes[0]?.destination,
  ]).toEqual(['299', 'free.example']);
});

test('weights are shares; a single destination gets all, with any weight', () => {
  const split = (...weights: (number | undefined)[]) =>
    endsOf(
      traffic([
        versions,
        cartRules({
          route: weights.map((weight, index) => ({ destination: { host: 'cart', subset: `v${index + 1}` }, weight })),
        }),
      ])
        .from('web')
        .http('GET http://cart/'),
    );
  expect([split(90, 10), split(3, 1), split(0, 7), split(10), split(undefined)]).toEqual([
    'cart-v1 90%, cart-v2 10%',
    'cart-v1 75%, cart-v2 25%',
    'cart-v2',
    'cart-v1',
    'cart-v1',
  ]);
});

test('what does not exist is answered with 503', () => {
  const to = (destination: object) =>
    endsOf(
      traffic([versions, cartRules({ route: [{ destination }] })])
        .from('web')
        .http('GET http://cart/'),
    );
  expect([
    to({ host: 'nobody' }),
    to({ host: 'cart', subset: 'v9' }),
    to({ host: 'cart', port: { number: 99 } }),
  ]).toEqual(['503', '503', '503']);
});

test.each<[string, object, string, string]>([
  [
    'a prefix is replaced by characters',
    { match: [{ uri: { prefix: '/a' } }], rewrite: { uri: '/b' } },
    '/a/c?q=1',
    '/b/c?q=1',
  ],
  ['with a slash too much', { match: [{ uri: { prefix: '/a' } }], rewrite: { uri: '/b/' } }, '/a/c', '/b//c'],
  ['an exact path is replaced whole', { match: [{ uri: { exact: '/a' } }], rewrite: { uri: '/b' } }, '/a', '/b'],
  [
    'a path that an expression matches is replaced whole',
    { match: [{ uri: { regex: '/a.*' } }], rewrite: { uri: '/b' } },
    '/a/c',
    '/b',
  ],
  ['without a match the first slash is replaced', { rewrite: { uri: '/b' } }, '/a', '/ba'],
  [
    'by an expression, in all places',
    { rewrite: { uriRegexRewrite: { match: '/([a-z])x', rewrite: '/\\1' } } },
    '/ax/bx',
    '/a/b',
  ],
])('%s', (_name, rule, path, expected) => {
  const result = traffic([versions, cartRules({ ...rule, ...toCart })])
    .from('web')
    .http(`GET http://cart${path}`);
  expect(result.outcomes.map(each => each.path)).toEqual([expected]);
});

test('the host is rewritten by the rule before the destination', () => {
  const hosts = (rule: object, route: object = {}) =>
    traffic([versions, cartRules({ ...rule, route: [{ destination: { host: 'cart', subset: 'v1' }, ...route }] })])
      .from('web')
      .http('GET http://cart/')
      .outcomes.map(each => each.host);
  expect(hosts({ rewrite: { authority: 'new.example' } })).toEqual(['new.example']);
  expect(hosts({ headers: { request: { set: { Host: 'set.example' } } } })).toEqual(['set.example']);
  expect(hosts({}, { headers: { request: { set: { host: 'one.example' } } } })).toEqual(['one.example']);
  expect(
    hosts({ rewrite: { authority: 'new.example' } }, { headers: { request: { set: { host: 'one.example' } } } }),
  ).toEqual(['new.example']);
});

test('headers are removed, then set, then added, on rule and destination', () => {
  const result = traffic([
    versions,
    cartRules({
      headers: {
        request: { set: { 'X-Set': 'rule' }, add: { 'x-kind': 'more' }, remove: ['x-gone'] },
        response: { set: { 'x-answer': 'yes' } },
      },
      route: [
        { destination: { host: 'cart', subset: 'v1' }, headers: { request: { set: { 'x-set': 'destination' } } } },
      ],
    }),
  ])
    .from('web')
    .http('GET http://cart/', { headers: { 'x-gone': '1', 'x-kind': 'gold' } });
  expect(result.outcomes.map(each => each.headers)).toEqual([{ 'x-kind': 'gold,more', 'x-set': 'destination' }]);
  expect(result.responseHeaders).toEqual({ 'x-answer': 'yes' });
});

test.each<[string, object[], string[]]>([
  // One level of Envoy: all overwrite before all append.
  ['one destination: the rule adds to what the destination sets', [{}], ['one,two', 'three,four']],
  [
    'one of several destinations: the operations of the destination come first',
    [{ weight: 100 }, { weight: 0 }],
    ['one,two', 'four,three'],
  ],
])('header operations of rule and destination, with %s', (_name, weights, expected) => {
  const result = traffic([
    versions,
    cartRules({
      headers: { request: { add: { 'x-set': 'two', 'x-added': 'three' } } },
      route: weights.map(weight => ({
        destination: { host: 'cart', subset: 'v1' },
        headers: { request: { set: { 'x-set': 'one' }, add: { 'x-added': 'four' } } },
        ...weight,
      })),
    }),
  ])
    .from('web')
    .http('GET http://cart/');
  expect(result.outcomes.map(({ headers }) => [headers['x-set'], headers['x-added']])).toEqual([expected]);
});

test.each<[string, object, string, string]>([
  ['a path', { uri: '/new' }, 'GET http://cart/a?q=1', 'http://cart/new?q=1'],
  ['a host', { authority: 'other.example' }, 'GET http://cart/a', 'http://other.example/a'],
  ['a scheme', { scheme: 'https' }, 'GET http://cart/a', 'https://cart/a'],
  ['a port', { port: 8443, scheme: 'https' }, 'GET http://cart/a', 'https://cart:8443/a'],
])('a redirect to another place by %s', (_name, redirect, request, location) => {
  const result = traffic([cartRules({ redirect: { ...redirect, redirectCode: 308 } })])
    .from('web')
    .http(request);
  result.expectRedirectedTo(location);
  result.expectDenied(308);
});

test.each([
  [{ prefix: '/old' }, '/new', '/old/a?q=1', '/new/a?q=1'],
  [{ prefix: '/old/' }, '/new/', '/old/a', '/new/a'],
  [{ prefix: '/' }, '/new/', '/a', '/new/a'],
  [undefined, '/new/', '/a', '/new/a'],
])('a redirect of the prefix %j to %s leads %s to %s', (uri, prefixRewrite, path, expected) => {
  traffic([cartRules({ match: [{ uri }], redirect: { prefixRewrite } })])
    .from('web')
    .http(`GET http://cart${path}`)
    .expectRedirectedTo(`http://cart${expected}`);
});

test.each([
  [':method', 'POST', 'GET'],
  [':path', '/a?q=1', '/a'],
  [':scheme', 'http', 'https'],
  [':authority', 'cart', 'other'],
  ['host', 'cart', 'other'],
])('a condition on the header %s is one on a part of the request', (header, value, other) => {
  const ask = (exact: string, conditions: string) =>
    endsOf(
      traffic([cartRules({ match: [{ [conditions]: { [header]: { exact } } }], directResponse: { status: 299 } })])
        .from('web')
        .http('POST http://cart/a?q=1'),
    );
  expect([ask(value, 'headers'), ask(other, 'headers'), ask(value, 'withoutHeaders')]).toEqual(['299', '404', '404']);
});

test('timeout and retries are those of the rule; without any, Istio retries twice without a timeout', () => {
  const terms = (rule: object, ...more: object[]) => {
    const { timeout, retries, perTryTimeout } = traffic([versions, cartRules({ ...rule, ...toCart }), ...more])
      .from('web')
      .http('GET http://cart/');
    return [timeout, retries, perTryTimeout];
  };
  expect(terms({})).toEqual([undefined, 2, undefined]);
  expect(terms({ timeout: '1m30s', retries: { attempts: 3, perTryTimeout: '250ms' } })).toEqual([90_000, 3, 250]);
  expect(terms({ retries: { attempts: 0 } })).toEqual([undefined, 0, undefined]);
  expect(terms({}, meshConfig({ defaultHttpRetryPolicy: { attempts: 5 } }))).toEqual([undefined, 5, undefined]);
});

test('faults apply to their share before anything else', () => {
  const result = traffic([
    versions,
    cartRules({
      fault: {
        abort: { httpStatus: 418, percentage: { value: 20 } },
        delay: { fixedDelay: '2s', percentage: { value: 50 } },
      },
      ...toCart,
    }),
  ])
    .from('web')
    .http('GET http://cart/');
  result.expectSplit({ 418: 20, v2: 80 });
  expect([result.delay, result.delayedShare]).toEqual([2000, 0.5]);
  const silent = traffic([versions, cartRules({ fault: { abort: { httpStatus: 418 } }, ...toCart })])
    .from('web')
    .http('GET http://cart/');
  silent.expectSplit({ v2: 100 });
});

test('copies go to the destinations of mirrors, unless their percentage is zero', () => {
  const mirrors = (rule: object) =>
    traffic([versions, cartRules({ ...rule, ...toCart })])
      .from('web')
      .http('GET http://cart/').mirrors;
  expect(mirrors({ mirror: { host: 'bank.money.svc.cluster.local' } })).toEqual(['money/bank-v1']);
  expect(mirrors({ mirror: { host: 'bank.money.svc.cluster.local' }, mirrorPercentage: { value: 0 } })).toEqual([]);
  expect(
    mirrors({
      mirrors: [{ destination: { host: 'old' } }, { destination: { host: 'web' }, percentage: { value: 10 } }],
    }),
  ).toEqual(['shop/old-v1', 'shop/web-v1']);
});

describe('requests are mirrored', () => {
  const ask = (rule: object, objects: object[] = [], request = 'GET http://cart/', headers = {}) =>
    traffic([versions, cartRules({ ...toCart, ...rule }), ...objects])
      .from('web')
      .http(request, { headers });
  const to = (host: string, subset?: string) => ({ mirror: { host, subset, port: { number: 80 } } });
  const mirror = to('bank.money.svc.cluster.local');
  const bank = (spec: object) =>
    istio('AuthorizationPolicy', 'bank', { selector: { matchLabels: { app: 'bank' } }, ...spec }, 'money');
  const shadowing = istio('DestinationRule', 'own', { host: 'bank.money.svc.cluster.local' });
  const declaring = istio('DestinationRule', 'bank', { host: 'bank', subsets: [{ name: 'v1' }] }, 'money');

  test.each<[string, object, object[], string]>([
    ['a subset that no DestinationRule declares', to('cart', 'v9'), [], 'subset v9 of cart.shop.svc.cluster.local'],
    [
      'a subset that a DestinationRule of the caller hides',
      to('bank.money.svc.cluster.local', 'v1'),
      [declaring, shadowing],
      'subset v1 of bank.money.svc.cluster.local',
    ],
    ['a host that does not exist', to('lost'), [], 'lost.shop.svc.cluster.local:80'],
    ['a Service without Pods', to('empty'), [service('empty')], 'which has no endpoints'],
    ['what denies it', mirror, [bank({ rules: [] })], 'denied by AuthorizationPolicy money/bank'],
  ])('in vain to %s, which the explanation states', (_, rule, objects, reason) => {
    const answer = ask(rule, objects);
    expect(answer.mirrors).toEqual([]);
    expect(answer.explain()).toContain('100% mirrored in vain: ');
    expect(answer.explain()).toContain(reason);
  });

  test('by a DestinationRule that is not hidden', () => {
    expect(ask(to('bank.money.svc.cluster.local', 'v1'), [declaring]).mirrors).toEqual(['money/bank-v1']);
  });

  test('as they are sent: policies there decide by the rewritten path and the headers of the rule', () => {
    const only = (operation: object) => bank({ rules: [{ to: [{ operation }] }] });
    const rewritten = { ...mirror, match: [{ uri: { exact: '/a' } }], rewrite: { uri: '/b' } };
    expect(ask(rewritten, [only({ paths: ['/b'] })], 'GET http://cart/a').mirrors).toEqual(['money/bank-v1']);
    expect(ask(rewritten, [only({ paths: ['/a'] })], 'GET http://cart/a').mirrors).toEqual([]);
  });

  test('as far as a backend gets them', () => {
    const split = (subset: string) => [
      { destination: { host: 'cart', subset: 'v1' }, weight: 25 },
      { destination: { host: 'cart', subset }, weight: 75 },
    ];
    expect(ask({ ...mirror, route: split('v2') }).mirrorShares).toEqual({ 'money/bank-v1': 1 });
    expect(ask({ ...mirror, route: split('v9') }).mirrorShares).toEqual({ 'money/bank-v1': 0.25 });
    const fault = { abort: { httpStatus: 500, percentage: { value: 40 } } };
    expect(ask({ ...mirror, fault }).mirrorShares).toEqual({ 'money/bank-v1': 0.6 });
  });

  test('unless the proxy responds to them', () => {
    const cors = { corsPolicy: { allowOrigins: [{ exact: 'https://a.example' }] } };
    const preflight = { origin: 'https://a.example', 'access-control-request-method': 'GET' };
    expect(ask({ ...mirror, ...cors }, [], 'OPTIONS http://cart/', preflight).mirrors).toEqual([]);
    expect(ask({ ...mirror, ...cors }, [], 'OPTIONS http://cart/').mirrors).toEqual(['money/bank-v1']);
  });

  test('to where it is not known whether they arrive, without an effect on the request', () => {
    const byAddress = bank({ rules: [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }] });
    const answer = ask(mirror, [byAddress]);
    answer.expectSplit({ v2: 100 });
    expect(() => answer.mirrors).toThrow('Set the `address` of the request');
  });
});

test('the proxy responds to a preflight of a listed origin, and forwards any other', () => {
  const preflight = (origin: string) =>
    endsOf(
      traffic([versions, cartRules({ corsPolicy: { allowOrigins: [{ exact: 'https://www.example' }] }, ...toCart })])
        .from('web')
        .http('OPTIONS http://cart/', { headers: { origin, 'access-control-request-method': 'POST' } }),
    );
  expect([preflight('https://www.example'), preflight('https://evil.example')]).toEqual(['200', 'cart-v2']);
});

test('a delegate replaces the rule, with the matches of both', () => {
  const root = cartRules(
    { match: [{ uri: { prefix: '/a' } }], delegate: { name: 'part' }, timeout: '3s' },
    direct(299),
  );
  const part = (http: object[], exportTo?: string[]) => istio('VirtualService', 'part', { http, exportTo });
  const ask = (objects: object[], path: string) =>
    traffic([root, ...objects])
      .from('web')
      .http(`GET http://cart${path}`);
  const rules = part([
    { match: [{ uri: { exact: '/a/b' }, method: { exact: 'GET' } }], ...toBank },
    { match: [{ uri: { prefix: '/c' } }], ...toBank },
    toBank,
  ]);

  expect(['/a/b', '/a/c', '/c', '/x'].map(path => endsOf(ask([rules], path)))).toEqual([
    'bank-v1',
    'bank-v1',
    '299',
    '299',
  ]);
  expect(ask([rules], '/a/b').timeout).toBe(3000);
  expect(endsOf(ask([], '/a'))).toBe('299');
  expect(endsOf(ask([part([toBank], ['money'])], '/a'))).toBe('299');
});

test('a delegate that compares by another expression is left out', () => {
  const root = cartRules({ match: [{ uri: { regex: '/a.*' } }], delegate: { name: 'part' } }, direct(299));
  expect(
    endsOf(
      traffic([root, istio('VirtualService', 'part', { http: [{ match: [{ uri: { prefix: '/a' } }], ...toBank }] })])
        .from('web')
        .http('GET http://cart/a'),
    ),
  ).toBe('299');
});

test('the shares of any rules sum to one', () => {
  const rule = fc.record({
    match: fc.option(fc.constantFrom([{ uri: { prefix: '/a' } }], [{ method: { exact: 'POST' } }]), { nil: undefined }),
    fault: fc.option(
      fc.record({
        abort: fc.record({
          httpStatus: fc.constant(418),
          percentage: fc.record({ value: fc.integer({ min: 0, max: 100 }) }),
        }),
      }),
      { nil: undefined },
    ),
    route: fc.array(
      fc.record({
        destination: fc.constantFrom(
          { host: 'cart', subset: 'v1' },
          { host: 'cart' },
          { host: 'nobody' },
          { host: 'old' },
        ),
        weight: fc.integer({ min: 1, max: 100 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  });
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), fc.constantFrom('/', '/a/b'), (http, path) => {
      const { outcomes } = traffic([versions, cartRules(...http)])
        .from('web')
        .http(`GET http://cart${path}`);
      expect(outcomes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(outcomes.every(({ share }) => share > 0)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a mirror that a delegate inherits is a host of the namespace of the delegating VirtualService', () => {
  const objects = [
    cartRules({ delegate: { name: 'leaf', namespace: 'money' }, mirror: { host: 'web' } }),
    istio('VirtualService', 'leaf', { http: [{ route: [{ destination: { host: 'bank' } }] }] }, 'money'),
  ];
  const result = traffic(objects).from('web').http('GET http://cart/');
  expect(result.mirrors).toEqual(['shop/web-v1']);
});
