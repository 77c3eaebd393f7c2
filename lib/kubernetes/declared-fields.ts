import { type ApiObject, ApiObjectMetadataDefinition, App, Lazy } from 'cdk8s';
import { sortedKeys } from './sorted-keys';

/**
 * The fields of an object as `ApiObject.toJson` returns them without patches, in one walk where cdk8s has one for each
 * step; undefined if only cdk8s can render them: resolvers of the app, and values that are an error there.
 */
export function declaredFields(object: ApiObject): Record<string, unknown> | undefined {
  const metadata = isUsual(App.of(object)) ? metadataOf(object) : NOT_PLAIN;
  const fields = plain({ ...(Reflect.get(object, 'props') as object), metadata: undefined });
  if (metadata === NOT_PLAIN || fields === NOT_PLAIN) {
    return undefined;
  }
  const { apiVersion, kind, ...others } = fields as Record<string, unknown>;
  return { apiVersion, kind, metadata, ...others };
}

const USUAL = new WeakMap<App, boolean>();

/** Whether an app sorts fields, and has no resolvers of its own. */
export function isUsual(app: App): boolean {
  let isUsual = USUAL.get(app);
  if (isUsual === undefined) {
    isUsual = app.resolvers.length === RESOLVERS && !process.env.CDK8S_DISABLE_SORT;
    USUAL.set(app, isUsual);
  }
  return isUsual;
}

/** Those of every app: of lazy values, of tokens, and of classes with a number or a string. */
const RESOLVERS = 3;

/** The fields of metadata by name, beside which cdk8s stores the object and further fields. */
const OF_METADATA = ['annotations', 'finalizers', 'labels', 'name', 'namespace', 'ownerReferences'];

/** As `ApiObjectMetadataDefinition.toJson` returns them: without empty lists and maps. */
function metadataOf({ metadata }: ApiObject): unknown {
  const further: unknown = Reflect.get(metadata, '_additionalAttributes');
  const isKnown =
    metadata.toJson === ApiObjectMetadataDefinition.prototype.toJson
    && Object.keys(metadata).length === OF_METADATA.length + 2;
  if (!isKnown || typeof further !== 'object' || further === null) {
    return plain(metadata.toJson());
  }
  const fields: Record<string, unknown> = {};
  for (const name of OF_METADATA) {
    fields[name] = Reflect.get(metadata, name);
  }
  for (const [name, value] of Object.entries(further)) {
    if (!OF_METADATA.includes(name)) {
      fields[name] = value;
    }
  }
  return plain(fields, true);
}

const NOT_PLAIN = Symbol('not plain');

/** A value without its fields that are undefined or null, its names sorted; also without empty lists and maps. */
function plain(value: unknown, leavesOutEmpty = false): unknown {
  if (typeof value !== 'object') {
    return value;
  }
  if (value === null) {
    return undefined;
  }
  if (Array.isArray(value)) {
    return leavesOutEmpty && value.length === 0 ? undefined : plainList(value, leavesOutEmpty);
  }
  if (value.constructor !== Object || 'resolve' in value) {
    return plainOfClass(value, leavesOutEmpty);
  }
  const fields: Record<string, unknown> = {};
  let isEmpty = true;
  for (const name of sortedKeys(value)) {
    const field = plain((value as Record<string, unknown>)[name], leavesOutEmpty);
    if (field === NOT_PLAIN) {
      return NOT_PLAIN;
    }
    if (field !== undefined) {
      fields[name] = field;
      isEmpty = false;
    }
  }
  return leavesOutEmpty && isEmpty ? undefined : fields;
}

function plainList(list: readonly unknown[], leavesOutEmpty: boolean): unknown {
  const items = list.map(each => plain(each, leavesOutEmpty));
  return items.includes(NOT_PLAIN) ? NOT_PLAIN : items;
}

function plainOfClass(value: object, leavesOutEmpty: boolean): unknown {
  if (value instanceof Lazy) {
    return plain(value.produce(), leavesOutEmpty);
  }
  const inner: unknown = Reflect.get(value, 'value');
  return !('resolve' in value)
    && value.constructor !== Object
    && (typeof inner === 'string' || typeof inner === 'number')
    ? { value: inner }
    : NOT_PLAIN;
}
