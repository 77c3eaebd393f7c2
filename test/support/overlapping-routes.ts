import fc from 'fast-check';
import type { Declared } from './routes';

/** Which operation comes first of those that match, by the words of the documentation alone. */
export function matched<T extends Declared>(routes: readonly T[], method: string, path: string): T | undefined {
  const given = path.split('/').slice(1);
  const kinds = ({ path: pattern }: Declared) =>
    pattern
      .split('/')
      .slice(1)
      .map(each => (each === '*' ? 4 : each.endsWith('+}') ? 3 : each.startsWith('{') ? 2 : 1));
  const meets = ({ method: own, path: pattern }: Declared) => {
    const isPrefix = pattern.endsWith('/*');
    const segments = pattern.replace(/\/\*$/, '').split('/').slice(1);
    const takesRest = segments.at(-1)?.endsWith('+}') === true;
    return (
      (own === 'ANY' || own === method)
      && (takesRest
        ? given.slice(segments.length - 1).join('/') !== '' && given.length >= segments.length
        : given.length === segments.length || (isPrefix && given.length > segments.length))
      && segments.every(
        (each, index) => each.endsWith('+}') || (each.startsWith('{') ? given[index] !== '' : each === given[index]),
      )
    );
  };
  const rank = (each: Declared) => `${kinds(each).join('').padEnd(9, '1')}${each.method === 'ANY' ? 2 : 1}`;
  return routes.filter(meets).sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0];
}

const segment = fc.constantFrom('a', 'b', 'long-literal', '{}');
const patterns = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom('', 'a', '{}', '{+}', '{+}', '*', '*'))
  .map(([segments, last]) => `/${[...segments, last].map((each, index) => each.replace('{', `{p${index}`)).join('/')}`);
/** Routes that overlap more often than not, none of them declared twice. */
export const tables = fc.uniqueArray(fc.record({ method: fc.constantFrom('ANY', 'GET', 'POST'), path: patterns }), {
  minLength: 2,
  maxLength: 7,
  selector: ({ method, path }) => `${method} ${path}`,
});

/** Paths that such routes match. */
export const asked = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'long-literal', 'x', 'x;v', 'x%2Fy', '@', ''), { maxLength: 4 }),
    fc.constantFrom('', 'a', 'x'),
  )
  .map(([segments, last]) => `/${[...segments, last].join('/')}`);
