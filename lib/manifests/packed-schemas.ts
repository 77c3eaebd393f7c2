import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A program whose API has several versions. */
export type Platform = 'Kubernetes' | 'Istio';

/** A release of a platform, such as `Istio 1.28`. */
export type Release = `${Platform} ${string}`;

/** The releases that added and removed members: kinds, fields of an object, or values of an enumeration. */
export interface Lifespans {
  readonly since?: { readonly [member: string]: Release };
  readonly until?: { readonly [member: string]: Release };
}

/** Text, number, boolean, number or text, quantity, duration of the Gateway API, anything. */
type Scalar = 's' | 'n' | 'b' | 'i' | 'q' | 'd' | '?';

/** A text of several, or a number. */
export interface Enumeration extends Lifespans {
  readonly e: readonly (string | number)[];
}

/** An object with its fields and the required ones. */
export interface ObjectType extends Lifespans {
  readonly o: { readonly [field: string]: Schema };
  readonly r?: readonly string[];
}

/** A type of the API, or the number of one; `a` is a list, `m` a map. */
export type Schema = Scalar | number | Enumeration | ObjectType | { readonly a: Schema } | { readonly m: Schema };

/** The schemas of the package. */
export interface Packed extends Lifespans {
  readonly types: readonly Schema[];
  /** The numbers of types, by `apiVersion/kind`. */
  readonly kinds: { readonly [kind: string]: number };
  /** The minor versions that the schemas serve, the oldest first. */
  readonly versions: { readonly [platform in Platform]: readonly string[] };
}

const FILE = join(__dirname, 'schemas.json.gz');
/** What writes it, in a checkout alone. */
const PROGRAM = join(__dirname, '../../packaging/bundle-schemas.mjs');
const PARTS = ['schema-releases.mjs', 'api-releases.mjs'].map(each => join(__dirname, '../../packaging', each));
let cached: Packed | undefined;

/** The schemas of the package. In a checkout of the repository, the first use writes the file that the build has. */
export function packed(): Packed {
  if (!cached) {
    if ([PROGRAM, ...PARTS].some(each => changed(each) > changed(FILE))) {
      execFileSync(process.execPath, [PROGRAM, FILE]);
    }
    cached = JSON.parse(gunzipSync(readFileSync(FILE)).toString('utf8')) as Packed;
  }
  return cached;
}

/** When a file was changed; 0 if there is none. */
function changed(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
