import { type Field, memo, type Resource } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';

/**
 * What the simulator makes of the fields of a kind. Paths are from `spec`, with `[]` for each member of a list; a path
 * stands for all that is below it, unless longer ones are given. A field that is not here is one of which nothing is
 * known.
 */
export interface Reading {
  /** Fields that are simulated. */
  readonly read: readonly string[];
  /** Fields that change neither where a request ends nor its status, each with the reason. */
  readonly harmless: Readonly<Record<string, string>>;
  /**
   * Fields that can change where a request ends and are not simulated, each with the value that changes nothing, if
   * there is one.
   */
  readonly unsimulated: Readonly<Record<string, unknown>>;
}

/**
 * Throws {@link Unsimulated} with the first field of an object, or of a part of it, that is neither read nor harmless.
 */
export function requireRead(at: Field, reading: Reading): void {
  const [field] = unreadFields(at, reading);
  if (field) {
    throw unreadField(field);
  }
}

/** The error for a field that is neither read nor harmless. */
export function unreadField(field: Field): Unsimulated {
  return new Unsimulated(`${titleOf(field.resource)} has a field that is not simulated: ${String(field)}.`, REMEDY);
}

export const REMEDY = 'Remove it from the manifests of the test, or test it in a cluster.';

/**
 * The fields below one that are neither read nor harmless.
 * @param depth How many steps from the object the paths of the table begin: 1 for `spec`.
 */
export function unreadFields(at: Field, reading: Reading, depth = 1): Field[] {
  return below(at, pathIn(at, depth), reading);
}

/** An object as messages call it. */
export function titleOf({ kind, key }: Resource): string {
  return `The ${kind} ${key}`;
}

function below(at: Field, path: string, reading: Reading): Field[] {
  if (isEmpty(at.value)) {
    return [];
  }
  const { known, divided } = pathsIn(reading);
  if (path === '' || divided.has(path)) {
    return [
      ...at.entries.flatMap(([name, field]) => below(field, path === '' ? name : `${path}.${name}`, reading)),
      ...at.items.flatMap(field => below(field, `${path}[]`, reading)),
    ];
  }
  const harmless = reading.unsimulated[path];
  const isKnown = known.has(path) || (harmless !== undefined && JSON.stringify(harmless) === JSON.stringify(at.value));
  return isKnown ? [] : [at];
}

/** The paths of a table that are known as a whole, and those below which it tells fields apart. */
const pathsIn = memo(({ read, harmless, unsimulated }: Reading) => {
  const known = new Set([...read, ...Object.keys(harmless)]);
  const divided = new Set<string>();
  for (const path of [...known, ...Object.keys(unsimulated)]) {
    for (const { index } of path.matchAll(/\[\]|\./g)) {
      divided.add(path.slice(0, index));
    }
  }
  return { known, divided };
});

/** A value without meaning; an empty map may enable a feature. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function pathIn({ path }: Field, depth: number): string {
  return path
    .slice(depth)
    .map(step => (typeof step === 'number' ? '[]' : `.${step}`))
    .join('')
    .replace(/^\./, '');
}
