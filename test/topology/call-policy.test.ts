import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { Auth, type CallPolicy, Port, RetryOn, Topology } from '../../lib';
import { callPolicyKey } from '../../lib/topology';

function refusal(policy: CallPolicy): string | undefined {
  const shop = new Topology('shop');
  const cart = shop.addService('cart', { image: 'example/cart:1', port: Port.http(80) });
  try {
    shop.addService('web', { image: 'example/web:1' }).calls(cart, policy);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const unit = fc.constantFrom(Duration.millis, Duration.seconds, Duration.minutes, Duration.hours);
const span = fc.tuple(unit, fc.nat(5000)).map(([of, amount]) => of(amount));

test('a duration is taken in any unit from a millisecond on', () => {
  fc.assert(
    fc.property(span, timeout => {
      expect([timeout.toHumanString(), refusal({ timeout })]).toEqual([
        timeout.toHumanString(),
        timeout.toMilliseconds() >= 1 ? undefined : 'OutOfRange',
      ]);
    }),
  );
});

test('retries throw exactly if the last one could never begin', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.nat(10),
      fc.integer({ min: 1, max: 2000 }),
      (timeout, attempts, perTry) => {
        const policy = {
          timeout: Duration.millis(timeout),
          retries: { attempts, perTryTimeout: Duration.millis(perTry) },
        };
        expect([timeout, attempts, perTry, refusal(policy)]).toEqual([
          timeout,
          attempts,
          perTry,
          attempts * perTry < timeout ? undefined : 'RetriesExceedTimeout',
        ]);
      },
    ),
  );
});

test('per-try timeouts are compared by their length, not by their unit', () => {
  expect(refusal({ timeout: Duration.minutes(1), retries: { attempts: 1, perTryTimeout: Duration.seconds(60) } })).toBe(
    'RetriesExceedTimeout',
  );
  expect(
    refusal({ timeout: Duration.seconds(61), retries: { attempts: 1, perTryTimeout: Duration.minutes(1) } }),
  ).toBeUndefined();
});

test('without a timeout or a per-try timeout, any number of retries is valid', () => {
  expect(refusal({ retries: { attempts: 100, perTryTimeout: Duration.hours(1) } })).toBeUndefined();
  expect(refusal({ timeout: Duration.millis(1), retries: { attempts: 100 } })).toBeUndefined();
});

test.each<[string, CallPolicy]>([
  ['more retries than are meant', { retries: { attempts: 101 } }],
  ['half a retry', { retries: { attempts: 0.5 } }],
  ['no time for an attempt', { retries: { attempts: 1, perTryTimeout: Duration.millis(0) } }],
  ['a delay of nothing', { faults: { delay: { duration: Duration.millis(0) } } }],
  ['less than no requests', { faults: { abort: { status: 503, percent: -1 } } }],
  ['a status below 200', { faults: { abort: { status: 199 } } }],
])('%s is out of range', (_name, policy) => {
  expect(refusal(policy)).toBe('OutOfRange');
});

test.each<[string, CallPolicy, CallPolicy]>([
  [
    'retries without failures and with the default ones',
    { retries: { attempts: 2 } },
    {
      retries: {
        attempts: 2,
        on: [RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM, RetryOn.GATEWAY_ERROR, RetryOn.UNAVAILABLE],
      },
    },
  ],
  [
    'a delay without a share and one of all requests',
    { faults: { delay: { duration: Duration.seconds(1) } } },
    { faults: { delay: { duration: Duration.seconds(1), percent: 100 } } },
  ],
  [
    'an abort without a share and one of all requests',
    { faults: { abort: { status: 503 } } },
    { faults: { abort: { status: 503, percent: 100 } } },
  ],
  ['no retries and 0 retries', {}, { retries: { attempts: 0 } }],
])('%s have one key', (_what, one, other) => {
  expect(callPolicyKey(one)).toBe(callPolicyKey(other));
});

test('an empty call policy has an empty key, and any other has another', () => {
  expect(callPolicyKey({})).toBe('');
  expect(callPolicyKey({ retries: { attempts: 1 } })).not.toBe('');
  expect(callPolicyKey({ retries: { attempts: 2, on: [RetryOn.UNAVAILABLE] } })).not.toBe(
    callPolicyKey({ retries: { attempts: 2 } }),
  );
});

test('the address of a callee is set in a variable with a valid name only', () => {
  const call = (addressEnvVar: string) => {
    const shop = new Topology('shop');
    const cart = shop.addService('cart', { image: 'example/cart:1', port: Port.http(80) });
    return () => shop.addService('web', { image: 'example/web:1' }).calls(cart, { addressEnvVar });
  };

  expect(call('CART_ADDRESS')().addressEnvVar).toBe('CART_ADDRESS');
  for (const name of ['', '1CART', 'CART=ADDRESS', 'CART ADDRESS']) {
    expect(call(name)).toThrow(expect.objectContaining({ name: 'ValidationError' }));
  }
});

test('API keys are in a Secret with a valid name', () => {
  expect(Auth.apiKey({ secret: 'shop.keys' }).key?.secret).toBe('shop.keys');
  for (const secret of ['', 'Keys', 'shop/keys', '-keys']) {
    expect(() => Auth.apiKey({ secret })).toThrow(expect.objectContaining({ code: 'InvalidName' }));
  }
});
