import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from '../../docs/generate';

const root = join(__dirname, '../..');

test('generated files are those that `npm run docs` writes', () => {
  const files = [...generatedFiles()];
  const stale = files
    .filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text)
    .map(([path]) => path);
  expect({ runThis: 'npm run docs', stale }).toEqual({ runThis: 'npm run docs', stale: [] });
});

test('there is a page for each check and no other', () => {
  const pages = [...generatedFiles().keys()].filter(path => path.startsWith('docs/checks/'));
  expect(
    readdirSync(join(root, 'docs/checks'))
      .map(name => `docs/checks/${name}`)
      .sort(),
  ).toEqual(pages.sort());
});
