import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';

const ROOT = join(__dirname, '..');

/** The extensions of source files that are part of the site, beside those that its generator supports by itself. */
export const SOURCE_EXTENSIONS = ['cjs', 'cts', 'go', 'mod', 'mts', 'sum'];
const EXTENSIONS = ['js', 'json', 'md', 'mjs', 'png', 'svg', 'ts', 'txt', 'yaml', 'yml', ...SOURCE_EXTENSIONS];

/** The documents, as paths from the root of the repository. */
export function documents(): string[] {
  return [
    ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'lab/README.md', 'bench/README.md'],
    ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter(each => each.endsWith('.md'))
      .map(each => `docs/${each.replaceAll('\\', '/')}`)
      .sort(),
  ];
}

/** The links of all documents that lead to no file and no heading. */
export function brokenLinks(files: readonly string[] = documents()): string[] {
  return files.flatMap(file =>
    linksOf(file).flatMap(({ target, line }) => {
      const problem = problemOf(file, target);
      return problem === undefined ? [] : [`${file}:${line}: ${target}: ${problem}`];
    }),
  );
}

/** The identifier of a heading in a link, as GitHub and the site have it. */
export function slug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function problemOf(file: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const linked = path === '' ? file : relative(ROOT, join(ROOT, dirname(file), decodeURI(path)));
  if (linked.startsWith('..') || !existsSync(join(ROOT, linked))) {
    return 'there is no such file';
  }
  if (anchor === undefined) {
    return problemOnSite(linked);
  }
  return slugsIn(linked).includes(anchor) ? undefined : 'there is no such heading';
}

function problemOnSite(linked: string): string | undefined {
  // There is a page for a folder only if there is a document for it.
  if (statSync(join(ROOT, linked)).isDirectory()) {
    return 'a folder has no page';
  }
  return EXTENSIONS.includes(extname(linked).slice(1)) ? undefined : 'a file with this name is a page for the site';
}

/** The identifiers of headings; of several equal ones the later have a number. */
function slugsIn(file: string): string[] {
  const seen = new Map<string, number>();
  return linesOf(file).flatMap(line => {
    const [, heading] = /^#{1,6} (.*)$/.exec(line) ?? [];
    if (heading === undefined) {
      return [];
    }
    const name = slug(heading);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return [count === 0 ? name : `${name}-${count}`];
  });
}

function linksOf(file: string): { target: string; line: number }[] {
  return linesOf(file).flatMap((text, index) =>
    [...text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^()\s]+)\)/g)]
      .map(([, target = '']) => ({ target, line: index + 1 }))
      .filter(({ target }) => !/^(https?|mailto):/.test(target)),
  );
}

/** The lines of a document, empty within blocks of code. */
function linesOf(file: string): string[] {
  let isCode = false;
  return readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .map(line => {
      const isFence = /^\s*```/.test(line);
      isCode = isFence ? !isCode : isCode;
      return isCode || isFence ? '' : line;
    });
}
