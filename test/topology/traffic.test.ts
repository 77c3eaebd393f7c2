import fc from 'fast-check';
import { RE2JS } from 're2js';
import { HeaderMatch, Port, type Service, Topology } from '../../lib';

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

const anything = fc.oneof(
  fc.integer({ min: -20, max: 120 }),
  fc.double({ min: -1, max: 101 }),
  fc.constantFrom(0, 100, NaN, Infinity, -0, 33.3, 33.4),
);
/** Three percentages that sum to 100, with the decimals of a unit: 1 has none, 10 has one. */
const parts = (unit: number) =>
  fc
    .tuple(fc.nat(100 * unit), fc.nat(100 * unit))
    .map(([a, b]) => [Math.min(a, b), Math.abs(a - b), 100 * unit - Math.max(a, b)].map(each => each / unit));

test('a split is taken exactly if its shares are percentages with at most four decimals that sum to 100', () => {
  const splits = fc.oneof(...[1, 10, 10_000, 100_000].map(parts), fc.array(anything, { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(splits, shares => {
      const right =
        shares.every(each => each >= 0 && each <= 100 && Number(each.toFixed(4)) === each)
        && shares.reduce((sum, each) => sum + Math.round(each * 10_000), 0) === 1_000_000;
      const taken =
        refusal(() =>
          cart().split(Object.fromEntries(shares.map((share, index) => [VERSIONS[index] ?? 'none', share]))),
        ) === undefined;
      expect([shares, taken]).toEqual([shares, right]);
    }),
    { numRuns: 500 },
  );
});

test('a split that throws declares nothing, and a valid one can be declared after it', () => {
  const service = cart();

  expect(() => {
    service.split({ v1: 90 });
  }).toThrow('The split v1: 90 sums to 90. Give percentages with at most 4 decimals that sum to 100.');
  expect(service.weights).toEqual([]);
  service.split({ v1: 90, v2: 10 });
  expect(service.weights.map(({ version, percent }) => [version.name, percent])).toEqual([
    ['v1', 90],
    ['v2', 10],
  ]);
});

test('routes for one header are in order, the narrower ones first', () => {
  const service = cart();
  ['ab', 'b', 'a'].forEach(each => {
    service.routeTo('v1', HeaderMatch.exact('x', each));
  });
  service.routeTo('v2', HeaderMatch.prefix('x', 'ab'));
  service.routeTo('v3', HeaderMatch.prefix('x', 'a'));
  service.routeTo('v3', HeaderMatch.exact('y', 'ab'));
  service.routeTo('v3', HeaderMatch.regex('x', 'c?b'));
  expect(
    refusal(() => {
      service.routeTo('v1', HeaderMatch.regex('x', 'c?b'));
    }),
  ).toBe('Duplicate');
  expect(service.headerRoutes).toHaveLength(7);
});

test.each([-1, 100.1, NaN, Infinity])('%d per cent cannot be mirrored', percent => {
  expect(refusal(() => cart().mirrorTo('v2', percent))).toBe('OutOfRange');
});

test.each<[HeaderMatch, HeaderMatch]>([
  [HeaderMatch.regex('x', 'a|b'), HeaderMatch.exact('x', 'b')],
  [HeaderMatch.regex('x', 'v[0-9]+'), HeaderMatch.exact('x', 'v12')],
  [HeaderMatch.regex('x', '.*'), HeaderMatch.prefix('x', 'v')],
  [HeaderMatch.regex('x', '.+'), HeaderMatch.prefix('x', 'v')],
  [HeaderMatch.regex('x', 'v1.*'), HeaderMatch.prefix('x', 'v12')],
  [HeaderMatch.regex('x', '.*'), HeaderMatch.regex('x', '[ab]|c')],
  [HeaderMatch.regex('x', 'v.*'), HeaderMatch.regex('x', 'v1?')],
  [HeaderMatch.exact('x', 'v1'), HeaderMatch.regex('x', 'v1')],
  [HeaderMatch.prefix('x', 'v'), HeaderMatch.regex('x', 'v1.*')],
  [HeaderMatch.prefix('x', 'v'), HeaderMatch.regex('x', 'v1')],
])('behind %j the route for %j could match nothing', (first, second) => {
  const service = cart();
  service.routeTo('v1', first);
  expect(
    refusal(() => {
      service.routeTo('v2', second);
    }),
  ).toBe('Duplicate');
});

const pieces = fc.oneof(
  fc.constantFrom('a', 'b', '|', '\\b'),
  fc.constantFrom('.', '.*', '.+', '[ab]', 'a?', 'b*', '(a|b)', '$', '^', '\\.*', '\\Q', 'a{2}', '*'),
);
type Kind = 'exact' | 'prefix' | 'regex';
const kinds = fc.constantFrom<Kind[]>('exact', 'prefix', 'regex', 'regex', 'regex');

/**
 * Two conditions, of which the second mostly has the pieces of the first but for one; the first often ends in anything.
 */
const conditions = fc
  .tuple(
    fc.array(pieces, { minLength: 1, maxLength: 4 }),
    fc.nat(4),
    fc.oneof(fc.constant([]), fc.tuple(pieces)),
    fc.nat(1),
    fc.oneof(fc.constant(0), fc.nat(3)),
    fc.tuple(kinds, kinds),
    fc.constantFrom('', '.*', '.+'),
  )
  .map(([parts, at, added, removed, end, [kind, other], rest]) => [
    conditionOf(kind, [...parts.slice(0, parts.length - end), rest]),
    conditionOf(other, [...parts.slice(0, at), ...added, ...parts.slice(at + removed)]),
  ])
  .filter((each): each is [HeaderMatch, HeaderMatch] => each.every(condition => condition !== undefined));

/** Values and prefixes have only the pieces that match themselves; undefined for what is not valid. */
function conditionOf(kind: Kind, parts: readonly string[]): HeaderMatch | undefined {
  const value = parts.filter(each => kind === 'regex' || /^[ab.*]$/.test(each)).join('');
  try {
    return HeaderMatch[kind]('x', value);
  } catch {
    return undefined;
  }
}

const one = ['a', 'b', '.', '*'];
const two = one.flatMap(head => one.map(last => head + last));
const VALUES = [...one, ...two, ...two.flatMap(head => one.map(last => head + last))];

/** The values that meet a condition. */
function valuesOf({ kind, value }: HeaderMatch): string[] {
  const expression = kind === 'regex' ? RE2JS.compile(value) : undefined;
  return VALUES.filter(sent =>
    expression ? expression.matches(sent) : kind === 'exact' ? sent === value : sent.startsWith(value),
  );
}

test('a route throws only if each value that it matches is matched by the route before it', () => {
  fc.assert(
    fc.property(conditions, ([first, second]) => {
      const service = cart();
      service.routeTo('v1', first);
      const isRefused =
        refusal(() => {
          service.routeTo('v2', second);
        }) === 'Duplicate';
      const met = isRefused ? new Set(valuesOf(first)) : undefined;
      const missed = met ? valuesOf(second).filter(each => !met.has(each)) : [];
      expect([first, second, missed]).toEqual([first, second, []]);
    }),
    { numRuns: 2500 },
  );
});
