import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brokenLinks, documents, slug } from '../../docs/links';

const ROOT = join(__dirname, '../..');

test('links and anchors of all documents resolve', () => {
  expect(documents().length).toBeGreaterThan(150);
  expect(brokenLinks()).toEqual([]);
});

test('a link that leads to no file, heading or page is reported with its line', () => {
  const folder = mkdtempSync(join(ROOT, 'coverage-links-'));
  const text = [
    '# A `title`, twice',
    '## A title, twice',
    '[1](#a-title-twice) [2](#a-title-twice-1) [3](#a-title-twice-2) [4](other.md)',
    '`[5](no-link.md)` [6](../README.md#more) [7](../README.md#less) [8](../docs) [9](https://example.org/none)',
    '```\n# No heading\n[10](no-link.md)\n```',
    '[11](#no-heading) [12](../../outside.md)',
    '[13](../LICENSE) [14](../test/support/runtime.cjs)',
  ].join('\n');
  writeFileSync(join(folder, 'a.md'), text);
  const file = relative(ROOT, join(folder, 'a.md'));

  const broken = brokenLinks([file]);
  rmSync(folder, { recursive: true });
  expect(broken.map(each => each.replace(file, 'a.md'))).toEqual([
    'a.md:3: #a-title-twice-2: there is no such heading',
    'a.md:3: other.md: there is no such file',
    'a.md:4: ../README.md#less: there is no such heading',
    'a.md:4: ../docs: a folder has no page',
    'a.md:9: #no-heading: there is no such heading',
    'a.md:9: ../../outside.md: there is no such file',
    'a.md:10: ../LICENSE: a file with this name is a page for the site',
  ]);
});

test.each([
  ['Two commands', 'two-commands'],
  ['IAM roles for pods on EKS', 'iam-roles-for-pods-on-eks'],
  ['`Mesh` is a facade, above: targets', 'mesh-is-a-facade-above-targets'],
  ['Settings: cardinal.yaml', 'settings-cardinalyaml'],
  ['a_b & c', 'a_b--c'],
])('the heading "%s" is linked as #%s', (heading, expected) => {
  expect(slug(heading)).toBe(expected);
});

test('the index of decisions has each record with its title', () => {
  const folder = join(ROOT, 'docs/decisions');
  const records = readdirSync(folder).filter(each => /^\d/.test(each));
  const entries = records.map(each => {
    const [, title] = /^# \d+\. (.*)$/m.exec(readFileSync(join(folder, each), 'utf8')) ?? [];
    return `- [${title}](${each})`;
  });

  expect(readFileSync(join(folder, 'README.md'), 'utf8').trim().split('\n').slice(4)).toEqual(entries);
});
