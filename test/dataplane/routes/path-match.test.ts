import fc from 'fast-check';
import { RE2JS } from 're2js';
import { matchesPathsFrom } from '../../../lib/dataplane/policies/path-template';
import {
  expressionRewrite,
  matchesPath,
  matchRewrite,
  type PathMatch,
  type PathRewrite,
  pathsMatching,
  segmentsRewrite,
  wholePath,
} from '../../../lib/dataplane/routes/path-match';

test.each<[string, PathMatch | undefined, string, boolean]>([
  ['no match', undefined, '', false],
  ['an exact path', { kind: 'exact', value: '/a' }, '/a', true],
  ['a path in any case', { kind: 'exact', value: '/a', ignoresCase: true }, '', false],
  ['a prefix', { kind: 'prefix', value: '/a' }, '/a', false],
  ['segments', { kind: 'segments', value: '/a' }, '/a', false],
  ['an expression', { kind: 'regex', value: '^/a\\.b/[0-9]+' }, '/a.b/', false],
  ['an expression with an optional character', { kind: 'regex', value: '/ab?' }, '/a', false],
  ['an expression with an optional escape', { kind: 'regex', value: '/a\\.*' }, '/a', false],
  ['an expression with an optional character before a quotation', { kind: 'regex', value: '/ab\\Q\\E?' }, '/a', false],
  ['an expression with an optional character before flags', { kind: 'regex', value: '/ab(?i)?' }, '/a', false],
  ['an expression with alternatives', { kind: 'regex', value: '/a/x|/b' }, '', false],
  ['an expression with alternatives in a group', { kind: 'regex', value: '/a/(b|[c-d]|(e|\\|))?' }, '/a/', false],
  ['an expression with a bracket', { kind: 'regex', value: '/a\\(b|/c\\)' }, '', false],
  ['an expression with a bracket in a class', { kind: 'regex', value: '/a[(]|/c[)]' }, '', false],
  ['an expression with a quoted bracket', { kind: 'regex', value: '/a\\Q(\\E|/c\\Q)\\E' }, '', false],
  ['an expression with a class', { kind: 'regex', value: '/a\\d' }, '/a', false],
])('the paths of %s begin with what all have', (_name, match, start, isOne) => {
  expect(pathsMatching(match)).toEqual({ start, isOne });
});

test.each<[string, PathRewrite, PathMatch | undefined, string, boolean]>([
  ['a whole path', wholePath('/v'), { kind: 'segments', value: '/a' }, '/v', true],
  ['a prefix of characters', matchRewrite('/v'), { kind: 'prefix', value: '/a' }, '/v', false],
  [
    'a prefix by a folder, whose rest may be its parent',
    matchRewrite('/v/w/'),
    { kind: 'prefix', value: '/a' },
    '/v/',
    false,
  ],
  ['a folder by a folder', matchRewrite('/v/w/'), { kind: 'prefix', value: '/a/' }, '/v/w/', false],
  ['the prefix of all paths', matchRewrite('/v'), undefined, '/v', false],
  ['an exact path by another', matchRewrite('/v'), { kind: 'exact', value: '/a' }, '/v', true],
  ['segments', segmentsRewrite('/v/'), { kind: 'segments', value: '/a' }, '/v', false],
  ['segments by none', segmentsRewrite('/'), { kind: 'segments', value: '/a' }, '/', false],
  ['an expression in a known path', expressionRewrite('/a', '/v'), { kind: 'exact', value: '/a/b' }, '/v/b', true],
  ['an expression in others', expressionRewrite('/a', '/v'), { kind: 'prefix', value: '/a' }, '', false],
])('the paths after a rewrite of %s', (_name, rewrite, match, start, isOne) => {
  expect(rewrite.paths(pathsMatching(match), match)).toEqual({ start, isOne });
});

const pieces = [
  '/',
  'a',
  'b',
  '.*',
  '[ab]',
  '(a|b)',
  '(a|(b|/))',
  '|',
  '\\|',
  '\\(',
  '\\)',
  '[(|]',
  '[)]',
  '\\Q',
  '\\E',
  '(?i)',
  '?',
];
const expression = fc
  .array(fc.constantFrom(...pieces), { maxLength: 6 })
  .map(each => `/${each.join('')}`)
  .filter(isExpression);

function isExpression(value: string): boolean {
  try {
    return RE2JS.compile(value).pattern() === value;
  } catch {
    return false;
  }
}

test('a path that an expression matches begins with what all of its paths have', () => {
  const paths = fc.string({ unit: fc.constantFrom('/', 'a', 'b', '(', ')', '|'), maxLength: 3 });
  fc.assert(
    fc.property(expression, fc.array(paths, { minLength: 20, maxLength: 20 }), (value, rest) => {
      const { start } = pathsMatching({ kind: 'regex', value });
      const matched = ['', ...rest].map(each => `/${each}`).filter(each => matchesPath({ kind: 'regex', value }, each));
      expect(matched.filter(each => !each.startsWith(start))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

const text = fc
  .array(fc.constantFrom('/', 'a', 'b', '.'), { maxLength: 5 })
  .map(each => `/${each.join('')}`)
  .filter(each => !/\/\.\.?(\/|$)/.test(each));

test('a path that matches is among the possible ones, and so is what a rewrite makes of it', () => {
  const match = fc.record({
    kind: fc.constantFrom<PathMatch['kind']>('exact', 'prefix', 'segments', 'regex'),
    value: text.map(each => each.replace(/\/$/, '') || '/a'),
    ignoresCase: fc.boolean(),
  });
  const rewrite = text.chain(each =>
    fc.constantFrom(wholePath(each), matchRewrite(each), segmentsRewrite(each), expressionRewrite('/a+', each)),
  );
  fc.assert(
    fc.property(match, rewrite, text, (matched, { path, paths }, rest) => {
      const asked = ['', rest, rest.slice(1)]
        .map(each => matched.value + each)
        .filter(each => matchesPath(matched, each));
      const requested = pathsMatching(matched);
      const isAmong = (each: string, { start, isOne }: typeof requested) =>
        isOne ? each === start : each.startsWith(start);
      expect(asked.filter(each => !isAmong(each, requested))).toEqual([]);
      expect(asked.map(each => path(each, matched)).filter(each => !isAmong(each, paths(requested, matched)))).toEqual(
        [],
      );
    }),
  );
});

test.each<[string, string, boolean | undefined]>([
  ['/v1', '/v1/items', undefined],
  ['/v1', '/api', false],
  ['/v1/items', '/v1', false],
  ['/v1/items', '/v1*', true],
  ['/v1', '/v1/items*', undefined],
  ['/v1', '/api*', false],
  ['', '*', undefined],
  ['/', '*', true],
  ['/v1', '*.html', undefined],
  ['/v1', '/v1/{*}', undefined],
  ['/v1/items', '/{*}/items', undefined],
  ['/v1', '/api/{**}', false],
])('of the paths that begin with %s, %s matches all, none or some', (start, pattern, expected) => {
  expect(matchesPathsFrom(start, pattern)).toBe(expected);
});
