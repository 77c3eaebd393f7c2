import fc from 'fast-check';
import {
  HeaderMatch,
  Operation,
  PathPattern,
  precedes,
  QueryParamMatch,
  type Region,
  regionsOf,
  type RequestMatch,
  rulePrecedes,
} from '../../lib/topology';

const of = (...operations: string[]) => operations.map(each => Operation.http(each));
const texts = (regions: readonly Region[]) =>
  regions.map(({ method, notMethods, path, notPaths }) => [
    method ?? `not ${notMethods.join()}`,
    path.text,
    ...notPaths.map(each => each.text),
  ]);

test.each([
  ['GET /a', 'GET /{x}', 'a literal before a parameter'],
  ['GET /{x}', 'GET /{x+}', 'a parameter before the rest'],
  ['GET /a/{rest+}', 'GET /{tenant}/items', 'the first segment that differs, from the left'],
  ['ANY /a', 'GET /{x}', 'the path before the method'],
  ['GET /{x}', 'ANY /{y}', 'a method before any'],
  ['GET /a', 'GET /a/*', 'a path before its prefix'],
  ['GET /a/{rest+}', 'GET /a/*', 'the rest before a prefix'],
  ['GET /a/b/*', 'GET /a/*', 'a longer prefix before a shorter one'],
  ['ANY /a/*', 'GET /*', 'a longer prefix of any method before a shorter one'],
])('%s precedes %s: %s', (first, second) => {
  const [one, other] = of(first, second);
  expect(one && other && [precedes(one, other), precedes(other, one)]).toEqual([true, false]);
});

const conditions = (headers: number, parameters: number): RequestMatch => ({
  headers: ['x-a', 'x-b'].slice(0, headers).map(name => HeaderMatch.exact(name, '1')),
  queryParams: ['a', 'b'].slice(0, parameters).map(name => QueryParamMatch.exact(name, '1')),
});

test.each([
  ['the operation decides before all conditions', 'GET /a', conditions(0, 0), 'GET /{x}', conditions(1, 1)],
  ['one with a condition on a header precedes', 'GET /a', conditions(1, 0), 'GET /a', undefined],
  ['one with a condition on a query parameter precedes', 'GET /a', conditions(0, 1), 'GET /a', undefined],
  [
    'one with more conditions on headers precedes one with more on parameters',
    'GET /a',
    conditions(2, 0),
    'GET /a',
    conditions(1, 2),
  ],
  [
    'with as many on headers, one with more on parameters precedes',
    'GET /a',
    conditions(1, 2),
    'GET /a',
    conditions(1, 1),
  ],
])('of two rules, %s', (_, first, match, second, otherMatch) => {
  const one = { operation: Operation.http(first), match };
  const other = { operation: Operation.http(second), match: otherMatch };

  expect([rulePrecedes(one, other), rulePrecedes(other, one)]).toEqual([true, false]);
});

test('of rules for the same requests with as many conditions, neither precedes', () => {
  const one = { operation: Operation.http('GET /a'), match: conditions(1, 1) };

  expect(rulePrecedes(one, one)).toBe(false);
});

test('a route without a more specific one keeps all of its requests', () => {
  expect(texts(regionsOf(Operation.http('GET /{x}'), of('GET /{x}', 'GET /{y+}', 'POST /a', 'GET /a/b')))).toEqual([
    ['GET', '/{x}'],
  ]);
});

test('a route of one method loses the paths of more specific ones of that method or any', () => {
  expect(texts(regionsOf(Operation.http('GET /{x+}'), of('GET /a', 'ANY /b', 'POST /c')))).toEqual([
    ['GET', '/{x+}', '/a', '/b'],
  ]);
});

test('a route of any method loses other paths for each method', () => {
  expect(texts(regionsOf(Operation.http('ANY /{x+}'), of('POST /{x+}', 'GET /a', 'ANY /b')))).toEqual([
    ['GET', '/{x+}', '/a', '/b'],
    ['not GET,POST', '/{x+}', '/b'],
  ]);
});

const segment = fc.constantFrom('', 'a', 'b', '{x}');
const pattern = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom('a', '', '{y}', '{z+}', '*'))
  .filter(([segments, last]) => last !== '*' || segments.at(-1) !== '')
  .map(([segments, last]) => new PathPattern('test', `/${[...segments, last].join('/')}`));
const path = fc
  .array(fc.constantFrom('', 'a', 'b', 'c'), { minLength: 1, maxLength: 5 })
  .map(segments => `/${segments.join('/')}`);
const matches = (each: PathPattern, text: string) => new RegExp(`^(?:${each.toRegex()})$`).test(text);

test('an intersection matches what both match', () => {
  fc.assert(
    fc.property(pattern, pattern, path, (a, b, text) => {
      fc.pre(a.overlaps(b));
      expect([a.text, b.text, text, matches(a.intersection(b), text)]).toEqual([
        a.text,
        b.text,
        text,
        matches(a, text) && matches(b, text),
      ]);
    }),
    { numRuns: 2000 },
  );
});

test('a pattern covers another if it matches all of its paths', () => {
  fc.assert(
    fc.property(pattern, pattern, path, (a, b, text) => !a.covers(b) || !matches(b, text) || matches(a, text)),
    { numRuns: 2000 },
  );
});

test(
  'of two patterns that match one path, the order is the same from both sides, and a draw means that '
    + 'they match the same paths',
  () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        fc.pre(a.overlaps(b));
        expect(Math.sign(a.compareSpecificity(b))).toBe(-Math.sign(b.compareSpecificity(a)) + 0);
        expect(a.compareSpecificity(b) !== 0 || a.toRegex() === b.toRegex()).toBe(true);
      }),
      { numRuns: 2000 },
    );
  },
);

function withDistinctNames(path: string): string {
  let count = 0;
  return path.replace(/\{\w+\}/g, () => `{x${count++}}`);
}

const methods = fc.constantFrom('GET', 'POST', 'ANY');
const operations = fc.uniqueArray(
  fc.tuple(methods, pattern).map(([method, each]) => Operation.http(`${method} ${withDistinctNames(each.text)}`)),
  { minLength: 1, maxLength: 5, selector: each => each.requests },
);

test('each request is in a region of the operation that precedes all others, and in no other', () => {
  fc.assert(
    fc.property(operations, path, fc.constantFrom('GET', 'POST', 'PUT'), (all, text, method) => {
      const isIn = (region: Region) =>
        (region.method ? region.method === method : !region.notMethods.includes(method))
        && matches(region.path, text)
        && !region.notPaths.some(each => matches(each, text));
      const holders = all.filter(each => regionsOf(each, all).filter(isIn).length > 0);
      const matching = all.filter(each => (!each.method || each.method === method) && matches(each.path, text));
      const first = matching.filter(each => matching.every(other => other === each || precedes(each, other)));
      expect(holders).toEqual(first);
      expect(first).toHaveLength(matching.length > 0 ? 1 : 0);
    }),
    { numRuns: 2000 },
  );
});
