import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Literals of at least this many characters get a name where they are repeated. */
const LONG = 200;

/** Types of one module of `@kubernetes-models`, with all that they refer to. */
export class ModelTypes {
  #folder;
  #declarations = new Map();
  #occurrences = new Map();
  #named = new Map();

  constructor(model) {
    this.#folder = dirname(fileURLToPath(import.meta.resolve(`@kubernetes-models/${model}`)));
  }

  /** Adds an interface with its `spec` alone, the only part that this package refers to. */
  add(name) {
    const { source, declaration } = declarationIn(join(this.#folder, `${name.slice(1)}.d.ts`), name);
    const spec = declaration.members.find(each => each.name?.getText(source).replaceAll('"', '') === 'spec');
    if (!spec) {
      throw new Error(`${name} has no spec.`);
    }
    this.#include(name, spec, source);
  }

  print() {
    const bodies = [...this.#declarations]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, node]) => this.#write(name, node));
    const aliases = [...this.#named.values()].map(({ name, body }) => `type ${name} = ${body};\n`);
    return [...bodies, ...aliases].join('\n');
  }

  #include(name, node, source) {
    if (this.#declarations.has(name)) {
      return;
    }
    this.#declarations.set(name, { node, source });
    const visit = child => {
      const referred = ts.isTypeReferenceNode(child)
        ? child.typeName
        : ts.isExpressionWithTypeArguments(child)
          ? child.expression
          : undefined;
      if (referred && ts.isIdentifier(referred)) {
        this.#follow(referred.text, source);
      }
      if (ts.isTypeLiteralNode(child)) {
        const text = child.getText(source);
        this.#occurrences.set(text, (this.#occurrences.get(text) ?? 0) + 1);
      }
      ts.forEachChild(child, visit);
    };
    visit(node);
  }

  /** Includes a type that is imported from another file; types of the language are not. */
  #follow(name, source) {
    const from = source.statements.find(
      each =>
        ts.isImportDeclaration(each)
        && each.importClause?.namedBindings?.elements?.some(({ name: { text } }) => text === name),
    );
    if (!from) {
      return;
    }
    const path = from.moduleSpecifier.text;
    const file = path.startsWith('.')
      ? join(dirname(source.fileName), path.replace(/\.js$/, '.d.ts'))
      : fileURLToPath(import.meta.resolve(path)).replace(/\.js$/, '.d.ts');
    const { source: target, declaration } = declarationIn(file, name);
    this.#include(name, declaration, target);
  }

  #write(name, { node, source }) {
    if (ts.isPropertySignature(node)) {
      return `export interface ${name} {\n    ${this.#text(node, source)}\n}\n`;
    }
    const keyword = ts.isInterfaceDeclaration(node) ? 'interface' : 'type';
    return `${keyword} ${name}${this.#text(node, source, node.name.getEnd())}\n`;
  }

  /** The text of a node in which repeated literals are names. */
  #text(node, source, start = node.getStart(source)) {
    const parts = [];
    let position = start;
    const visit = child => {
      const text = child.getText(source);
      if (ts.isTypeLiteralNode(child) && text.length >= LONG && this.#occurrences.get(text) > 1) {
        parts.push(source.text.slice(position, child.getStart(source)), this.#nameOf(text, child, source));
        position = child.getEnd();
      } else {
        ts.forEachChild(child, visit);
      }
    };
    ts.forEachChild(node, visit);
    return parts.join('') + source.text.slice(position, node.getEnd());
  }

  #nameOf(text, node, source) {
    const known = this.#named.get(text);
    if (known) {
      return known.name;
    }
    const named = { name: `Part${this.#named.size + 1}`, body: '' };
    this.#named.set(text, named);
    named.body = this.#text(node, source);
    return named.name;
  }
}

/** The declaration of a type in a file, also by a name that the file only exports it under. */
function declarationIn(file, name) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const exported = source.statements
    .flatMap(each => each.exportClause?.elements ?? [])
    .find(each => each.name.text === name)?.propertyName;
  const declaration = source.statements.find(
    each =>
      (ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each))
      && [name, exported?.text].includes(each.name.text),
  );
  if (!declaration) {
    throw new Error(`${file} does not declare ${name}.`);
  }
  return { source, declaration };
}
