import {
  type Absence,
  CLOUDFORMATION,
  type Field,
  isMap,
  isQuantity,
  memo,
  memoByKey,
  ownValue,
  type Resource,
  type Schema,
  Schemas,
  type Served,
} from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, forAnyText, problem, type Problem, unless } from '../../manifests/check';
import { isSlip, suggestion } from '../../suggestion';
import { incomplete, outOfRange, unaddressed, unknownResources, unselected } from './beyond-schemas';

export const rule: Check = {
  id: 'SchemaViolation',
  severity: Severity.ERROR,
  covers: [],
  summary: 'An object has a field, a type or a value that its API does not have',
  explanation:
    'The API server rejects a wrong type, an unknown value of an enumeration and a missing field; unknown fields are '
    + 'rejected by `kubectl apply`, and dropped for other clients, so that they have no effect. Schemas are those of '
    + 'Kubernetes, Istio, the Gateway API and Envoy Gateway, and of CustomResourceDefinitions among the manifests. Of '
    + 'Kubernetes and Istio they are those of `kubernetesVersion` and `istioVersion`, by default of the newest version.',
  *find(cluster) {
    const schemas = Schemas.of(cluster);
    for (const resource of cluster.resources.filter(each => each.object.apiVersion !== CLOUDFORMATION)) {
      const schema = schemas.of(resource.object.apiVersion, resource.kind);
      const absence = schemas.absenceOf(resource.object.apiVersion, resource.kind);
      if (absence) {
        yield* unlessOfOthers([unservedKind(resource, absence, schemas)], resource, schemas);
      } else if (schema === undefined) {
        yield* unknownKind(resource, schemas);
      } else {
        yield* unlessOfOthers(violationsOf(resource, schema, schemas), resource, schemas);
        for (const each of [...unselected(resource), ...incomplete(resource)]) {
          yield unlessChanged(each);
        }
        yield* outOfRange(resource);
        yield* unaddressed(resource);
        yield* unknownResources(resource);
      }
    }
  },
};

function violationsOf(resource: Resource, schema: Schema, schemas: Schemas): readonly Problem[] {
  return foundBy(resource, typeof schema === 'number' ? `${schema} ${schemas.releases.name}` : schema, schema, schemas);
}

/** Found once, also where an object is in several clusters of the same versions. */
const foundBy = memoByKey((resource: Resource, _key: Schema | string, schema: Schema, schemas: Schemas) => {
  const found: Problem[] = [];
  findViolations(resource.root, schemas.resolved(schema), schemas, found);
  return found;
});

/**
 * What is wrong by one CustomResourceDefinition and right by another, such as those of channels of the Gateway API, may
 * be meant for that one.
 */
function* unlessOfOthers(problems: readonly Problem[], resource: Resource, schemas: Schemas): Iterable<Problem> {
  const { apiVersion, kind } = resource.object;
  const others = problems.length > 0 ? schemas.ofOthers(apiVersion, kind) : [];
  const wrong = others.map(each => new Set(violationsOf(resource, each, schemas).map(({ at }) => String(at))));
  for (const each of problems) {
    yield wrong.every(places => places.has(String(each.at)))
      ? each
      : unless('the CustomResourceDefinition of another file is applied', each);
  }
}

/** Groups whose kinds and versions are all known, unlike those of Kubernetes, which had others. */
const GROUPS = /^([\w-]+\.istio\.io|gateway\.networking\.k8s\.io|gateway\.envoyproxy\.io)$/;

const kindsByGroup = memo((schemas: Schemas) => {
  const groups = new Map<string, { versions: Set<string>; kinds: Set<string> }>();
  for (const [, group = '', version = '', kind = ''] of schemas.kinds.map(
    each => /^(.*)\/(.*)\/(.*)$/.exec(each) ?? [],
  )) {
    const found = groups.get(group) ?? { versions: new Set(), kinds: new Set() };
    groups.set(group, found);
    found.versions.add(`${group}/${version}`);
    found.kinds.add(kind);
  }
  return groups;
});

