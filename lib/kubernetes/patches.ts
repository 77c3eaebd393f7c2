import { type ApiObject, JsonPatch } from 'cdk8s';
import { ValidationError } from '../topology';
import { apiProperty, type Place, pointer } from './api-names';
import { sortedKeys } from './sorted-keys';

/**
 * Applies patches to a rendered object. A patch of a path that does not exist, or of a name that the API spells
 * differently, is an error: it would change nothing.
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export function applyPatches(object: ApiObject, written: unknown, patches: readonly JsonPatch[]): unknown {
  return inOrder(patches.reduce((document, patch) => apply(object, document, patch), written));
}

function apply(object: ApiObject, document: unknown, patch: JsonPatch): unknown {
  const { op, path, from, value } = Reflect.get(patch, 'operation') as Record<string, unknown>;
  const refuse = refusal(object, `${String(op)} ${String(path)}`);
  const creates = op === 'add' || op === 'copy' || op === 'move';
  const source = op === 'copy' || op === 'move' ? placeOf(object, document, from, false, refuse) : undefined;
  const place = placeOf(object, document, path, creates, refuse);
  if (place.length === 0 && op !== 'test') {
    throw refuse(
      'It would take the place of the whole object.',
      'Patch its fields, or leave the object out and declare another one.',
    );
  }
  if (op === 'add' || op === 'replace') {
    requireJson(value, [], refuse);
    requireApiNames(object, place, value, refuse);
  } else if (source) {
    requireApiNames(object, place, valueAt(document, source), refuse);
  }
  const removed = op === 'remove' ? place : op === 'move' ? source : undefined;
  if (
    removed
    && typeof removed.at(-1) === 'number'
    && (valueAt(document, removed.slice(0, -1)) as unknown[]).length === 1
  ) {
    const list = pointer(removed.slice(0, -1));
    throw refuse(
      `It would leave ${list} empty, and an empty list often matches everything.`,
      `Remove ${list} itself, or replace it with [].`,
    );
  }
  try {
    return JsonPatch.apply(document, patch);
  } catch {
    throw refuse(
      op === 'test' ? 'The value at the path is different.' : 'JSON Patch has no such operation.',
      'Correct the patch.',
    );
  }
}

type Refuse = (problem: string, remedy: string) => ValidationError;

function refusal(object: ApiObject, patch: string): Refuse {
  return (problem, remedy) =>
    new ValidationError({
      code: 'InvalidPatch',
      path: object.node.path,
      summary: `The patch "${patch}" of ${object.kind} "${object.name}" cannot be applied. ${problem}`,
      fix: remedy,
    });
}

/** The field that a path refers to; its last segment need not exist if the patch creates it. */
function placeOf(object: ApiObject, document: unknown, path: unknown, creates: boolean, refuse: Refuse): Place {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) {
    throw refuse(
      `The path ${JSON.stringify(path)} does not start with "/".`,
      'Write it as a JSON pointer, e.g. /spec/replicas.',
    );
  }
  const names = path
    .split('/')
    .slice(1)
    .map(name => name.replace(/~1/g, '/').replace(/~0/g, '~'));
  const place: (string | number)[] = [];
  let value: unknown = document;
  for (const [index, name] of names.entries()) {
    const isNew = creates && index === names.length - 1;
    const step: string | number | undefined = Array.isArray(value) ? positionIn(value, name, isNew) : name;
    const here = [...place, step ?? name];
    if (step === undefined || !isContainer(value) || !(isNew || Object.hasOwn(value, step))) {
      const spelled = apiProperty(object, here)?.name ?? name;
      throw refuse(
        `There is no ${pointer(here)}.`,
        spelled === name
          ? 'Add the missing parent first, or correct the path.'
          : `Use ${pointer([...place, spelled])}, the name in the Kubernetes API: patches apply to the `
              + 'rendered object.',
      );
    }
    place.push(step);
    value = valueAt(value, [step]);
  }
  return place;
}

function positionIn(list: readonly unknown[], name: string, isNew: boolean): number | undefined {
  if (name === '-') {
    return isNew ? list.length : undefined;
  }
  const position = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : Infinity;
  return position < list.length || (isNew && position === list.length) ? position : undefined;
}

function valueAt(document: unknown, place: Place): unknown {
  return place.reduce<unknown>((value, step) => (isContainer(value) ? Reflect.get(value, step) : undefined), document);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Values are rendered unchanged: a class instance would be rendered as its fields. */
function requireJson(value: unknown, place: Place, refuse: Refuse): void {
  const here = place.length > 0 ? ` at ${pointer(place)} in it` : '';
  if (!isContainer(value)) {
    if (!['string', 'boolean'].includes(typeof value) && value !== null && !Number.isFinite(value)) {
      throw refuse(
        `Its value${here} is ${String(value)}, which JSON cannot represent.`,
        'Set a value, or remove the field.',
      );
    }
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    const wrapped: unknown = Reflect.get(value, 'value');
    throw refuse(
      `Its value${here} is an object of class ${value.constructor.name}.`,
      isContainer(wrapped) || wrapped === undefined
        ? 'Use a plain value.'
        : `Use the plain value, ${JSON.stringify(wrapped)}.`,
    );
  }
  for (const [name, each] of Object.entries(value)) {
    if (each !== undefined || Array.isArray(value)) {
      requireJson(each, [...place, Array.isArray(value) ? Number(name) : name], refuse);
    }
  }
}

/** Throws for property names of cdk8s-plus that the API spells differently: it would ignore or reject them. */
function requireApiNames(object: ApiObject, place: Place, value: unknown, refuse: Refuse): void {
  const name = place.at(-1);
  const property = name === undefined ? undefined : apiProperty(object, place);
  if (property && typeof name === 'string' && property.name !== name) {
    throw refuse(
      `The Kubernetes API has no ${pointer(place)}.`,
      `Use ${pointer([...place.slice(0, -1), property.name])}.`,
    );
  }
  if (property?.isWrapped && isContainer(value)) {
    throw refuse(
      `${pointer(place)} must be a number or a string, and ${JSON.stringify(value)} is neither.`,
      'Use the plain value.',
    );
  }
  if (isContainer(value)) {
    Object.entries(value).forEach(([key, each]) =>
      requireApiNames(object, [...place, Array.isArray(value) ? Number(key) : key], each, refuse),
    );
  }
}

/** The order of cdk8s, without undefined fields: version, kind and metadata first, then all others by name. */
export function inOrder(document: unknown): unknown {
  return process.env.CDK8S_DISABLE_SORT ? document : sorted(document, ['apiVersion', 'kind', 'metadata']);
}

function sorted(value: unknown, first: readonly string[] = []): unknown {
  if (Array.isArray(value)) {
    return value.map(each => sorted(each));
  }
  if (!isContainer(value)) {
    return value;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const name of first) {
    if (fields[name] !== undefined) {
      ordered[name] = sorted(fields[name]);
    }
  }
  for (const name of sortedKeys(fields)) {
    if (fields[name] !== undefined && !first.includes(name)) {
      ordered[name] = sorted(fields[name]);
    }
  }
  return ordered;
}
