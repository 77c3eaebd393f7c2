import type { ApiObject } from 'cdk8s';

/** A place in an object: property names, and positions in lists. */
export type Place = readonly (string | number)[];

/** What a generated class writes for one of its properties. */
export interface ApiProperty {
  /** The name in the API, e.g. `clusterIP` for the property `clusterIp`. */
  readonly name: string;
  /** Whether it is a number or text that the class wraps, as IntOrString and Quantity are. */
  readonly isWrapped: boolean;
}

type Manifest = (props: unknown) => unknown;

/** Objects of cdk8s-plus, and of classes that `cdk8s import` generates, write other names than those of their properties. */
export function isMapped(object: ApiObject): boolean {
  return manifestOf(object) !== undefined;
}

/** What is written for a property of a mapped object; nothing where its class does not know the property. */
export function apiProperty(object: ApiObject, place: Place): ApiProperty | undefined {
  const manifest = manifestOf(object);
  if (!manifest) {
    return undefined;
  }
  let known = KNOWN.get(manifest);
  if (!known) {
    known = new Map();
    KNOWN.set(manifest, known);
  }
  const key = place.map(step => typeof step === 'number' ? 0 : `/${step}`).join('');
  if (!known.has(key)) {
    known.set(key, probe(manifest, place));
  }
  return known.get(key);
}

/** A place in a message, as a JSON pointer. */
export function pointer(place: Place): string {
  return place.map(step => `/${String(step).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

const KNOWN = new WeakMap<Manifest, Map<string, ApiProperty | undefined>>();
const WRAPPED = 'a wrapped value';

/** Stands for any value: generated code maps it as a list, reads it as a time, or unwraps it. */
const ANY = Object.defineProperties({}, {
  map: { value: () => [] },
  toISOString: { value: () => '' },
  value: { value: WRAPPED },
});

/** Has the class write an object that has this one property, and looks where it went. */
function probe(manifest: Manifest, place: Place): ApiProperty | undefined {
  const props = place.reduceRight<unknown>((inner, step) => typeof step === 'number' ? [inner] : { [step]: inner }, ANY);
  let written: unknown;
  try {
    written = manifest(props);
  } catch {
    return undefined;
  }
  let name = '';
  for (const step of place) {
    if (typeof written !== 'object' || written === null) {
      return undefined;
    }
    const names = Object.keys(written);
    const found = typeof step === 'number' ? '0' : names.includes(step) ? step : names.find(each => !GROUP_VERSION_KIND.has(each));
    if (found === undefined) {
      return undefined;
    }
    written = Reflect.get(written, found);
    name = found;
  }
  return written === undefined ? undefined : { name, isWrapped: written === WRAPPED };
}

const GROUP_VERSION_KIND = new Set(['apiVersion', 'kind']);

function manifestOf({ constructor }: ApiObject): Manifest | undefined {
  const manifest: unknown = Reflect.get(constructor, 'manifest');
  return typeof manifest === 'function' ? manifest as Manifest : undefined;
}