/** A kind that the cluster does not serve yet, or any more. */
function unservedKind({ root, kind, object }: Resource, { when, newer }: Absence, schemas: Schemas): Problem {
  const [group = ''] = object.apiVersion.split('/');
  const others = schemas.kinds
    .filter(each => each.startsWith(`${group}/`) && each.endsWith(`/${kind}`))
    .map(each => each.slice(0, -kind.length - 1));
  return problem(
    root.get('apiVersion'),
    `There is no ${object.apiVersion} ${kind} ${when}, so the API server rejects the object.`,
    fixOf(others.length > 0 ? `Use ${others.join(', ')}` : 'Remove it', newer),
  );
}

/** What to do about something that the cluster does not have. */
function fixOf(fix: string, newer: Absence['newer']): string {
  return newer === undefined ? `${fix}.` : `${fix}, or upgrade the cluster to ${newer} or newer.`;
}

/** A version of a group that it does not have, or a kind whose name is nearly that of another. */
function* unknownKind({ root, kind, object: { apiVersion } }: Resource, schemas: Schemas): Iterable<Problem> {
  const [group = ''] = apiVersion.split('/');
  const known = GROUPS.test(group) ? kindsByGroup(schemas).get(group) : undefined;
  if (known && known.kinds.has(kind) && !known.versions.has(apiVersion)) {
    const versions = [...known.versions];
    yield problem(
      root.get('apiVersion'),
      `There is no version "${apiVersion}", so the API server rejects the object.${suggestion(apiVersion, versions)}`,
      `Use ${versions.join(', ')}.`,
    );
  } else if (known && !known.kinds.has(kind) && suggestion(kind, [...known.kinds]) !== '') {
    yield problem(
      root.get('kind'),
      `${group} has no kind "${kind}", so the API server rejects the object.${suggestion(kind, [...known.kinds])}`,
      'Correct the kind.',
    );
  }
}

/** Adds what is wrong with a field, and with those below it, to what is found. */
function findViolations(field: Field, type: Served, schemas: Schemas, found: Problem[]): void {
  const { value } = field;
  if (type === '?' || isOfScalar(value, type)) {
    return;
  }
  if (typeof type === 'string') {
    found.push(wrong(field, SCALARS[type].noun));
  } else if ('e' in type) {
    const areNumbers = typeof type.e[0] === 'number';
    if (typeof value !== (areNumbers ? 'number' : 'string')) {
      found.push(wrong(field, areNumbers ? 'a number' : 'a text'));
    } else if (!type.e.includes(value as string | number)) {
      const [given, values] = [String(value), type.e.map(String).filter(each => each !== '')];
      const absence = type.absent?.get(given);
      const there = absence ? ` ${absence.when}` : '';
      const hint = absence || areNumbers ? '' : nearest(given, values);
      const unknown = problem(
        field,
        `${JSON.stringify(value)} is no value of this field${there}, so the API server rejects the object.${hint}`,
        fixOf(`Use one of ${values.join(', ')}`, absence?.newer),
      );
      const isNew = isAhead(field) && !values.some(each => isSlip(given, each));
      found.push(isNew ? { ...unknown, severity: Severity.INFO } : unknown);
    }
  } else if ('a' in type) {
    const member = schemas.resolved(type.a);
    if (!Array.isArray(value)) {
      found.push(wrong(field, 'a list'));
    } else if (!value.every(each => isOfScalar(each, member))) {
      for (const item of field.items) {
        findViolations(item, member, schemas, found);
      }
    }
  } else if (!isMap(value)) {
    found.push(wrong(field, 'a map'));
  } else if ('m' in type) {
    const member = schemas.resolved(type.m);
    for (const name of Object.keys(value).filter(each => !isOfScalar(value[each], member))) {
      findViolations(field.get(name), member, schemas, found);
    }
  } else {
    findInObject(field, value, type, schemas, found);
  }
}

/** Whether a value is a scalar of a type, or none. */
function isOfScalar(value: unknown, type: Served): boolean {
  return value === undefined || value === null || type === '?' || (typeof type === 'string' && SCALARS[type].is(value));
}

