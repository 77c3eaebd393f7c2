import { type Comparison, comparisonKey } from '../../lib/topology';

interface Declared {
  readonly port: number;
  readonly hosts?: readonly string[];
  readonly name: string;
}

const BY_PORT = {
  port: ({ port }) => port,
  hosts: ({ hosts }) => hosts,
  name: 'A label only.',
} satisfies Comparison<keyof Declared, Declared>;
const keyOf = (declared: Declared) => comparisonKey<Declared>(BY_PORT, declared);

test('declarations that differ only in a property with a reason are alike', () => {
  expect(keyOf({ port: 80, hosts: ['a'], name: 'one' })).toBe(keyOf({ port: 80, hosts: ['a'], name: 'two' }));
});

test('declarations that differ in a compared property, or in which it is missing, are not', () => {
  const one = keyOf({ port: 80, hosts: ['a'], name: 'one' });

  expect(keyOf({ port: 81, hosts: ['a'], name: 'one' })).not.toBe(one);
  expect(keyOf({ port: 80, hosts: ['a', 'b'], name: 'one' })).not.toBe(one);
  expect(keyOf({ port: 80, name: 'one' })).not.toBe(one);
});
