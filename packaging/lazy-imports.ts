// Modules that a model does not need when it is imported are loaded when they are used first: the checks with the
// evaluator behind them, the libraries for protobuf, RE2 and YAML, cdk8s-plus, and the meshes; and of the command line
// all that only one of the commands needs. TypeScript has no such output for CommonJS; swc has (`module.lazy`), so it
// compiles the files that import them again.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import {
  createSourceFile,
  isExportDeclaration,
  isExternalModuleReference,
  isImportDeclaration,
  isImportEqualsDeclaration,
  preProcessFile,
  ScriptTarget,
  type Statement,
} from 'typescript';

const anyOf = (...patterns: readonly RegExp[]) => new RegExp(patterns.map(({ source }) => `^(${source})$`).join('|'));

const HEAVY = anyOf(
  /(\.\.?\/)+(lib\/)?(advice|analysis|checks(\/graph)?|dataplane|manifests|testing)/,
  /\.\/yaml/,
  /@bufbuild\/protobuf(\/wire|\/wkt)?|re2js|js-yaml|cdk8s-plus-27/,
  /(\.\.?\/)+(kubernetes\/)?workload-object/,
);
const COMMANDS = anyOf(
  /\.\/(advise|apply|check|completion|diff|explain|graph|import|init|learn|list|matrix|plan|route|serve|synth|watch)/,
);
/** The checks of manifests, which the findings of synthesis do not need. */
const CHECKS_OF_MANIFESTS = anyOf(/\.\/(config|define-check|manifests|report|templates)/);
/** The targets, of which a model is rendered for one. */
const TARGETS = anyOf(/\.\/(istio|linkerd|mesh)/);
/** The model, cdk8s, and the list of all codes, which has those of the model: what reads manifests needs none. */
const MODEL = anyOf(/(\.\.\/)+topology|cdk8s/, /\.\/catalogue/);

/** What is loaded on use itself: its parts need each other at once. Each model loads the findings of synthesis. */
const LOADED_ON_USE = /^lib\/(analysis|checks\/(?!(index|finding|graph\/.*)\.ts)|dataplane|manifests|testing)/;

/** Whether a module that a file imports is loaded when it is used. */
const isHeavy = (path: string, file: string) =>
  (HEAVY.test(path) && !LOADED_ON_USE.test(file))
  || (file.startsWith('bin/commands/') && COMMANDS.test(path))
  || (['lib/index.ts', 'lib/mesh.ts', 'lib/meshes.ts'].includes(file) && TARGETS.test(path))
  || (file === 'lib/checks/index.ts' && CHECKS_OF_MANIFESTS.test(path))
  || (/^lib\/(checks|testing)\/[\w-]+\.ts$/.test(file) && MODEL.test(path));

/**
 * The CommonJS module of a TypeScript module that imports heavy modules, or undefined if it imports none. Only what its
 * top level uses, such as the base of a class, is still loaded with it.
 */
export function withLazyImports(text: string, file: string): string | undefined {
  const lazy = preProcessFile(text)
    .importedFiles.map(({ fileName }) => fileName)
    .filter(each => isHeavy(each, file));
  if (lazy.length === 0) {
    return undefined;
  }
  assertCanBeLazy(text, file);
  return transformSync(text, {
    filename: file,
    configFile: false,
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    // The names of exports as Node finds them for `import`.
    module: { type: 'commonjs', lazy, exportInteropAnnotation: true },
  }).code;
}

/** Throws for declarations that load a heavy module at once in any output. */
function assertCanBeLazy(text: string, file: string): void {
  const source = createSourceFile(file, text, ScriptTarget.Latest);
  for (const statement of source.statements) {
    const path = loadedAtOnce(statement);
    if (path !== undefined && isHeavy(path, file)) {
      const line = source.getLineAndCharacterOfPosition(statement.getStart(source)).line + 1;
      throw new Error(`${file}:${line}: "${path}" would be loaded at once. Name what is imported or exported.`);
    }
  }
}

/** The module of `export *`, `import 'm'` or `import m = require('m')`. */
function loadedAtOnce(statement: Statement): string | undefined {
  const reference = isImportEqualsDeclaration(statement) ? statement.moduleReference : undefined;
  const specifier =
    reference && isExternalModuleReference(reference)
      ? reference.expression
      : isExportDeclaration(statement) && !statement.exportClause
        ? statement.moduleSpecifier
        : isImportDeclaration(statement) && !statement.importClause
          ? statement.moduleSpecifier
          : undefined;
  return specifier && 'text' in specifier ? String(specifier.text) : undefined;
}

if (require.main === module) {
  const root = join(__dirname, '..');
  for (const folder of ['lib', 'bin/commands']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const file = `${folder}/${name.replaceAll('\\', '/')}`;
      const code = file.endsWith('.ts') ? withLazyImports(readFileSync(join(root, file), 'utf8'), file) : undefined;
      if (code !== undefined) {
        writeFileSync(join(root, 'build', file.replace(/\.ts$/, '.js')), code);
      }
    }
  }
}
