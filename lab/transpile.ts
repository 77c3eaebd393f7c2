import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Writes a module of the lab as JavaScript into a folder, for a process of its own. Returns the path. */
export function transpile(name: string, folder: string): string {
  const file = join(folder, `${name}.js`);
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  writeFileSync(
    file,
    ts.transpileModule(readFileSync(join(__dirname, `${name}.ts`), 'utf8'), { compilerOptions }).outputText,
  );
  return file;
}
