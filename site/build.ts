import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { documents, SOURCE_EXTENSIONS } from '../docs/links';

/**
 * Builds the documents as a site with a search in `site/dist`, and fails for links and anchors that do not resolve there.
 * The generator is installed in `site/node_modules` when it is missing, in the versions of `site/package-lock.json`.
 */
const SITE = __dirname;
const ROOT = dirname(SITE);
const OUTPUT = join(SITE, 'dist');

if (!existsSync(join(SITE, 'node_modules/vitepress'))) {
  run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
}
// Copies, since the generator resolves its modules from the folder of a page.
rmSync(join(SITE, 'pages'), { recursive: true, force: true });
for (const file of documents()) {
  const page = join(SITE, 'pages', file.replace(/README\.md$/, 'index.md'));
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, readFileSync(join(ROOT, file), 'utf8').replace(/\bREADME\.md(?=[)#])/g, 'index.md'));
}
run(process.execPath, 'node_modules/vitepress/bin/vitepress.js', 'build', '.');
const pages = readdirSync(OUTPUT, { recursive: true, encoding: 'utf8' })
  .filter(each => each.endsWith('.html') && each !== '404.html')
  .sort();
const broken = pages.flatMap(page => linksOf(page).flatMap(link => problemOf(page, link)));
process.stdout.write(broken.map(each => `${each}\n`).join(''));
process.stdout.write(`${pages.length} pages in ${relative(ROOT, OUTPUT)}, ${broken.length} broken links\n`);
process.exitCode = broken.length === 0 ? 0 : 1;

function run(program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(program, args, {
    cwd: SITE,
    stdio: 'inherit',
    env: { ...process.env, VITE_EXTRA_EXTENSIONS: SOURCE_EXTENSIONS.join(',') },
  });
  if (status !== 0) {
    process.exit(1);
  }
}

/** The links of a page within the site. */
function linksOf(page: string): string[] {
  return [...html(page).matchAll(/ href="([^"]+)"/g)]
    .map(([, link = '']) => link)
    .filter(each => !/^(https?:|mailto:|data:)/.test(each));
}

function problemOf(page: string, link: string): string[] {
  const { pathname, hash } = new URL(link, `file:///${page}`);
  const path = `${decodeURI(pathname).slice(1)}${pathname.endsWith('/') ? 'index.html' : ''}`;
  if (!existsSync(join(OUTPUT, path)) && !hasSource(path)) {
    return [`${page}: ${link}: there is no such page`];
  }
  const anchor = decodeURIComponent(hash.slice(1));
  const isThere = anchor === '' || new RegExp(` id="${anchor.replace(/[^\w-]/g, '\\$&')}"`).test(html(path));
  return isThere ? [] : [`${page}: ${link}: there is no such heading`];
}

/** Source files that documents link to are part of the site, as they are. */
function hasSource(path: string): boolean {
  const source = join(ROOT, path);
  if (!existsSync(source) || !statSync(source).isFile()) {
    return false;
  }
  mkdirSync(dirname(join(OUTPUT, path)), { recursive: true });
  copyFileSync(source, join(OUTPUT, path));
  return true;
}

function html(page: string): string {
  return readFileSync(join(OUTPUT, page), 'utf8');
}
