import { Capture as CdkCapture, Match as CdkMatch } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { Capture, Manifests, Match, Matcher } from '../../lib/testing';
import { compare, Comparison } from '../../lib/testing/match';

/** The differences between a value and what is expected of it. */
function differences(expected: unknown, actual: unknown): string[] {
  const comparison = new Comparison();
  compare(expected, actual, comparison, { allowsMore: false });
  return comparison.differences;
}

const scalar = fc.constantFrom<unknown>('a', 'b', 1, 2, true, false);
const { value: anything } = fc.letrec(tie => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  map: fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('value'), { maxKeys: 3 }),
}));
const map = fc.dictionary(fc.constantFrom('x', 'y', 'z'), anything, { maxKeys: 3 });
const list = fc.array(anything, { maxLength: 3 });

test.each([
  ['objectLike', map, anything],
  ['objectEquals', map, anything],
  ['arrayWith', list, fc.oneof(list, anything)],
  ['arrayEquals', list, fc.oneof(list, anything)],
  ['exact', anything, anything],
  ['not', anything, anything],
] as const)('%s decides as the matcher of the CDK does', (name, patterns, values) => {
  const own = Match[name] as (pattern: unknown) => Matcher;
  const cdk = CdkMatch[name] as (pattern: unknown) => { test(actual: unknown): { hasFailed(): boolean } };
  fc.assert(
    fc.property(patterns as fc.Arbitrary<unknown>, values as fc.Arbitrary<unknown>, (pattern, value) => {
      expect(differences(own(pattern), value).length > 0).toBe(cdk(pattern).test(value).hasFailed());
    }),
  );
});

test.each([
  ['absent', Match.absent(), undefined, 'a'],
  ['anyValue', Match.anyValue(), 0, null],
  ['stringLikeRegexp', Match.stringLikeRegexp('^b$'), 'a\nb', 'ab'],
  ['stringLikeRegexp of another type', Match.stringLikeRegexp('1'), '1', 1],
  ['serializedJson', Match.serializedJson({ a: Match.anyValue() }), '{"a":1}', '{"b":1}'],
  ['serializedJson of no JSON', Match.serializedJson({}), '{}', '{'],
  ['not', Match.not(Match.stringLikeRegexp('a')), 'b', 'a'],
  ['arrayWith, in order', Match.arrayWith([1, 2]), [1, 3, 2], [2, 1]],
])('%s accepts and rejects', (_name, matcher, right, wrong) => {
  expect(differences(matcher, right)).toEqual([]);
  expect(differences(matcher, wrong)).not.toEqual([]);
});

test('each difference has its path', () => {
  const expected = { spec: { ports: Match.arrayWith([Match.objectLike({ port: 80 })]), type: Match.absent() } };
  expect(differences(expected, { spec: { ports: [{ port: 81 }], type: 'NodePort', more: 1 } })).toEqual([
    'Could not match arrayWith pattern 0 at /spec/ports',
    'Expected 80 but received 81 at /spec/ports/0/port',
    'Received "NodePort", but key should be absent at /spec/type',
    'Unexpected field more at /spec',
  ]);
  expect(differences([1], [1, 2])).toEqual(['Expected 1 elements but received 2 at the root']);
  expect(differences({ a: { b: 1 } }, { a: [] })).toEqual(['Expected an object but received [] at /a']);
});

test('the matchers of the CDK are accepted, and its captures record values', () => {
  const manifests = Manifests.ofYaml(
    'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { type: NodePort }\n',
  );
  const type = new CdkCapture();
  manifests.has('Service', CdkMatch.objectLike({ spec: { type } }));
  manifests.has('Service', { metadata: { name: CdkMatch.stringLikeRegexp('^w') } });
  manifests.hasNot('Service', { metadata: { name: CdkMatch.stringLikeRegexp('^x') } });
  expect(type.asString()).toBe('NodePort');
  expect([Match.absent(), CdkMatch.absent(), { name: 'web' }, /a/, null].map(each => Matcher.isMatcher(each))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('a capture has the type of the value that it recorded', () => {
  const manifests = Manifests.ofYaml(
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { list: [1], map: { x: 1 }, flag: true, count: 3 }\n',
  );
  const [list, map, flag, count] = [new Capture(), new Capture(), new Capture(), new Capture(3)];
  manifests.has('ConfigMap', { data: { list, map, flag, count } });
  expect([list.asArray(), map.asObject(), flag.asBoolean(), count.asNumber()]).toEqual([[1], { x: 1 }, true, 3]);
  expect(() => list.asObject()).toThrow('The captured value is expected to be of type object, but is [1].');
  expect(() => new Capture().asString()).toThrow('No value was captured');
});

test('a capture with a pattern records only a value that matches', () => {
  const manifests = Manifests.ofYaml('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { x: one }\n');
  manifests.hasNot('ConfigMap', { data: { x: new Capture('two') } });
  manifests.hasNot('ConfigMap', { data: { y: new Capture() } });
});
