import fc from 'fast-check';
import { checkObjects } from '../../../lib/checks';
import { type KubernetesObject, parseDocuments } from '../../../lib/manifests';
import { EXAMPLES } from './examples';
import { runs } from '../../support/runs';

type Values = Record<string, unknown> | unknown[];

const objects = EXAMPLES.map(({ bad }) =>
  parseDocuments(bad, 'example.yaml')
    .map(each => each.value)
    .filter(isObject),
);
const WORDS: readonly unknown[] = [
  null,
  '',
  '*',
  '/',
  'a/b/c',
  '*.*',
  '~/*',
  '-',
  0,
  -1,
  1e21,
  true,
  [],
  {},
  [[]],
  [null],
  { a: null },
  [{ a: [] }],
  '{',
  'x'.repeat(300),
  '-1%',
  '5s',
  '::1/999',
  '10.0.0.0/x',
  '\n',
  '__proto__',
  'constructor',
];

/** Something happens at a place: it is gone, or is another thing, or is put where it does not belong. */
const mutilation = fc.record({
  at: fc.nat(),
  word: fc.constantFrom(...WORDS),
  kind: fc.constantFrom('replace', 'remove', 'repeat', 'wrap', 'flatten'),
  again: fc.nat(),
});

test('however examples are mutilated, no check fails', () => {
  fc.assert(
    fc.property(
      fc.nat(objects.length - 1),
      fc.nat(objects.length - 1),
      fc.array(mutilation, { minLength: 1, maxLength: 6 }),
      (first, second, mutilations) => {
        const mixed = structuredClone([...(objects[first] ?? []), ...(objects[second] ?? [])]);
        for (const each of mutilations) {
          const places = mixed.flatMap(object => placesIn(object));
          mutilate(places[each.at % places.length], each, places[each.again % places.length]?.value);
        }
        expect(() => checkObjects(mixed.filter(isObject))).not.toThrow();
      },
    ),
    runs(600, 6),
  );
});

interface Place {
  readonly parent: Values;
  readonly key: string;
  readonly value: unknown;
}

function placesIn(value: unknown): Place[] {
  return isValues(value)
    ? Object.entries(value).flatMap(([key, member]) => [{ parent: value, key, value: member }, ...placesIn(member)])
    : [];
}

function mutilate(
  place: Place | undefined,
  { word, kind }: { readonly word: unknown; readonly kind: string },
  other: unknown,
): void {
  if (!place) {
    return;
  }
  const { parent, key, value } = place;
  const result: Record<string, unknown> = {
    replace: word,
    repeat: [value, value],
    wrap: { [typeof word === 'string' ? word : 'a']: value },
    flatten: isValues(other) ? structuredClone(other) : other,
  };
  if (kind !== 'remove') {
    Object.defineProperty(parent, key, {
      value: structuredClone(result[kind]),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else if (Array.isArray(parent)) {
    parent.splice(Number(key), 1);
  } else {
    Reflect.deleteProperty(parent, key);
  }
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null;
}

function isObject(value: unknown): value is KubernetesObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Record<string, unknown>;
  const name = isValues(metadata) && 'name' in metadata ? metadata.name : undefined;
  return (
    typeof apiVersion === 'string'
    && typeof kind === 'string'
    && typeof name === 'string'
    && name !== ''
    && !Array.isArray(metadata)
  );
}
