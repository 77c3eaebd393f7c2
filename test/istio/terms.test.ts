import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { type Abort, type CallPolicy, type Delay, type Faults, type Retries, RetryOn, Topology } from '../../lib';
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
};
const values: Values<CallPolicy> = {
  timeout: fc.constantFrom(Duration.hours(1), Duration.minutes(60), Duration.hours(2)),
  retries: fc.record(retries, { requiredKeys: ['attempts'] }),
  faults: fc.record(faults, { requiredKeys: [] }),
};
const terms: fc.Arbitrary<CallPolicy> = fc.record(values, { requiredKeys: [] });

interface Rule {
  readonly match: readonly { readonly sourceLabels?: { readonly app: string } }[];
}

/** What the rule of each caller does beside matching it. */
function rulesOf(declared: Record<string, CallPolicy>): Record<string, unknown> {
  const { shop } = shopOf(declared);
  const { http } = one(render(shop), 'VirtualService', 'cart').spec as { http: Rule[] };
  return Object.fromEntries(
    Object.keys(declared).map(caller => {
      const matches = ({ match }: Rule) => match.some(({ sourceLabels: from }) => !from || from.app === caller);
      const rule = http.find(matches);
      return [caller, { ...rule, match: undefined }];
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
    fc.property(terms, terms, (web, app) => {
      expect(rulesOf({ web, app })).toEqual({ ...rulesOf({ web }), ...rulesOf({ app }) });
    }),
    { numRuns: 60 },
  );
});

test('call policies differ by caller exactly where their rules differ', () => {
  fc.assert(
    fc.property(terms, terms, (web, app) => {
      const { shop } = shopOf({ web, app });
      const wishes = unsupportedFeatures(shop, { name: 'a mesh', capabilities: [] }).filter(
        ({ path }) => path === 'shop/cart',
      );
      const differ = JSON.stringify(rulesOf({ web }).web) !== JSON.stringify(rulesOf({ app }).app);
      expect(wishes).toHaveLength(differ ? 1 : 0);
    }),
    { numRuns: 60 },
  );
});

test('callers whose rules would be equal share one', () => {
  const { shop } = shopOf({
    web: { retries: { attempts: 1 } },
    app: { retries: { attempts: 1, on: usual }, faults: {} },
  });
  expect(one(render(shop), 'VirtualService', 'cart').spec.http).toHaveLength(1);
});
