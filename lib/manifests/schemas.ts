import type { Absence, Releases } from './api-releases';
import type { Cluster } from './cluster';
import { Kind } from './kinds';
import { memo, memoByKey } from './memo';
import { isMap } from './object';
import { type Enumeration, type ObjectType, type Packed, packed, type Schema } from './packed-schemas';
import type { Field, Resource } from './resource';

/** A type as a cluster has it. */
export type Served =
  Exclude<Schema, number | Enumeration | ObjectType> | ServedPart<Enumeration> | ServedPart<ObjectType>;

type ServedPart<T> = T & {
  /** The fields or values that its versions of Kubernetes and Istio do not have. */
  readonly absent?: ReadonlyMap<string, Absence>;
};

/** The schemas of objects, by `apiVersion/kind`. */
export class Schemas {
  /** Those of the package, and of the CustomResourceDefinitions of a cluster, which count before them. */
  static readonly of = memo((cluster: Cluster) => {
    const others = [...cluster.namesakes.flatMap(each => each.slice(0, -1)), ...cluster.others];
    return new Schemas(packed(), cluster.releases, new Map(definitions(cluster.all(Kind.CRD))), definitions(others));
  });

  private constructor(
    private readonly known: Packed,
    readonly releases: Releases,
    private readonly defined: ReadonlyMap<string, Field>,
    private readonly others: readonly Definition[],
  ) {}

  /** The schema of an object, if there is one, also where the cluster does not serve the kind. */
  of(apiVersion: string, kind: string): Schema | undefined {
    const key = `${apiVersion}/${kind}`;
    const defined = this.defined.get(key);
    return defined
      ? ofDefinition([key, defined])
      : Object.hasOwn(this.known.kinds, key)
        ? this.known.kinds[key]
        : undefined;
  }

  /** Why the cluster does not serve a kind that has a schema; nothing if it does. */
  absenceOf(apiVersion: string, kind: string): Absence | undefined {
    const key = `${apiVersion}/${kind}`;
    return this.defined.has(key) ? undefined : this.releases.absenceOf(key, this.known);
  }

  /** The schemas of an object by CustomResourceDefinitions that may be applied instead. */
  ofOthers(apiVersion: string, kind: string): readonly Schema[] {
    const key = `${apiVersion}/${kind}`;
    return this.others.filter(([name]) => name === key).map(ofDefinition);
  }

  /** A schema itself, not the number of one, with the fields and values that the cluster has. */
  resolved(schema: Schema): Served {
    const type = typeof schema === 'number' ? (this.known.types[schema] ?? '?') : schema;
    if (typeof type === 'number') {
      return this.resolved(type);
    }
    return typeof type === 'object' && ('since' in type || 'until' in type) ? served(type, this.releases) : type;
  }

  /** The kinds that the cluster serves, as `apiVersion/kind`. */
  get kinds(): readonly string[] {
    const known = Object.keys(this.known.kinds).filter(each => this.releases.absenceOf(each, this.known) === undefined);
    return [...known, ...this.defined.keys()];
  }
}

/** An object or enumeration without the fields or values that a cluster does not have. */
const served = memoByKey((type: Enumeration | ObjectType, releases: Releases): Served => {
  const members = 'e' in type ? type.e.map(String) : Object.keys(type.o);
  const absent = new Map(
    members.flatMap(each => {
      const absence = releases.absenceOf(each, type);
      return absence ? [[each, absence] as const] : [];
    }),
  );
  const isThere = (member: string) => !absent.has(member);
  return 'e' in type
    ? { e: type.e.filter(each => isThere(String(each))), absent }
    : {
        o: Object.fromEntries(Object.entries(type.o).filter(([name]) => isThere(name))),
        r: type.r?.filter(isThere),
        absent,
      };
});

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
    const kind = SCALARS.get(type);
    return kind === 's'
      ? { e: values.items.map(each => each.text) }
      : kind === 'n'
        ? { e: values.items.flatMap(each => each.number ?? []) }
        : '?';
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
