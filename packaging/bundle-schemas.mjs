import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { objectsAt, withReleases } from './schema-releases.mjs';

/**
 * Packs the schemas of objects of Kubernetes, Istio, the Gateway API and Envoy Gateway into one file, from the types of
 * `@kubernetes-models`: fields, their types, enumerations, and which are required.
 * Usage: node packaging/bundle-schemas.mjs FILE
 *
 * The file has `{ types, kinds, versions, since, until }`. A kind is the number of its type, by `apiVersion/kind`. A type
 * is `s` (text), `n` (number), `b` (boolean), `i` (number or text), `q` (quantity), `d` (duration of the Gateway API), `?`
 * (anything), the number of another type, `{ e: [values] }`, `{ a: type }` (list), `{ m: type }` (map), or
 * `{ o: { field: type }, r: [required fields] }`.
 * `since` and `until`, of all kinds and of a type, have the releases that added and removed kinds, fields and values,
 * such as `Istio 1.28`; `versions` are those that the schemas serve.
 */
const MODULES = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules');
const PACKAGES = [
  'kubernetes-models',
  '@kubernetes-models/istio',
  '@kubernetes-models/gateway-api',
  '@kubernetes-models/envoy-gateway',
];
const GROUPS = new RegExp(
  [
    /v1/,
    /(apps|batch|autoscaling|policy|(networking|storage|scheduling|discovery)\.k8s\.io|rbac\.authorization\.k8s\.io)\/v\w+/,
    /([\w.]+\.istio\.io|gateway\.networking\.k8s\.io|gateway\.envoyproxy\.io)\/v\w+/,
  ]
    .map(({ source }) => `^(${source})$`)
    .join('|'),
);

/** Types of the Gateway API that are texts in the packages, and enumerations in the CustomResourceDefinitions. */
const VALUES = {
  FromNamespaces: ['All', 'Selector', 'Same', 'None'],
  GRPCRouteFilterType: ['ResponseHeaderModifier', 'RequestHeaderModifier', 'RequestMirror', 'ExtensionRef'],
  HTTPPathModifierType: ['ReplaceFullPath', 'ReplacePrefixMatch'],
  HTTPRouteExternalAuthProtocol: ['HTTP', 'GRPC'],
  HTTPRouteFilterType: [
    'RequestHeaderModifier',
    'ResponseHeaderModifier',
    'RequestMirror',
    'RequestRedirect',
    'URLRewrite',
    'ExtensionRef',
    'CORS',
    'ExternalAuth',
  ],
};

const types = [];
const numbers = new Map();
const sources = new Map();
const kinds = {};

for (const name of PACKAGES) {
  const root = join(MODULES, name);
  for (const path of readdirSync(root, { recursive: true }).sort()) {
    const [, apiVersion, kind] = /^(.*)\/(\w+)\.d\.ts$/.exec(path.replaceAll('\\', '/')) ?? [];
    if (apiVersion !== undefined && GROUPS.test(apiVersion) && !kind.endsWith('List')) {
      const file = join(root, path);
      const found = declarationIn(file, `I${kind}`);
      if (found && isObject(found) && kind !== 'IstioOperator') {
        kinds[`${apiVersion}/${kind}`] = named(file, `I${kind}`);
      }
    }
  }
}
for (const { o } of objectsAt(kinds['networking.istio.io/v1alpha3/EnvoyFilter'], '**.patch', types)) {
  o.value = { m: '?' };
}
kinds['extensions.istio.io/v1alpha1/TrafficExtension'] = trafficExtension();
const output = process.argv[2];
const text = JSON.stringify(withReleases({ types, kinds }, numbersOf));
mkdirSync(dirname(output), { recursive: true });
// Several processes may write it at once.
writeFileSync(`${output}.${process.pid}`, gzipSync(text, { level: 9 }));
renameSync(`${output}.${process.pid}`, output);

function sourceOf(file) {
  if (!sources.has(file)) {
    sources.set(
      file,
      existsSync(file)
        ? ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)
        : undefined,
    );
  }
  return sources.get(file);
}

function declarationIn(file, exported) {
  const statements = sourceOf(file)?.statements ?? [];
  // Some modules declare a short name and export it under a long one.
  const name =
    statements
      .flatMap(each => (ts.isExportDeclaration(each) ? (each.exportClause?.elements ?? []) : []))
      .find(each => each.name.text === exported)?.propertyName?.text ?? exported;
  return statements.find(
    each => (ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each)) && each.name.text === name,
  );
}

/** Whether a file has a class of objects, and not only a part of them. */
function isObject(declaration) {
  return (
    declaration.getSourceFile().text.includes(' extends Model<')
    && /static apiVersion|static is\b/.test(declaration.getSourceFile().text)
  );
}

/** The numbers of a type of Kubernetes by its path in the package, such as `v1/Container`. */
function numbersOf(path) {
  const file = join(MODULES, 'kubernetes-models', `${path}.d.ts`);
  return [...numbers].filter(([key]) => key.startsWith(`${file} `)).map(([, number]) => number);
}