function findInObject(
  field: Field,
  value: Readonly<Record<string, unknown>>,
  type: ObjectType,
  schemas: Schemas,
  found: Problem[],
): void {
  const { o: fields, r: required = [], absent } = type;
  for (const name of Object.keys(value)) {
    const schema = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (schema !== undefined) {
      const member = schemas.resolved(schema);
      if (!isOfScalar(value[name], member)) {
        findViolations(field.get(name), member, schemas, found);
      }
    } else if (!(field.isRoot && OF_FILES.has(name))) {
      const names = Object.keys(fields);
      const absence = absent?.get(name);
      const there = absence ? ` ${absence.when}` : '';
      const nearest = absence ? '' : nearestField(fields, name);
      const fix =
        names.length <= 12 ? `Use one of ${names.join(', ')}` : absence ? 'Remove it' : 'Correct or remove it';
      const unknown = forAnyText(
        problem(
          field.get(name),
          `There is no field "${name}" here${there}, so it has no effect, or the object is rejected.${nearest}`,
          fixOf(fix, absence?.newer),
        ),
      );
      const isNew = isAhead(field) && !names.some(each => isSlip(name, each));
      found.push(isNew ? { ...unknown, severity: Severity.INFO } : unknown);
    }
  }
  const missing = required.filter(each => (ownValue(value, each) ?? undefined) === undefined);
  if (missing.length === 0 || isAhead(field)) {
    return;
  }
  const unknown = field.entries.filter(([name]) => !Object.hasOwn(fields, name));
  const isMisspelt = (name: string) => unknown.some(([other]) => nearest(other, [name]) !== '');
  for (const name of missing.filter(each => !isMisspelt(each))) {
    found.push(
      unlessChanged(
        problem(field, `The field "${name}" is missing, so the API server rejects the object.`, `Add ${name}.`),
      ),
    );
  }
}

/** What is missing may be added by the kustomization of the object, or be in the object that a patch changes. */
function unlessChanged(found: Problem): Problem {
  const { origin } = found.at.resource;
  const reason =
    origin?.isChanged === true
      ? 'its kustomization adds it'
      : PATCH.test(origin?.source.file ?? '')
        ? 'the file is a patch of another object'
        : undefined;
  return reason === undefined ? found : unless(reason, found);
}

/** The names of files, and of the folders of files, with patches. */
const PATCH = /\b(patch(es)?|overrides?)\b[^/]*(\/[^/]*)?$/;

/**
 * Whether the API has fields, values and defaults that the schemas of the package do not have yet: Envoy Gateway's
 * grows with each release.
 */
function isAhead({ resource }: Field): boolean {
  return resource.object.apiVersion.startsWith('gateway.envoyproxy.io/');
}

/** What programs add to objects in files, and read again: sops. */
const OF_FILES: ReadonlySet<string> = new Set(['sops']);

/** @see https://gateway-api.sigs.k8s.io/geps/gep-2257/ */
const DURATION = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/;

const SCALARS = {
  s: { is: (value: unknown) => typeof value === 'string', noun: 'a text' },
  n: { is: (value: unknown) => typeof value === 'number', noun: 'a number' },
  b: { is: (value: unknown) => typeof value === 'boolean', noun: 'true or false' },
  i: { is: (value: unknown) => typeof value === 'number' || typeof value === 'string', noun: 'a number or a text' },
  q: {
    is: (value: unknown) => typeof value === 'number' || (typeof value === 'string' && isQuantity(value)),
    noun: 'a quantity such as 100m or 64Mi',
  },
  d: {
    is: (value: unknown) => typeof value === 'string' && DURATION.test(value),
    noun: 'a duration such as 250ms, 10s or 1h30m, with up to five digits for each unit',
  },
} as const;

function wrong(field: Field, expected: string): Problem {
  const { value } = field;
  const isCollection = isMap(value) || Array.isArray(value);
  const given = Array.isArray(value)
    ? 'a list'
    : isCollection
      ? 'a map'
      : `the ${typeof value === 'string' ? 'text' : typeof value} ${JSON.stringify(value)}`;
  const found = problem(
    field,
    `Here is ${given} where the API expects ${expected}, so the API server rejects the object.`,
    `Write ${expected}${expected === 'a text' && !isCollection ? ' in quotes' : ''}.`,
  );
  return isCollection ? forAnyText(found) : found;
}

type ObjectType = Extract<Served, { readonly o: unknown }>;

const nearestField = memoByKey((fields: ObjectType['o'], name: string) => nearest(name, Object.keys(fields)));

/** The nearest right name: one that differs in case, or in characters that are not letters, counts first. */
function nearest(name: string, names: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const same = names.find(each => plain(each) === plain(name));
  return same === undefined ? suggestion(name, names) : ` Did you mean ${same}?`;
}
