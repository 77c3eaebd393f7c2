import { Traffic } from '../../lib/testing';
import { app, imported, istio, PAY_VERSIONS, synthesized } from '../support/imported';

const versions = app('web') + PAY_VERSIONS;
const to = (subset: string, more = '') => `route: [{ destination: { host: pay, subset: ${subset} }${more} }]`;
const gold = 'match: [{ headers: { x: { exact: gold } } }]';
const rules = (...all: readonly string[]) =>
  imported(
    versions + istio('VirtualService', 'pay', `{ hosts: [pay], http: [${all.map(each => `{ ${each} }`).join(', ')}] }`),
  );

test('a rule for a header becomes a route to a version', () => {
  const result = rules(`${gold}, ${to('v2')}`, to('v1'));

  expect(result.status).toBe(0);
  expect(result.model).toContain("pay.routeTo('v2', HeaderMatch.exact('x', 'gold'));\npay.split({ v1: 100 });");
  expect(result.model).not.toContain('addJsonPatch');
});

test('each of several matches of a rule becomes a route', () => {
  const { status, model } = rules(
    `match: [{ headers: { x: { prefix: go } } }, { headers: { z: { regex: 'a+' } } }], ${to('v2')}`,
    to('v1'),
  );

  expect(status).toBe(0);
  expect(model).toContain(
    "pay.routeTo('v2', HeaderMatch.prefix('x', 'go'));\npay.routeTo('v2', HeaderMatch.regex('z', 'a+'));",
  );
});

test('weights for a header become a split with a match', () => {
  const { status, model } = rules(
    `${gold}, route: [{ destination: { host: pay, subset: v1 }, weight: 1 }, { destination: { host: pay, subset: v2 }, weight: 1 }]`,
    to('v1'),
  );

  expect(status).toBe(0);
  expect(model).toContain("pay.split({ v1: 50, v2: 50 }, HeaderMatch.exact('x', 'gold'));");
});

test('faults of all requests become those of the calls', () => {
  const { status, model } = rules(
    `fault: { delay: { fixedDelay: 2s, percentage: { value: 10 } }, abort: { httpStatus: 503, percentage: { value: 50 } } }, ${to('v1')}`,
  );

  expect(status).toBe(0);
  expect(model).toContain(
    'faults: { delay: { duration: Duration.seconds(2), percent: 10 }, abort: { status: 503, percent: 50 } },',
  );
});

test('faults of requests with a header become those of the calls, with the header', () => {
  const result = rules(
    `${gold}, fault: { abort: { httpStatus: 500, percentage: { value: 100 } } }, ${to('v1')}`,
    to('v1'),
  );
  const traffic = Traffic.of(synthesized(result));

  expect(result.status).toBe(0);
  expect(result.model).toContain("faults: { abort: { status: 500 }, match: HeaderMatch.exact('x', 'gold') }");
  expect(result.model).not.toContain('routeTo');
  expect(traffic.from('web').http('GET http://pay/', { headers: { x: 'gold' } }).outcomes).toMatchObject([
    { status: 500 },
  ]);
});

test('a mirror of all requests, and one of those with a header, become mirrors of the service', () => {
  const mirror = (percent: string) => `mirror: { host: pay, subset: v2 }${percent}`;
  const all = rules(`${mirror(', mirrorPercentage: { value: 5 }')}, ${to('v1')}`);
  const some = rules(`${gold}, ${mirror('')}, ${to('v1')}`, to('v1'));

  expect([all.status, some.status]).toEqual([0, 0]);
  expect(all.model).toContain("pay.mirrorTo('v2', 5);");
  expect(some.model).toContain("pay.mirrorTo('v2', 100, HeaderMatch.exact('x', 'gold'));");
});

test('a direct response for a header becomes one of the service', () => {
  const { status, model } = rules(`${gold}, directResponse: { status: 503, body: { string: closed } }`, to('v1'));

  expect(status).toBe(0);
  expect(model).toContain("pay.respondDirectly(HeaderMatch.exact('x', 'gold'), { status: 503, body: 'closed' });");
});

test('a match on all paths is no condition', () => {
  const { status, model } = rules(`match: [{ uri: { prefix: / } }], timeout: 3s, ${to('v1')}`);

  expect(status).toBe(0);
  expect(model).toContain('timeout: Duration.seconds(3)');
});

