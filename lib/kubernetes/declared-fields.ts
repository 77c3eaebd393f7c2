import { type ApiObject, App, Lazy } from 'cdk8s';

/**
 * The fields of an object as `ApiObject.toJson` returns them without patches, in one walk where cdk8s has one for each
 * step; undefined if only cdk8s can render them: resolvers of the app, and values that are an error there.
 */
export function declaredFields(object: ApiObject): Record<string, unknown> | undefined {
  if (App.of(object).resolvers.length !== RESOLVERS || process.env.CDK8S_DISABLE_SORT) {
    return undefined;
  }
  const props = Reflect.get(object, 'props') as object;
  const fields = plain({ ...props, metadata: object.metadata.toJson() as unknown });
  if (fields === NOT_PLAIN) {
    return undefined;
  }
  const { apiVersion, kind, metadata, ...others } = fields as Record<string, unknown>;
  return { apiVersion, kind, metadata, ...others };
}

/** Those of every app: of lazy values, of tokens, and of classes with a number or a string. */
const RESOLVERS = 3;

const NOT_PLAIN = Symbol('not plain');

/** A value without its fields that are undefined or null, its names sorted. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object') {
    return value;
  }
  if (value === null) {
    return undefined;
  }
  if (Array.isArray(value)) {
    const items = value.map(plain);
    return items.includes(NOT_PLAIN) ? NOT_PLAIN : items;
  }
  if (value.constructor !== Object || 'resolve' in value) {
    return plainOfClass(value);
  }
  const fields: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) {
    const field = plain((value as Record<string, unknown>)[name]);
    if (field === NOT_PLAIN) {
      return NOT_PLAIN;
    }
    if (field !== undefined) {
      fields[name] = field;
    }
  }
  return fields;
}

function plainOfClass(value: object): unknown {
  if (value instanceof Lazy) {
    return plain(value.produce());
  }
  const inner: unknown = Reflect.get(value, 'value');
  return !('resolve' in value)
    && value.constructor !== Object
    && (typeof inner === 'string' || typeof inner === 'number')
    ? { value: inner }
    : NOT_PLAIN;
}
