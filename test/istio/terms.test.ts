import { Duration } from 'cdk8s';
import fc from 'fast-check';
import {
  type Abort,
  type CallPolicy,
  type Delay,
  type Faults,
  HeaderMatch,
  type HeaderOperations,
  type HeaderValues,
  type Retries,
  RetryOn,
  type Rewrite,
  Topology,
} from '../../lib';
import { unsupportedFeatures } from '../../lib/kubernetes';
import { one, plain, render } from './support';

const time = fc.constantFrom(Duration.seconds(1), Duration.millis(1000), Duration.millis(1500), Duration.minutes(1));
const percent = fc.constantFrom(1, 99.5, 100);
const { CONNECT_FAILURE, REFUSED_STREAM, GATEWAY_ERROR, UNAVAILABLE, SERVER_ERROR, RESET } = RetryOn;
const usual = [CONNECT_FAILURE, REFUSED_STREAM, GATEWAY_ERROR, UNAVAILABLE];
const failures = fc.constantFrom([SERVER_ERROR], [SERVER_ERROR, RESET], [RESET, SERVER_ERROR], usual);

/** Each property of the terms by a generator: one that is added to an interface does not compile until it has one. */
type Values<T> = { readonly [K in keyof T]-?: fc.Arbitrary<NonNullable<T[K]>> };
const retries: Values<Retries> = { attempts: fc.nat(2), perTryTimeout: time, on: failures };
const delay: Values<Delay> = { duration: time, percent };
const abort: Values<Abort> = { status: fc.constantFrom(500, 503), percent };
const faults: Values<Faults> = {
  delay: fc.record(delay, { requiredKeys: ['duration'] }),
  abort: fc.record(abort, { requiredKeys: ['status'] }),
  match: fc.constantFrom(HeaderMatch.exact('x', 'y'), HeaderMatch.prefix('x', 'y')),
};
const changes: Values<HeaderOperations> = {
  set: fc.constantFrom<HeaderValues>({ 'x-a': '1', 'x-b': '100%' }, { 'x-b': '100%', 'x-a': '1' }, { 'x-a': '2' }),
  add: fc.constantFrom({ 'x-c': '1' }, { 'x-c': '2' }),
  remove: fc.constantFrom(['x-d', 'x-e'], ['x-e', 'x-d'], ['x-d']),
};
const operations = fc.record(changes, { requiredKeys: [] }).filter(each => Object.keys(each).length > 0);
const rewrite: Values<Rewrite> = {
  pathPrefix: fc.constantFrom({ from: '/a', to: '/b' }, { from: '/a', to: '/' }, { from: '/', to: '/a' }),
  host: fc.constantFrom('a.example', 'b.example'),
};
const values: Values<CallPolicy> = {
  timeout: fc.constantFrom(Duration.hours(1), Duration.minutes(60), Duration.hours(2)),
  retries: fc.record(retries, { requiredKeys: ['attempts'] }),
  faults: fc
    .record(faults, { requiredKeys: [] })
    .filter(({ delay: delayed, abort: aborted, match }) => !match || delayed !== undefined || aborted !== undefined),
  headers: fc.record({ request: operations, response: operations }, { requiredKeys: [] }),
  rewrite: fc.record(rewrite, { requiredKeys: [] }).filter(each => Object.keys(each).length > 0),
};
const terms: fc.Arbitrary<CallPolicy> = fc.record(values, { requiredKeys: [] });
/** Two call policies, of which the second mostly has the properties of the first but for one. */
const pairs = fc
  .tuple(terms, terms, fc.constantFrom(...(Object.keys(values) as (keyof CallPolicy)[]), undefined))
  .map(([web, other, changed]): [CallPolicy, CallPolicy] => [web, changed ? withProperty(web, changed, other) : other]);

function withProperty(policy: CallPolicy, name: keyof CallPolicy, other: CallPolicy): CallPolicy {
  const properties = Object.entries({ ...policy, [name]: other[name] });
  return Object.fromEntries(properties.filter(([, value]) => value !== undefined));
}

interface Rule {
  readonly match: readonly { readonly sourceLabels?: { readonly app: string }; readonly headers?: object }[];
  readonly headers?: object;
}

/** What the rule of each caller does beside matching it. */
function rulesOf(declared: Record<string, CallPolicy>): Record<string, unknown> {
  const { shop } = shopOf(declared);
  const { http } = one(render(shop), 'VirtualService', 'cart').spec as { http: Rule[] };
  return Object.fromEntries(
    Object.keys(declared).map(caller => {
      const matching = http.flatMap(({ match, ...rule }) =>
        match
          .filter(({ sourceLabels: from }) => !from || from.app === caller)
          .map(({ headers }) => ({ ...rule, headers: [headers, rule.headers] })),
      );
      // Rules after the first without a condition on headers are never reached.
      return [caller, matching.slice(0, matching.findIndex(({ headers: [condition] }) => !condition) + 1)];
    }),
  );
}

function shopOf(declared: Record<string, CallPolicy>) {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart');
  Object.entries(declared).forEach(([caller, each]) => plain(shop, caller).calls(cart, each));
  return { shop };
}

test('with any call policies, each of two callers has the rule that it would have alone', () => {
  fc.assert(
    fc.property(pairs, ([web, app]) => {
      expect(rulesOf({ web, app })).toEqual({ ...rulesOf({ web }), ...rulesOf({ app }) });
    }),
    { numRuns: 25 },
  );
});

test('call policies differ by caller exactly where their rules differ', () => {
  fc.assert(
    fc.property(pairs, ([web, app]) => {
      const { shop } = shopOf({ web, app });
      const wishes = unsupportedFeatures(shop, { name: 'a mesh', capabilities: [] }).filter(
        ({ path }) => path === 'shop/cart',
      );
      const differ = JSON.stringify(rulesOf({ web }).web) !== JSON.stringify(rulesOf({ app }).app);
      expect(wishes).toHaveLength(differ ? 1 : 0);
    }),
    { numRuns: 25 },
  );
});

test('callers whose rules would be equal share one', () => {
  const { shop } = shopOf({
    web: { retries: { attempts: 1 } },
    app: { retries: { attempts: 1, on: usual }, faults: {} },
  });
  expect(one(render(shop), 'VirtualService', 'cart').spec.http).toHaveLength(1);
});
