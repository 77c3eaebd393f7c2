import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const BUILD = join(__dirname, '../build');

/** The script of a benchmark as JavaScript beside the compiled package, which it imports as a user's app does. */
export function compiled(name: string): string {
  if (!existsSync(join(BUILD, 'lib/index.js'))) {
    throw new Error('The package is not compiled: run `npm run build`.');
  }
  mkdirSync(join(BUILD, 'bench'), { recursive: true });
  for (const each of [name, 'model']) {
    const { outputText } = transpileModule(readFileSync(join(__dirname, `${each}.ts`), 'utf8'), {
      compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
    });
    writeFileSync(join(BUILD, 'bench', `${each}.js`), outputText);
  }
  return join(BUILD, 'bench', `${name}.js`);
}
