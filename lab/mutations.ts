import fc from 'fast-check';
import { isMap, loadResources } from '../lib/manifests';
import { EXAMPLES } from '../test/checks/manifests/examples';

type Path = readonly (string | number)[];

/** A mutation of an object: a removed field, or a field with the value from another object of its kind. */
interface Step {
  readonly field: number;
  readonly donor: number;
  readonly isDropped: boolean;
}

const step = fc.record<Step>({ field: fc.nat(), donor: fc.nat(), isDropped: fc.boolean() });
const mutation = fc.record({ original: fc.nat(), steps: fc.array(step, { minLength: 1, maxLength: 4 }) });

/** Istio objects from the valid examples, each with a few mutations; the same for the same seed. */
export function mutations(count: number, seed: number): object[] {
  const originals = EXAMPLES.filter(each => /^(Invalid|Questionable)/.test(each.check))
    .flatMap(each => [each.bad, each.good])
    .flatMap(text => loadResources(text, { file: 'example.yaml', namespace: 'shop' }))
    .map(each => each.object)
    .filter(each => each.apiVersion.includes('.istio.io/'));
  const donors = new Map<string, unknown[]>();
  for (const object of originals) {
    for (const path of pathsOf(object)) {
      const place = placeOf(object.kind, path);
      donors.set(place, [...(donors.get(place) ?? []), valueAt(object, path)]);
    }
  }
  return fc.sample(mutation, { seed, numRuns: count }).map(({ original, steps }) => {
    const object = structuredClone(originals[original % originals.length]) ?? { kind: '' };
    steps.forEach(each => change(object, each, donors));
    return object;
  });
}

function change(
  object: { readonly kind: string },
  { field, donor, isDropped }: Step,
  donors: ReadonlyMap<string, readonly unknown[]>,
): void {
  const paths = pathsOf(object);
  const path = paths[field % paths.length];
  const parent = path && valueAt(object, path.slice(0, -1));
  const name = path?.at(-1);
  const others = path ? (donors.get(placeOf(object.kind, path)) ?? []) : [];
  const value = structuredClone(others[donor % others.length]);
  if (Array.isArray(parent) && typeof name === 'number') {
    parent.splice(name, 1, ...(isDropped ? [] : [value]));
  } else if (isMap(parent) && name !== undefined && isDropped) {
    Reflect.deleteProperty(parent, name);
  } else if (isMap(parent) && name !== undefined) {
    Reflect.set(parent, name, value);
  }
}

/** The paths of all fields below `spec`. */
function pathsOf(object: object): Path[] {
  const below = (value: unknown, path: Path): Path[] => [
    ...(path.length > 1 ? [path] : []),
    ...(Array.isArray(value)
      ? value.flatMap((each, index) => below(each, [...path, index]))
      : isMap(value)
        ? Object.entries(value).flatMap(([name, each]) => below(each, [...path, name]))
        : []),
  ];
  return below(valueAt(object, ['spec']), ['spec']);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(
    (at: unknown, name) =>
      Array.isArray(at) ? (at[Number(name)] as unknown) : isMap(at) ? at[String(name)] : undefined,
    value,
  );
}

/** The path of a field without its positions in lists. */
function placeOf(kind: string, path: Path): string {
  return `${kind} ${path.map(each => (typeof each === 'number' ? '*' : each)).join('.')}`;
}
