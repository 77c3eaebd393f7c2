import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Cluster } from './cluster';
import { Kind } from './kinds';
import { memo, memoByKey } from './memo';
import { isMap } from './object';
import type { Field, Resource } from './resource';

/**
 * A type of the API: text, number, boolean, number or text, quantity, anything, the number of a named type, an
 * enumeration, a list, a map, or an object with its fields and the required ones.
 */
export type Schema =
  | 's'
  | 'n'
  | 'b'
  | 'i'
  | 'q'
  | '?'
  | number
  | { readonly e: readonly string[] }
  | { readonly a: Schema }
  | { readonly m: Schema }
  | { readonly o: { readonly [field: string]: Schema }; readonly r?: readonly string[] };

interface Packed {
  readonly types: readonly Schema[];
  readonly kinds: { readonly [kind: string]: number };
}

/** The schemas of objects, by `apiVersion/kind`. */
export class Schemas {
  /** Those of the package, and of the CustomResourceDefinitions of a cluster, which count before them. */
  static readonly of = memo((cluster: Cluster) => {
    const others = [...cluster.namesakes.flatMap(each => each.slice(0, -1)), ...cluster.others];
    return new Schemas(packed(), new Map(definitions(cluster.all(Kind.CRD))), definitions(others));
  });

  private constructor(
    private readonly known: Packed,
    private readonly defined: ReadonlyMap<string, Field>,
    private readonly others: readonly Definition[],
  ) {}

  /** The schema of an object, if there is one. */
  of(apiVersion: string, kind: string): Schema | undefined {
    const key = `${apiVersion}/${kind}`;
    const defined = this.defined.get(key);
    return defined
      ? ofDefinition([key, defined])
      : Object.hasOwn(this.known.kinds, key)
        ? this.known.kinds[key]
        : undefined;
  }

  /** The schemas of an object by CustomResourceDefinitions that may be applied instead. */
  ofOthers(apiVersion: string, kind: string): readonly Schema[] {
    const key = `${apiVersion}/${kind}`;
    return this.others.filter(([name]) => name === key).map(ofDefinition);
  }

  /** A schema itself, not the number of one. */
  resolved(schema: Schema): Exclude<Schema, number> {
    const type = typeof schema === 'number' ? (this.known.types[schema] ?? '?') : schema;
    return typeof type === 'number' ? this.resolved(type) : type;
  }

  /** All kinds, as `apiVersion/kind`. */
  get kinds(): readonly string[] {
    return [...Object.keys(this.known.kinds), ...this.defined.keys()];
  }
}

const FILE = join(__dirname, 'schemas.json.gz');
/** What writes it, in a checkout alone. */
const PROGRAM = join(__dirname, '../../packaging/bundle-schemas.mjs');
let cached: Packed | undefined;

/** The schemas of the package. In a checkout of the repository, the first use writes the file that the build has. */
function packed(): Packed {
  if (!cached) {
    const made = statSync(FILE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if ((statSync(PROGRAM, { throwIfNoEntry: false })?.mtimeMs ?? 0) > made) {
      execFileSync(process.execPath, [PROGRAM, FILE]);
    }
    cached = JSON.parse(gunzipSync(readFileSync(FILE)).toString('utf8')) as Packed;
  }
  return cached;
}

/** A schema of OpenAPI with its `apiVersion/kind`. */
type Definition = readonly [key: string, schema: Field];

function definitions(resources: readonly Resource[]): Definition[] {
  return resources
    .filter(({ type }) => type === Kind.CRD)
    .flatMap(({ spec }) =>
      spec.get('versions').items.flatMap(version => {
        const schema = version.get('schema', 'openAPIV3Schema');
        const kind = `${spec.get('group').text}/${version.get('name').text}/${spec.get('names', 'kind').text}`;
        return schema.exists ? [[kind, schema] as const] : [];
      }),
    );
}

function ofDefinition([key, schema]: Definition): Schema {
  return converted(schema.resource, key, schema);
}

/** Once, also where a definition is of several clusters. */
const converted = memoByKey((_definition: Resource, _key: string, schema: Field) => ofObject(schema));

/** The API server has the metadata itself, and controllers write the status. */
function ofObject(schema: Field): Schema {
  const type = fromOpenApi(schema);
  return typeof type === 'object' && 'o' in type
    ? { ...type, o: { ...type.o, apiVersion: 's', kind: 's', metadata: '?', status: '?' } }
    : type;
}

const SCALARS: ReadonlyMap<string, Schema> = new Map([
  ['string', 's'],
  ['integer', 'n'],
  ['number', 'n'],
  ['boolean', 'b'],
]);

/** A schema of OpenAPI as CustomResourceDefinitions have it. */
function fromOpenApi(schema: Field): Schema {
  if (schema.get('x-kubernetes-int-or-string').isTrue) {
    return schema.get('pattern').text.includes('KMGTPE') ? 'q' : 'i';
  }
  const type = schema.get('type').text;
  const values = schema.get('enum');
  if (values.exists) {
    return type === 'string' ? { e: values.items.map(each => each.text) } : '?';
  }
  if (type === 'array') {
    return { a: fromOpenApi(schema.get('items')) };
  }
  if (type !== 'object') {
    return SCALARS.get(type) ?? '?';
  }
  const [fields, others] = [schema.get('properties'), schema.get('additionalProperties')];
  if (
    schema.get('x-kubernetes-preserve-unknown-fields').isTrue
    || schema.get('x-kubernetes-embedded-resource').isTrue
    || (fields.exists && others.exists)
  ) {
    return '?';
  }
  return fields.exists
    ? {
        o: Object.fromEntries(fields.entries.map(([name, each]) => [name, fromOpenApi(each)])),
        r: schema.get('required').texts.filter(name => fields.get(name).exists && !isDefaulted(fields.get(name))),
      }
    : isMap(others.value)
      ? { m: fromOpenApi(others) }
      : '?';
}

function isDefaulted(schema: Field): boolean {
  return schema.get('default').value !== undefined;
}
