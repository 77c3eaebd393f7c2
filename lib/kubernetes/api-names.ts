import type { ApiObject } from 'cdk8s';

/** The path of a field in an object: property names, and positions in lists. */
export type Place = readonly (string | number)[];

/** The field that a generated class renders for one of its properties. */
export interface ApiProperty {
  /** The name in the API, e.g. `clusterIP` for the property `clusterIp`. */
  readonly name: string;
  /** Whether it is a number or string in a wrapper class, such as IntOrString and Quantity. */
  readonly isWrapped: boolean;
}

type Manifest = (props: unknown) => unknown;

/**
 * Whether the rendered names differ from the property names: true for cdk8s-plus and classes that `cdk8s import`
 * generates.
 */
export function isMapped(object: ApiObject): boolean {
  return manifestOf(object) !== undefined;
}

/** The field that a property of a mapped object is rendered to; undefined if its class has no such property. */
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
  const key = place.map(step => (typeof step === 'number' ? 0 : `/${step}`)).join('');
  if (!known.has(key)) {
    known.set(key, probe(manifest, place));
  }
  return known.get(key);
}

/** The JSON pointer to a field, for messages. */
export function pointer(place: Place): string {
  return place.map(step => `/${String(step).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

const KNOWN = new WeakMap<Manifest, Map<string, ApiProperty | undefined>>();
const WRAPPED = 'a wrapped value';

/** A placeholder for any value: generated code maps it as a list, formats it as a time, or unwraps it. */
const ANY = Object.defineProperties(
  {},
  {
    map: { value: () => [] },
    toISOString: { value: () => '' },
    value: { value: WRAPPED },
  },
);

/** Renders an object with this one property, and finds the field it is rendered to. */
function probe(manifest: Manifest, place: Place): ApiProperty | undefined {
  const props = place.reduceRight<unknown>(
    (inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }),
    ANY,
  );
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
    const found =
      typeof step === 'number' ? '0' : names.includes(step) ? step : names.find(each => !GROUP_VERSION_KIND.has(each));
    if (found === undefined) {
      return undefined;
    }
    written = Reflect.get(written, found);
    name = found;
  }
  return written === undefined ? undefined : { name, isWrapped: written === WRAPPED };
}

const GROUP_VERSION_KIND = new Set(['apiVersion', 'kind']);

/** What a generated class renders of properties. */
export function manifestOf({ constructor }: ApiObject): Manifest | undefined {
  const manifest: unknown = Reflect.get(constructor, 'manifest');
  return typeof manifest === 'function' ? (manifest as Manifest) : undefined;
}
