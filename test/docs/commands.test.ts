import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';

const ROOT = join(__dirname, '../..');
/** Packages that a project of ours has installed when a document tells to run them. */
const KNOWN = ['cdk8s-cardinal', 'cdk', 'tsx', 'jest'];
const RUNNERS = /\b(?:npx|bunx|npm exec|pnpm dlx|pnpm exec|yarn dlx)\s+((?:-\S+\s+)*)([\w@./-]+)/g;

const texts = [
  'README.md',
  ...['docs', 'bin', 'lib', 'bench', 'lab']
    .flatMap(folder =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(each => join(folder, each)),
    )
    .filter(each => /\.(md|ts)$/.test(each) && !each.includes('node_modules')),
].map(file => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

test('no document and no message names a package of another owner to run', () => {
  const strangers = texts.flatMap(({ file, text }) =>
    [...text.matchAll(RUNNERS)]
      .filter(([, , name = '']) => !KNOWN.includes(name))
      .map(([command]) => `${file}: ${command}`),
  );
  expect(strangers).toEqual([]);
});

test('the command is named like the package, and has a short form', () => {
  expect(manifest.bin).toEqual({ [manifest.name]: 'build/bin/cardinal.js', cardinal: 'build/bin/cardinal.js' });
});
