import { Duration, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import fc from 'fast-check';
import { NOT_PLAIN, plainJson } from '../../lib/kubernetes/plain-value';
import { toYaml, YamlPrinter } from '../../lib/kubernetes/yaml';

const values = fc.letrec(each => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(undefined, null, '', 'text', 0, 1.5, true, k8s.IntOrString.fromNumber(8080)),
    fc.array(each('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'long name', '1'), each('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value;

test('a declared value is printed as its JSON is', () => {
  const printer = new YamlPrinter();
  fc.assert(
    fc.property(values, spec => {
      expect(printer.printDeclared({ kind: 'Example', spec }, '')).toBe(
        toYaml({ kind: 'Example', spec: plainJson(spec) }),
      );
    }),
  );
});

test('the JSON has fields by name, without null and undefined, and wrapped values as they are', () => {
  const declared = {
    b: k8s.IntOrString.fromNumber(1),
    a: { d: undefined, c: [2, null, { f: 1, e: k8s.Quantity.fromString('1Gi') }] },
    g: null,
  };

  expect(JSON.stringify(plainJson(declared))).toBe('{"a":{"c":[2,null,{"e":"1Gi","f":1}]},"b":1}');
});

test('the fields of the object itself are printed in their order', () => {
  expect(new YamlPrinter().printDeclared({ kind: 'Example', b: 1, a: { d: 1, c: 2 } }, '')).toBe(
    'kind: Example\nb: 1\na:\n  c: 2\n  d: 1\n',
  );
});

test.each([
  ['a token', { resolve: () => 'text' }],
  ['a lazy value', Lazy.any({ produce: () => 'text' })],
  ['an object of a class', Duration.seconds(1)],
  [
    'a class whose value is no text and no number',
    new (class Wrapped {
      value = {};
    })(),
  ],
])('%s is neither JSON nor printed', (_what, value) => {
  const printer = new YamlPrinter();

  expect(plainJson({ a: [value] })).toBe(NOT_PLAIN);
  expect(plainJson({ a: { b: value } })).toBe(NOT_PLAIN);
  expect(printer.printDeclared({ a: [value] }, '')).toBeUndefined();
  expect(printer.printDeclared({ a: { b: value } }, '')).toBeUndefined();
  expect(printer.print({ b: 1, a: 2 })).toBe('b: 1\na: 2\n');
});

test('a text that is not valid Unicode is an error at its place', () => {
  const path = jest.fn(() => 'shop/cart/service');
  const printer = new YamlPrinter();
  printer.printDeclared({ a: [{ b: 'c' }] }, path);
  expect(path).not.toHaveBeenCalled();

  expect(() => printer.printDeclared({ a: [{ b: 'c' }, { b: 'c', d: '\uD800' }] }, path)).toThrow(
    expect.objectContaining({ code: 'Unprintable', path: 'shop/cart/service/a/1/d' }),
  );
});
