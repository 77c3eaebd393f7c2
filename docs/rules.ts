import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder with a folder for each check. */
export const RULES_FOLDER = join(__dirname, '../lib/checks/rules');

/**
 * Manifests in which a check finds something, and the nearest ones in which it does not: `bad.yaml` and `good.yaml`,
 * `bad-2.yaml` and `good-2.yaml`.
 */
export interface RuleExample {
  /** The field of the first finding, from the comment `# at: spec.http[0]`. */
  readonly at: string;
  readonly bad: string;
  readonly good: string;
  /** The codes of that finding, where the check has several, from `# codes: IST0101, KIA1101` or `# codes: none`. */
  readonly codes?: readonly string[];
  /** Why istioctl reports otherwise, where it does, from `# differs: …`. */
  readonly differs?: string;
}

/** The folders of all checks, in alphabetical order. */
export function ruleFolders(): string[] {
  return readdirSync(RULES_FOLDER, { withFileTypes: true })
    .filter(each => each.isDirectory())
    .map(each => each.name)
    .sort();
}

/** The name of the folder of a check: its id in kebab case. */
export function folderOf(id: string): string {
  return id
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

/** The examples in the folder of a check, the first one first. */
export function examplesIn(folder: string): RuleExample[] {
  const path = (name: string, index: number) =>
    join(RULES_FOLDER, folder, `${name}${index === 1 ? '' : `-${index}`}.yaml`);
  const examples: RuleExample[] = [];
  for (let index = 1; existsSync(path('bad', index)); index++) {
    examples.push(exampleOf(readFileSync(path('bad', index), 'utf8'), readFileSync(path('good', index), 'utf8')));
  }
  return examples;
}

function exampleOf(text: string, good: string): RuleExample {
  const [comments = ''] = /^(# .*\n)*/.exec(text) ?? [];
  const comment = (name: string) => new RegExp(`^# ${name}: (.*)$`, 'm').exec(comments)?.[1];
  return {
    at: comment('at') ?? '',
    codes: comment('codes')
      ?.split(', ')
      .filter(each => each !== 'none'),
    differs: comment('differs'),
    bad: text.slice(comments.length),
    good,
  };
}
