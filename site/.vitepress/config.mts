import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { documents, slug } from '../../docs/links';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const pages = documents();

export default defineConfig({
  title: 'cdk8s-cardinal',
  srcDir: './pages',
  outDir: './dist',
  cacheDir: './.cache',
  cleanUrls: false,
  lastUpdated: false,
  markdown: { anchor: { slugify: slug } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      group('Start', ['README.md', ...named('concepts', 'tutorial')]),
      group('Guides', pagesIn('docs/guides/')),
      group(
        'Reference',
        named('model', 'edges', 'aws', 'checks', 'testing', 'command-line', 'escape-hatches', 'tasks'),
      ),
      { ...group('Checks', pagesIn('docs/checks/')), collapsed: true },
      { ...group('Decisions', pagesIn('docs/decisions/')), collapsed: true },
      group('Project', ['CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'lab/README.md', 'bench/README.md']),
    ],
  },
});

function named(...names: readonly string[]): string[] {
  return names.map(each => `docs/${each}.md`);
}

function pagesIn(folder: string): string[] {
  return pages.filter(each => each.startsWith(folder));
}

function group(text: string, files: readonly string[]): DefaultTheme.SidebarItem {
  return { text, items: files.map(file => ({ text: titleOf(file), link: `/${file.replace(/(README)?\.md$/, '')}` })) };
}

function titleOf(file: string): string {
  const [, title = file] = /^# (?:\d+\. )?(.*)$/m.exec(readFileSync(join(ROOT, file), 'utf8')) ?? [];
  return title.replaceAll('`', '');
}
