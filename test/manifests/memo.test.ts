import { memo, memoByKey } from '../../lib/manifests';

test('a function of an object is evaluated once for each object, also if its value is undefined', () => {
  const seen: object[] = [];
  const evaluate = memo((of: object): string | undefined => {
    seen.push(of);
    return undefined;
  });
  const [one, other] = [{}, {}];
  expect([evaluate(one), evaluate(one), evaluate(other)]).toEqual([undefined, undefined, undefined]);
  expect(seen).toEqual([one, other]);
});

test('a function of an object and a key is evaluated once for each pair', () => {
  const seen: string[] = [];
  const evaluate = memoByKey((of: { readonly name: string }, key: string, suffix: string): string => {
    seen.push(`${of.name} ${key}`);
    return `${of.name} ${key}${suffix}`;
  });
  const [one, other] = [{ name: 'one' }, { name: 'other' }];
  expect(evaluate(one, 'a', '!')).toBe('one a!');
  expect(evaluate(one, 'a', '!')).toBe('one a!');
  expect(evaluate(one, 'b', '!')).toBe('one b!');
  expect(evaluate(other, 'a', '!')).toBe('other a!');
  expect(seen).toEqual(['one a', 'one b', 'other a']);
});
