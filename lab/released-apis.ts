import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster, Kind, loadResources, type Schema, Schemas } from '../lib/manifests';

/** The releases of Istio's API that each version is compared with. */
const RELEASES_OF_ISTIO = new Map([['1.30', '1.30.8']]);
/** Groups of the schemas, by the folders of Kubernetes' API. */
const GROUPS = [
  'core',
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'networking',
  'storage',
  'scheduling',
  'discovery',
  'rbac',
];

/** What the schemas for a version of Istio and its CustomResourceDefinitions do not have in common. */
export function differencesOfIstio(version: string): string[] {
  const release = RELEASES_OF_ISTIO.get(version) ?? `${version}.0`;
  const file = join(moduleFolder('istio.io/api', `v${release}`), 'kubernetes/customresourcedefinitions.gen.yaml');
  const cluster = new Cluster(loadResources(readFileSync(file, 'utf8'), { file }));
  const [packed, defined] = [Schemas.of(new Cluster([], { istioVersion: version })), Schemas.of(cluster)];
  const kinds = cluster
    .all(Kind.CRD)
    .flatMap(({ spec }) =>
      spec
        .get('versions')
        .items.map(each => `${spec.get('group').text}/${each.get('name').text}/${spec.get('names', 'kind').text}`),
    );
  return [
    ...exclusive(
      packed.kinds.filter(each => each.includes('.istio.io/')),
      kinds,
    ),
    ...kinds.flatMap(kind => {
      const [left, right] = [packed, defined].map(schemas => ({ schemas, schema: schemaOf(schemas, kind) }));
      return left && right ? differences(left, right, kind) : [];
    }),
  ];
}

/** What the schemas for a version of Kubernetes and the messages of its API do not have in common. */
export function differencesOfKubernetes(version: string): string[] {
  const messages = messagesOf(moduleFolder('k8s.io/api', `v0.${version.split('.')[1] ?? ''}.0`));
  const schemas = Schemas.of(new Cluster([], { kubernetesVersion: version }));
  return schemas.kinds.flatMap(kind => {
    const [name = '', apiVersion = '', group = 'core'] = kind.split('/').reverse();
    const folder = GROUPS.find(each => each === group.split('.')[0]);
    const message = folder === undefined ? undefined : `${folder}/${apiVersion}/${name}`;
    return message === undefined || group.includes('istio') || group.startsWith('gateway')
      ? []
      : differencesOfMessage({ schemas, schema: schemaOf(schemas, kind) }, message, messages, kind);
  });
}

/** A type of some schemas. */
interface Typed {
  readonly schemas: Schemas;
  readonly schema: Schema;
}

/** The paths that only one of two types has; nothing is compared where one has no types. */
function differences(a: Typed, b: Typed, path: string): string[] {
  const [left, right] = [a.schemas.resolved(a.schema), b.schemas.resolved(b.schema)];
  if (typeof left === 'string' || typeof right === 'string') {
    return [];
  }
  const inner = (x: Schema, y: Schema, at: string) => differences({ ...a, schema: x }, { ...b, schema: y }, at);
  if ('a' in left && 'a' in right) {
    return inner(left.a, right.a, path);
  }
  if ('m' in left && 'm' in right) {
    return inner(left.m, right.m, path);
  }
  if ('e' in left && 'e' in right) {
    return exclusive(left.e.map(String), right.e.map(String)).map(each => `${path}=${each}`);
  }
  return 'o' in left && 'o' in right
    ? [
        ...exclusive(Object.keys(left.o), Object.keys(right.o)).map(each => `${path}.${each}`),
        ...Object.entries(left.o).flatMap(([name, each]) => {
          const other = right.o[name];
          return other === undefined || name === 'metadata' ? [] : inner(each, other, `${path}.${name}`);
        }),
      ]
    : [];
}

interface MessageField {
  readonly name: string;
  readonly type: string;
}

type Messages = ReadonlyMap<string, readonly MessageField[]>;

function differencesOfMessage(typed: Typed, message: string, messages: Messages, path: string): string[] {
  const type = typed.schemas.resolved(typed.schema);
  if (typeof type === 'string' || 'e' in type) {
    return [];
  }
  if ('a' in type || 'm' in type) {
    return differencesOfMessage({ ...typed, schema: 'a' in type ? type.a : type.m }, message, messages, path);
  }
  const names = Object.keys(type.o).filter(each => !OF_OBJECTS.has(each));
  // A field that is embedded in Go has its own fields in the object.
  const fields = (messages.get(message) ?? [])
    .filter(each => !OF_OBJECTS.has(each.name))
    .flatMap(each => (names.includes(each.name) ? [each] : (messages.get(each.type) ?? [each])));
  return [
    ...exclusive(
      names,
      fields.map(each => each.name),
    ).map(each => `${path}.${each}`),
    ...fields.flatMap(({ name, type: own }) => {
      const schema = type.o[name];
      return schema === undefined || !messages.has(own)
        ? []
        : differencesOfMessage({ ...typed, schema }, own, messages, `${path}.${name}`);
    }),
  ];
}

const OF_OBJECTS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** The messages of Kubernetes' API, by group, version and name, such as `core/v1/Container`. */
function messagesOf(folder: string): Messages {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(each =>
    each.endsWith('/generated.proto'),
  );
  return new Map(
    files.flatMap(file => {
      const version = file.replace('/generated.proto', '');
      return [...readFileSync(join(folder, file), 'utf8').matchAll(/^message (\w+) \{\n([^]*?)^\}/gm)].map(
        ([, name = '', body = '']) => [`${version}/${name}`, fieldsOf(body, version)] as const,
      );
    }),
  );
}

const FIELD = /^ +(?:optional |repeated )?(?:map<\w+, ?)?\.?([\w.]+)>? (\w+) = \d+;/gm;

function fieldsOf(body: string, version: string): MessageField[] {
  return [...body.matchAll(FIELD)].map(([, type = '', name = '']) => {
    const [, other] = /^k8s\.io\.api\.(.*)$/.exec(type) ?? [];
    // Its name is another one in JSON.
    return {
      name: name === 'aPIGroup' ? 'apiGroup' : name,
      type: other === undefined ? `${version}/${type}` : other.replaceAll('.', '/'),
    };
  });
}

function schemaOf(schemas: Schemas, kind: string): Schema {
  const at = kind.lastIndexOf('/');
  return schemas.of(kind.slice(0, at), kind.slice(at + 1)) ?? '?';
}

function exclusive(a: readonly string[], b: readonly string[]): string[] {
  return [...a.filter(each => !b.includes(each)), ...b.filter(each => !a.includes(each))];
}

function moduleFolder(module: string, version: string): string {
  const output = execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
    encoding: 'utf8',
    cwd: '/',
  });
  return (JSON.parse(output) as { Dir: string }).Dir;
}
