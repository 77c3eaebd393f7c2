import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES_FOLDER, ruleFolders } from './rules';

/** The list of all rules, by their folders: `lib/checks/rules/index.ts`. */
export function ruleIndex(): string {
  const names = ruleFolders().map(folder => ({
    folder,
    name: folder.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  }));
  return [
    '// Written by `npm run docs` from the folders beside it.',
    "import type { Check } from '../manifests/check';",
    ...names.map(({ folder, name }) => `import { rule as ${name} } from './${folder}/rule';`),
    '',
    '/** All checks over manifests, in alphabetical order. */',
    'export const RULES: readonly Check[] = [',
    ...wrapped(names.map(({ name }) => `${name},`)),
    '];',
    '',
  ].join('\n');
}

/** The words in lines of at most 120 columns. */
function wrapped(words: readonly string[]): string[] {
  return words.reduce((lines: string[], word) => {
    const last = lines.at(-1);
    return last !== undefined && last.length + word.length < 119
      ? [...lines.slice(0, -1), `${last} ${word}`]
      : [...lines, `  ${word}`];
  }, []);
}

if (require.main === module) {
  writeFileSync(join(RULES_FOLDER, 'index.ts'), ruleIndex());
}