/** The number of a declared type. */
function named(file, name) {
  if (name === 'IIoK8sApimachineryPkgApiResourceQuantity') {
    return 'q';
  }
  if (name === 'IIoK8sSigsGatewayApiApisV1Duration') {
    return 'd';
  }
  const key = `${file} ${name}`;
  if (!numbers.has(key)) {
    const declaration = declarationIn(file, name);
    if (!declaration) {
      return '?';
    }
    const number = types.push('?') - 1;
    numbers.set(key, number);
    const own = ts.isInterfaceDeclaration(declaration)
      ? interfaceOf(declaration, file)
      : typeOf(declaration.type, file);
    const values = file.includes('gateway-api') ? VALUES[declaration.name.text.slice(1)] : undefined;
    types[number] = own === 's' && values ? { e: values } : own;
  }
  return numbers.get(key);
}

function interfaceOf(declaration, file) {
  const own = objectOf(declaration.members, file, isObject(declaration));
  const inherited = (declaration.heritageClauses ?? [])
    .flatMap(each => each.types)
    .filter(each => each.expression.getText() !== 'TypeMeta')
    .map(each => nameOf(each.expression.getText(), file));
  if (inherited.length === 0) {
    return own;
  }
  const all = [own, ...inherited].map(each => (typeof each === 'number' ? types[each] : each));
  return all.every(each => each.o)
    ? { o: Object.assign({}, ...all.map(each => each.o)), r: all.flatMap(each => each.r ?? []) }
    : '?';
}

function objectOf(members, file, isRoot = false) {
  const index = members.find(each => ts.isIndexSignatureDeclaration(each));
  const fields = members.filter(each => ts.isPropertySignature(each));
  if (fields.length === 0) {
    return index ? { m: typeOf(index.type, file) } : '?';
  }
  const fieldName = each => (ts.isStringLiteral(each.name) ? each.name.text : each.name.getText());
  const o = Object.fromEntries(
    fields.map(each => [fieldName(each), isRoot && fieldName(each) === 'status' ? '?' : typeOf(each.type, file)]),
  );
  const r = fields.filter(each => !each.questionToken).map(fieldName);
  return index ? '?' : r.length > 0 ? { o, r } : { o };
}

function typeOf(node, file) {
  switch (node.kind) {
    case ts.SyntaxKind.StringKeyword:
      return 's';
    case ts.SyntaxKind.NumberKeyword:
      return 'n';
    case ts.SyntaxKind.BooleanKeyword:
      return 'b';
    case ts.SyntaxKind.TypeLiteral:
      return objectOf(node.members, file);
    case ts.SyntaxKind.ParenthesizedType:
      return typeOf(node.type, file);
    case ts.SyntaxKind.ArrayType:
      return { a: typeOf(node.elementType, file) };
    case ts.SyntaxKind.LiteralType:
      return ts.isStringLiteral(node.literal)
        ? { e: [node.literal.text] }
        : ts.isNumericLiteral(node.literal)
          ? { e: [Number(node.literal.text)] }
          : '?';
    case ts.SyntaxKind.UnionType:
      return unionOf(node.types.map(each => typeOf(each, file)));
    case ts.SyntaxKind.IntersectionType:
      return mergedOf(node.types.map(each => typeOf(each, file)));
    case ts.SyntaxKind.TypeReference:
      return referenceOf(node, file);
    default:
      return '?';
  }
}

function unionOf(members) {
  if (members.every(each => each.e)) {
    return { e: members.flatMap(each => each.e) };
  }
  const merged = mergedOf(members);
  if (merged !== '?') {
    return { o: merged.o };
  }
  const [first] = members;
  const kinds = new Set(members);
  return kinds.size === 1 ? first : kinds.size === 2 && kinds.has('s') && kinds.has('n') ? 'i' : '?';
}

/** A kind of Istio 1.30 that the packages do not have yet: a WasmPlugin below `wasm`, or a script. */
function trafficExtension() {
  const plugin = types[kinds['extensions.istio.io/v1alpha1/WasmPlugin']];
  const { match, priority, selector, targetRefs, phase, ...wasm } = plugin.o.spec.o;
  delete wasm.targetRef;
  const spec = {
    match,
    priority,
    selector,
    targetRefs,
    phase: { e: phase.e.map(each => each.replace('_PHASE', '')) },
    lua: { o: { inlineCode: 's' }, r: ['inlineCode'] },
    wasm: { o: wasm, r: ['url'] },
  };
  return types.push({ ...plugin, o: { ...plugin.o, kind: { e: ['TrafficExtension'] }, spec: { o: spec } } }) - 1;
}

/** The fields of several objects together: what only some of them have or require is not told apart. */
function mergedOf(members) {
  const objects = members.map(each => (typeof each === 'number' ? types[each] : each)).filter(each => each.o);
  const others = members.filter(each => each !== '?' && typeof each !== 'number' && !each.o);
  if (objects.length === 0 || others.length > 0) {
    return '?';
  }
  return { o: Object.assign({}, ...objects.map(each => each.o)) };
}

function referenceOf(node, file) {
  const name = node.typeName.getText();
  return name === 'Array' ? { a: typeOf(node.typeArguments[0], file) } : nameOf(name, file);
}

/** The type of a name, which the file declares or imports. */
function nameOf(name, file) {
  if (declarationIn(file, name)) {
    return named(file, name);
  }
  for (const each of sourceOf(file).statements.filter(statement => ts.isImportDeclaration(statement))) {
    const imported = each.importClause?.namedBindings?.elements?.find(element => element.name.text === name);
    if (imported) {
      const target = each.moduleSpecifier.text.replace(/\.js$/, '');
      const path = target.startsWith('.') ? join(dirname(file), target) : join(MODULES, target);
      return named(`${path}.d.ts`, imported.propertyName?.text ?? name);
    }
  }
  return '?';
}
