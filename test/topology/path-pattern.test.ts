import fc from 'fast-check';
import { Operation, PathPattern } from '../../lib/topology';

const literal = fc.stringMatching(/^[a-z0-9.$+-]{1,6}$/).filter(each => !['.', '..'].includes(each));
const segment = fc.oneof(literal, fc.constantFrom('{id}', '{name}'));
const pattern = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.boolean())
  .map(([segments, open]) => new PathPattern('test', `/${[...segments, ...(open ? ['{rest+}'] : [])].join('/')}`));
const value = fc.stringMatching(/^[a-z0-9.$+-]{1,6}$/);

/** A path that the pattern is meant to match, with these values in place of its parameters. */
function filled(of: PathPattern, values: readonly string[]): string {
  let next = 0;
  const take = () => values[next++ % values.length] ?? 'x';
  return of.segments
    .map(each => `/${each.endsWith('+}') ? `${take()}/${take()}` : each.startsWith('{') ? take() : each}`)
    .join('');
}

const matches = (of: PathPattern, path: string) => new RegExp(`^(?:${of.toRegex()})$`).test(path);

test('the regular expression matches the pattern filled with any values', () => {
  fc.assert(
    fc.property(pattern, fc.array(value, { minLength: 1, maxLength: 5 }), (of, values) =>
      matches(of, filled(of, values)),
    ),
  );
});

test('the regular expression matches nothing with a segment more or less', () => {
  fc.assert(
    fc.property(
      pattern.filter(of => !of.text.includes('+}')),
      fc.array(value, { minLength: 1 }),
      (of, values) => {
        const path = filled(of, values);
        return !matches(of, `${path}/more`) && !matches(of, path.slice(0, path.lastIndexOf('/')));
      },
    ),
  );
});

test('two patterns that match one path overlap', () => {
  fc.assert(
    fc.property(
      pattern,
      pattern,
      fc.array(value, { minLength: 1 }),
      (a, b, values) => !matches(b, filled(a, values)) || a.overlaps(b),
    ),
  );
});

test('overlapping is mutual, and every pattern overlaps itself', () => {
  fc.assert(fc.property(pattern, pattern, (a, b) => a.overlaps(b) === b.overlaps(a) && a.overlaps(a)));
});

/** What a template means, segment by segment, without a regular expression. */
function means(of: PathPattern, path: string): boolean {
  const given = path.split('/').slice(1);
  if (of.text.endsWith('/*')) {
    const above = of.text.slice(0, -2);
    const parts = above.split('/').slice(1);
    return (
      above === '' || (given.length >= parts.length && means(new PathPattern('test', above), pathOf(given, parts)))
    );
  }
  return (
    path.startsWith('/')
    && of.segments.every((segment, index) =>
      segment.endsWith('+}')
        ? given.slice(index).join('/') !== ''
        : segment.startsWith('{')
          ? (given[index] ?? '') !== ''
          : given[index] === segment,
    )
    && (of.segments.at(-1)?.endsWith('+}') === true || given.length === of.segments.length)
  );
}

function pathOf(given: readonly string[], { length }: readonly string[]): string {
  return `/${given.slice(0, length).join('/')}`;
}

/** Few segments out of few, some of them empty, so that patterns and paths often meet. */
const dense = fc
  .tuple(
    fc.array(fc.constantFrom('', 'a', 'b.c', 'bxc', '{x}', '{y}'), { maxLength: 3 }),
    fc.constantFrom('', 'a', '{x}', '{rest+}', '*'),
  )
  .filter(([segments, last]) => last !== '*' || segments.at(-1) !== '')
  .map(([segments, last]) => new PathPattern('test', `/${[...segments, last].join('/')}`));
const path = fc
  .array(fc.constantFrom('', 'a', 'b.c', 'bxc', 'd'), { minLength: 1, maxLength: 6 })
  .map(segments => `/${segments.join('/')}`);

test('the regular expression matches a path exactly if the template means it', () => {
  fc.assert(
    fc.property(dense, path, (of, given) => {
      expect([of.text, given, matches(of, given)]).toEqual([of.text, given, means(of, given)]);
    }),
    { numRuns: 2000 },
  );
});

test('patterns overlap exactly if some path is matched by both', () => {
  fc.assert(
    fc.property(dense, dense, (a, b) => {
      // Every segment of either, and one of neither: if any path is in both, one made of these is.
      const choices = ['', 'a', 'b.c', 'bxc', 'z'];
      const length = Math.max(a.segments.length, b.segments.length);
      const paths = Array.from({ length }, (_, index) => index + 1).flatMap(count =>
        Array.from({ length: count }).reduce<string[]>(
          so => so.flatMap(begun => choices.map(each => `${begun}/${each}`)),
          [''],
        ),
      );
      expect([a.text, b.text, a.overlaps(b)]).toEqual([
        a.text,
        b.text,
        paths.some(each => means(a, each) && means(b, each)),
      ]);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['/', '/', true],
  ['/a', '/b', false],
  ['/a/{x}', '/a/b', true],
  ['/a/{x}', '/a', false],
  ['/a/{x+}', '/a/b/c', true],
  ['/{x+}', '/a', true],
  ['/a/{x}', '/{y}/b', true],
  ['/', '/{x}', false],
  ['/', '/{x+}', false],
  ['/a/', '/a/{x}', false],
  ['/a/{x+}', '/a//', true],
  ['/{x+}', '/a/{y+}', true],
  ['/*', '/', true],
  ['/a/*', '/a', true],
  ['/a/*', '/a/', true],
  ['/a/*', '/ab', false],
  ['/a/*', '/{x}/b/*', true],
])('%s and %s overlap: %s', (a, b, expected) => {
  expect(new PathPattern('test', a).overlaps(new PathPattern('test', b))).toBe(expected);
});

test('operations overlap if a method and a path are in both', () => {
  expect(Operation.http('GET /a').overlaps(Operation.http('ANY /{x}'))).toBe(true);
  expect(Operation.http('GET /a').overlaps(Operation.http('POST /a'))).toBe(false);
});

test.each([
  ['/files/*', '/files', true],
  ['/files/*', '/files/', true],
  ['/files/*', '/files/a/b', true],
  ['/files/*', '/filesystem', false],
  ['/files/*', '/file', false],
  ['/*', '/', true],
  ['/*', '/a/b', true],
  ['/t/{id}/*', '/t/1', true],
  ['/t/{id}/*', '/t/1/x', true],
  ['/t/{id}/*', '/t/', false],
])('the prefix %s matches %s: %s', (prefix, path, expected) => {
  expect(matches(new PathPattern('test', prefix), path)).toBe(expected);
});

test.each(['/a/*/b', '/a*', '/*a', '/a//*', '/**', '/{rest+}/*', '*', '/a/{*}'])('%s is no prefix', text => {
  expect(() => new PathPattern('test', text)).toThrow(/\(InvalidPath\)/);
});
