import fc from 'fast-check';
import { Port, type Service, Topology } from '../../lib';

const VERSIONS = ['v1', 'v2', 'v3'] as const;

function cart(): Service {
  const versions = Object.fromEntries(VERSIONS.map(name => [name, {}]));
  return new Topology('shop').addService('cart', { image: 'example/cart:1', port: Port.http(80), versions });
}

function refusal(declare: () => unknown): string | undefined {
  try {
    declare();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const anything = fc.oneof(fc.integer({ min: -20, max: 120 }), fc.double({ min: -1, max: 101 }), fc.constantFrom(0, 100, NaN, Infinity, -0, 33.3, 33.4));
const whole = fc.tuple(fc.nat(100), fc.nat(100)).map(([a, b]) => [Math.min(a, b), Math.abs(a - b), 100 - Math.max(a, b)]);

test('a split is taken exactly if its shares are whole percentages that sum to 100', () => {
  fc.assert(fc.property(fc.oneof(whole, fc.array(anything, { minLength: 1, maxLength: 3 })), shares => {
    const right = shares.every(each => Number.isInteger(each) && each >= 0 && each <= 100) && shares.reduce((a, b) => a + b, 0) === 100;
    const taken = refusal(() => cart().split(Object.fromEntries(shares.map((share, index) => [VERSIONS[index] ?? 'none', share])))) === undefined;
    expect([shares, taken]).toEqual([shares, right]);
  }), { numRuns: 500 });
});

test('a split that is refused leaves the one before', () => {
  const service = cart();
  service.split({ v1: 90, v2: 10 });

  expect(() => service.split({ v1: 90 })).toThrow('The split v1: 90 sums to 90. Give whole percentages that sum to 100.');
  expect(service.weights.map(({ version, percent }) => [version.name, percent])).toEqual([['v1', 90], ['v2', 10]]);
});

test('a later split takes the place of the one before', () => {
  const service = cart();
  service.split({ v1: 90, v2: 10 });
  service.split({ v3: 100 });

  expect(service.weights.map(({ version, percent }) => [version.name, percent])).toEqual([['v3', 100]]);
});

test.each([-1, 100.1, NaN, Infinity])('%d per cent cannot be mirrored', percent => {
  expect(refusal(() => cart().mirrorTo('v2', percent))).toBe('OutOfRange');
});