test.each([
  [`match: [{ uri: { exact: /a } }], ${to('v2')}`, 'a rule has other conditions than one on a header'],
  [
    `match: [{ headers: { x: { exact: a }, z: { exact: b } } }], ${to('v2')}`,
    'a rule has other conditions than one on a header',
  ],
  [`${gold}, timeout: 1s, ${to('v2')}`, 'its rules have different timeouts or retries'],
  [`${gold}, ${to('v2')}, rewrite: { uri: /b }`, 'a rule has `rewrite`'],
  [`${gold}, route: [{ destination: { host: web } }]`, 'a destination is not the service or one of its versions'],
  [`${gold}, mirror: { host: web }, ${to('v1')}`, 'a mirror is no version of the service'],
  [
    `${gold}, mirror: { host: pay, subset: v2 }, ${to('v2')}`,
    'a rule for a header has both other versions and another mirror than the last rule',
  ],
  [
    `${gold}, fault: { abort: { grpcStatus: UNAVAILABLE, percentage: { value: 100 } } }, ${to('v1')}`,
    'a fault has no percentage or no HTTP status',
  ],
  [
    `${gold}, retries: { attempts: 1, retryOn: envoy-ratelimited }, ${to('v1')}`,
    'retries have conditions of their own',
  ],
  [
    `${gold}, directResponse: { status: 503, body: { bytes: AAAA } }`,
    'a direct response is for all requests, or has bytes',
  ],
])('rules without declarations stay as they are, with the reason: %s', (first, reason) => {
  const { status, model } = rules(first, to('v1'));

  expect(status).toBe(0);
  expect(model.replaceAll('\n// ', ' ')).toContain(`The rules of the VirtualService shop/pay as they are: ${reason}.`);
  expect(model).toContain("JsonPatch.replace('/spec/http', [");
});

test('rules of which the last is not for all requests stay as they are', () => {
  const { status, model } = rules(`${gold}, ${to('v2')}`);

  expect(status).toBe(0);
  expect(model).toContain('the last rule, and no other one, must be for all requests.');
});

test('faults of several rules stay as they are', () => {
  const abort = (status: number) => `fault: { abort: { httpStatus: ${status}, percentage: { value: 50 } } }`;
  const { status, model } = rules(`${gold}, ${abort(500)}, ${to('v1')}`, `${abort(503)}, ${to('v1')}`);

  expect(status).toBe(0);
  expect(model).toContain('faults are injected by several rules.');
});

test('rules for connections stay as they are', () => {
  const { status, model } = imported(
    versions
      + istio(
        'VirtualService',
        'pay',
        `{ hosts: [pay], http: [{ ${to('v1')} }], tcp: [{ match: [{ port: 81 }], ${to('v1')} }] }`,
      ),
  );

  expect(status).toBe(0);
  expect(model).toContain('it has rules for connections.');
});

test('rules that would send requests elsewhere as declarations stay as they are', () => {
  // The fault is for requests with both headers, too, and the first rule would come before it.
  const abort = 'fault: { abort: { httpStatus: 500, percentage: { value: 100 } } }';
  const { status, model } = rules(
    `match: [{ headers: { z: { exact: b } } }], ${to('v2')}`,
    `${gold}, ${abort}, ${to('v1')}`,
    to('v1'),
  );

  expect(status).toBe(0);
  expect(model).toContain('The rules of the VirtualService shop/pay as they are: its traffic would differ.');
});

test('rules that the model rejects stay as they are', () => {
  const { status, model } = rules(
    `${gold}, ${to('v2')}`,
    `match: [{ headers: { x: { exact: gold } } }], ${to('v1')}`,
    to('v1'),
  );

  expect(status).toBe(0);
  expect(model).toContain('The rules of the VirtualService shop/pay as they are: its traffic would differ.');
});

test('rules are declarations although other requests differ', () => {
  const { status, model } = imported(
    versions + istio('VirtualService', 'pay', `{ hosts: [pay], http: [{ ${gold}, ${to('v2')} }, { ${to('v1')} }] }`),
    '--calls',
    'known',
  );

  expect(status).toBe(1);
  expect(model).toContain("pay.routeTo('v2', HeaderMatch.exact('x', 'gold'));");
});
