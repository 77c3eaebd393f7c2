import { ApiObject, App, Chart, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { declaredFields } from '../../lib/kubernetes/declared-fields';

function objectWith(spec: unknown, app = new App(), metadata: object = {}): ApiObject {
  return new ApiObject(new Chart(app, 'chart'), 'object', {
    apiVersion: 'example.com/v1',
    kind: 'Example',
    metadata: { name: 'example', labels: { b: '2', a: '1' }, ...metadata },
    spec,
  } as never);
}

/** As cdk8s renders it, with the order of the fields. */
const textOf = (object: ApiObject) => JSON.stringify(ApiObject.prototype.toJson.call(object));

test.each([
  ['fields by name', { b: 1, a: { d: 1, c: [2, { f: 1, e: 0 }] } }],
  ['no undefined fields, and no null', { a: undefined, b: null, c: [], d: {}, e: '' }],
  ['items of lists that are undefined', { a: [undefined, null, 1] }],
  [
    'lazy values, also in lazy values',
    { a: Lazy.any({ produce: () => ({ z: 1, b: Lazy.any({ produce: () => [2] }) }) }) },
  ],
  ['a lazy value without a value', { a: Lazy.any({ produce: () => undefined }) }],
  ['numbers and strings of classes', { a: k8s.IntOrString.fromNumber(1), b: k8s.Quantity.fromString('1Gi') }],
])('an object has %s as cdk8s renders them', (_what, spec) => {
  const object = objectWith(spec);

  expect(JSON.stringify(declaredFields(object))).toBe(textOf(object));
});

test.each([
  ['no empty lists and maps', { annotations: {}, finalizers: [], ownerReferences: [], labels: {} }],
  ['all declared fields', { annotations: { b: '1', a: '' }, finalizers: ['x'], namespace: 'shop' }],
  ['fields that cdk8s has no property for', { generateName: 'example-', deletionGracePeriodSeconds: 0, extra: {} }],
  ['lazy values', { annotations: { a: Lazy.any({ produce: () => 'text' }) } }],
])('metadata has %s as cdk8s renders it', (_what, metadata) => {
  const object = objectWith({ a: 1 }, new App(), metadata);
  object.metadata.addLabel('added', 'later');
  object.metadata.add('further', { z: 1, a: undefined });

  expect(JSON.stringify(declaredFields(object))).toBe(textOf(object));
});

test('metadata with a token is left to cdk8s', () => {
  expect(declaredFields(objectWith({}, new App(), { generateName: { resolve: () => 'text' } }))).toBeUndefined();
});

test.each([
  ['a token', { a: { resolve: () => 'text' } }],
  ['a token in a list', { a: [{ resolve: () => 'text' }] }],
  ['a date', { a: new Date(0) }],
])('%s is left to cdk8s', (_what, spec) => {
  expect(declaredFields(objectWith(spec))).toBeUndefined();
});

test('an app with resolvers of its own renders with them', () => {
  const app = new App({ resolvers: [{ resolve: () => undefined }] });

  expect(declaredFields(objectWith({ a: 1 }, app))).toBeUndefined();
});

test('without sorting, cdk8s renders', () => {
  process.env.CDK8S_DISABLE_SORT = '1';
  try {
    expect(declaredFields(objectWith({ a: 1 }))).toBeUndefined();
  } finally {
    delete process.env.CDK8S_DISABLE_SORT;
  }
});
