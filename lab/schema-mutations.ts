import fc from 'fast-check';
import { isMap, type KubernetesObject } from '../lib/manifests';

type Path = readonly (string | number)[];
type Change = (value: unknown, name: string) => unknown;

/** Values of every type, of which one replaces a value of another type. */
const OTHERS: readonly unknown[] = ['text', 7, true, ['text'], { key: 'text' }, 'true', '7', [{ key: 'text' }]];
const REMOVED = Symbol('removed');

/** What is done to a field: another type, another spelling of its value, or no value. */
const CHANGES: readonly (readonly [weight: number, (choice: number) => Change])[] = [
  [4, choice => value => ofOtherType(value, choice)],
  [3, choice => value => (typeof value === 'string' ? respelt(value, choice) : value)],
  [2, () => () => REMOVED],
];

interface Step {
  readonly original: number;
  readonly field: number;
  readonly choice: number;
  readonly change: number;
}

const step = fc.record<Step>({ original: fc.nat(), field: fc.nat(), choice: fc.nat(), change: fc.nat() });

export interface SchemaMutation {
  readonly original: KubernetesObject;
  readonly changed: KubernetesObject;
}

/** Objects with one change each below `spec`: of a type, a value or a name; the same for the same seed. */
export function schemaMutations(originals: readonly KubernetesObject[], count: number, seed: number): SchemaMutation[] {
  return fc.sample(step, { seed, numRuns: count }).flatMap(({ original: index, field, choice, change }) => {
    const original = originals[index % originals.length];
    return original ? [{ original, changed: changed(structuredClone(original), field, choice, change) }] : [];
  });
}

function changed(object: KubernetesObject, field: number, choice: number, change: number): KubernetesObject {
  const paths = pathsOf(object);
  const path = paths[field % paths.length] ?? [];
  const parent = valueAt(object, path.slice(0, -1));
  const name = path.at(-1);
  const total = CHANGES.reduce((sum, [weight]) => sum + weight, 2);
  let at = change % total;
  const chosen = CHANGES.find(([weight]) => (at -= weight) < 0)?.[1](choice);
  if (isMap(parent) && typeof name === 'string') {
    if (chosen) {
      set(parent, name, chosen(parent[name], name));
    } else {
      const other = choice % 2 === 0 ? respelt(name, choice) : (UNKNOWN[choice % UNKNOWN.length] ?? '');
      set(parent, other, parent[name]);
      if (choice % 4 === 0) {
        Reflect.deleteProperty(parent, name);
      }
    }
  } else if (Array.isArray(parent) && typeof name === 'number' && chosen) {
    const value = chosen(parent[name], '');
    parent.splice(name, 1, ...(value === REMOVED ? [] : [value]));
  }
  return object;
}

const UNKNOWN = ['enabled', 'mode', 'extra', 'hostname', 'timeouts', 'tls', 'http', 'labels', 'xyz'];

function set(map: Record<string, unknown>, name: string, value: unknown): void {
  if (value === REMOVED) {
    Reflect.deleteProperty(map, name);
  } else {
    Reflect.set(map, name, value);
  }
}

function ofOtherType(value: unknown, choice: number): unknown {
  const others = OTHERS.filter(each => typeOf(each) !== typeOf(value));
  return structuredClone(others[choice % others.length]);
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Lower or upper case, a letter less, or two exchanged. */
function respelt(text: string, choice: number): string {
  const at = choice % Math.max(text.length - 1, 1);
  return (
    [
      text.toLowerCase(),
      text.toUpperCase(),
      text.slice(0, at) + text.slice(at + 1),
      text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2),
    ][Math.floor(choice / 4) % 4] ?? text
  );
}

/** The paths of all fields below `spec`, or of `data` and others on the highest level. */
function pathsOf(object: KubernetesObject): Path[] {
  const below = (value: unknown, path: Path): Path[] => [
    ...(path.length > 0 ? [path] : []),
    ...(Array.isArray(value)
      ? value.flatMap((each, index) => below(each, [...path, index]))
      : isMap(value)
        ? Object.entries(value).flatMap(([name, each]) => below(each, [...path, name]))
        : []),
  ];
  const rest = Object.fromEntries(
    Object.entries(object).filter(([name]) => !['apiVersion', 'kind', 'metadata'].includes(name)),
  );
  return below(rest, []);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(
    (at: unknown, name) =>
      Array.isArray(at) ? (at[Number(name)] as unknown) : isMap(at) ? at[String(name)] : undefined,
    value,
  );
}
