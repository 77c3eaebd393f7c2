import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { type CallPolicy, Port, Topology } from '../../../lib';
import { truncatedTries } from '../../../lib/checks/graph';

function findings(terms: CallPolicy) {
  const shop = new Topology('shop');
  const cart = shop.addService('cart', { image: 'example/cart:1', port: Port.http(80) });
  shop.addService('web', { image: 'example/web:1' }).calls(cart, terms);
  return truncatedTries(shop);
}

test('the last retry is truncated exactly if all attempts with the pauses between them outlast the timeout', () => {
  const terms = fc
    .tuple(fc.integer({ min: 2, max: 5000 }), fc.nat(5), fc.integer({ min: 1, max: 2000 }))
    .filter(([timeout, attempts, perTry]) => attempts * perTry < timeout);
  fc.assert(
    fc.property(terms, ([timeout, attempts, perTry]) => {
      const found = findings({
        timeout: Duration.millis(timeout),
        retries: { attempts, perTryTimeout: Duration.millis(perTry) },
      });
      expect([timeout, attempts, perTry, found.length]).toEqual([
        timeout,
        attempts,
        perTry,
        attempts > 0 && (1 + attempts) * perTry + attempts * 25 > timeout ? 1 : 0,
      ]);
    }),
  );
});

test('the warning gives the timeout that would be enough, and it is', () => {
  const retries = { attempts: 2, perTryTimeout: Duration.millis(400) };

  expect(findings({ timeout: Duration.seconds(1), retries })).toEqual([
    {
      id: 'TruncatedRetries',
      severity: 'warning',
      path: 'shop/web → cart',
      message:
        '3 attempts of 400 ms with their back-off need 1250 ms, and the timeout of 1000 ms cuts the last one short.',
      fix: 'Raise the timeout to 1250 ms, or lower perTryTimeout.',
    },
  ]);
  expect(findings({ timeout: Duration.millis(1250), retries })).toEqual([]);
});

test.each<[string, CallPolicy]>([
  ['no timeout', { retries: { attempts: 3, perTryTimeout: Duration.seconds(1) } }],
  ['no timeout of each attempt', { timeout: Duration.seconds(1), retries: { attempts: 3 } }],
  ['no retries', { timeout: Duration.seconds(1) }],
])('a call policy with %s truncates nothing', (_name, terms) => {
  expect(findings(terms)).toEqual([]);
});
