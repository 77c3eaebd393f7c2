import { ApiObject } from 'cdk8s';
import { ValidationError } from '../topology';
import { apiProperty, isMapped, type Place, pointer } from './api-names';

/**
 * Throws if a generated class renders less than was declared: it drops properties that it does not have, and a plain
 * number or string where it expects an IntOrString or a Quantity. (A NetworkPolicy without its port would allow every
 * port.)
 */
export function requireNothingLost<Written>(
  object: ApiObject,
  written: Written,
  declared: unknown = isMapped(object) ? ApiObject.prototype.toJson.call(object) : undefined,
): Written {
  if (!isMapped(object)) {
    return written;
  }
  const lost = countOf(declared, 1) === countOf(written, 0) ? undefined : firstLost(object, declared, written, []);
  if (lost) {
    throw lost;
  }
  return written;
}

/** The number of values; `missing` for an undefined list item. A wrapped number or string counts as one. */
function countOf(value: unknown, missing: number): number {
  if (typeof value !== 'object' || value === null) {
    return value === undefined ? missing : 1;
  }
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (items.length === 1 && 'value' in value && typeof value.value !== 'object') {
    return 1;
  }
  let sum = 1;
  for (const each of items) {
    sum += countOf(each, missing);
  }
  return sum;
}

function firstLost(object: ApiObject, declared: unknown, written: unknown, place: Place): ValidationError | undefined {
  if (typeof declared !== 'object' || declared === null) {
    return undefined;
  }
  for (const [key, value] of Object.entries(declared)) {
    const step = Array.isArray(declared) ? Number(key) : key;
    const here = [...place, step];
    const property = apiProperty(object, here);
    const counterpart = property && valueAt(written, typeof step === 'number' ? key : property.name);
    if (counterpart === undefined) {
      return lostAt(object, here, value, property?.isWrapped ?? false);
    }
    const lost = property?.isWrapped ? undefined : firstLost(object, value, counterpart, here);
    if (lost) {
      return lost;
    }
  }
  return undefined;
}

function valueAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function lostAt(object: ApiObject, place: Place, value: unknown, isWrapped: boolean): ValidationError {
  const text = JSON.stringify(value);
  return new ValidationError({
    code: 'LostValue',
    path: object.node.path,
    summary:
      value === undefined
        ? `An item of a list in ${object.kind} "${object.name}" has no value: ${pointer(place)}.`
        : `The ${text} at ${pointer(place)} of ${object.kind} "${object.name}" would not be rendered: its `
          + `class ${object.constructor.name} `
          + (isWrapped ? 'expects an IntOrString or a Quantity there.' : 'has no such property.'),
    fix:
      value === undefined
        ? 'Remove the item.'
        : isWrapped
          ? `Set it to IntOrString.${typeof value === 'number' ? 'fromNumber' : 'fromString'}(${text}) or `
            + 'Quantity.fromString(…) of k8s.'
          : 'Set it with addJsonPatch, using the field name of the Kubernetes API.',
  });
}
