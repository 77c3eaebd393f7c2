import { ValidationError } from '../../topology';
import { isObject, type Json } from './without-defaults';

/** The field by which the items of a list are the same item, as Kubernetes merges them. */
const KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
};

/**
 * An object with the declared fields as well. What was changed with cdk8s-plus is kept; a field that has another value
 * in both is an error.
 */
export function merge(path: string, written: Json, declared: Json): Json {
  return mergeObjects(path, '', written, declared);
}

function mergeObjects(path: string, place: string, written: Json, declared: Json): Json {
  const names = new Set([...Object.keys(written), ...Object.keys(declared)]);
  return Object.fromEntries(
    [...names].flatMap(name => {
      const value = mergeValues(path, `${place}/${name}`, written[name], declared[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function mergeValues(path: string, place: string, written: unknown, declared: unknown): unknown {
  if (written === undefined || declared === undefined) {
    return written ?? compact(declared);
  }
  if (Array.isArray(written) && Array.isArray(declared)) {
    return mergeLists(path, place, written, declared);
  }
  if (isObject(written) && isObject(declared)) {
    return mergeObjects(path, place, written, declared);
  }
  if (written !== declared) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        `${place} is ${JSON.stringify(written)} by a change with cdk8s-plus, and ${JSON.stringify(declared)} in the `
        + 'topology.',
      fix: 'Keep one of them.',
    });
  }
  return written;
}

/** Declared items come first, in their order, then those of cdk8s-plus alone. */
function mergeLists(path: string, place: string, written: unknown[], declared: unknown[]): unknown[] {
  const list = place.slice(place.lastIndexOf('/') + 1);
  const key = KEYS[list];
  const same = (one: unknown, other: unknown): boolean =>
    key !== undefined && isObject(one) && isObject(other)
      ? one[key] === other[key]
      : JSON.stringify(one) === JSON.stringify(other);
  const merged = declared.map(item => {
    const counterpart = written.find(each => same(each, item));
    if (!isObject(item) || !isObject(counterpart)) {
      return compact(item);
    }
    return list === 'env' && ('value' in counterpart || 'valueFrom' in counterpart)
      ? counterpart
      : mergeObjects(path, `${place}/${String(item[key ?? ''])}`, counterpart, item);
  });
  return [...merged, ...written.filter(each => !declared.some(item => same(each, item)))];
}

/** Without undefined fields. */
function compact(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(compact);
  }
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, each]) => (each === undefined ? [] : [[name, compact(each)]])),
      )
    : value;
}
