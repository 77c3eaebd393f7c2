/**
 * `npm run release -- 1.2.0` verifies that a version can be published, prints what it renders differently, and lists the files that npm would
 * publish. With `--publish` it publishes them, with provenance.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { problemsOf, provenanceProblems, type Release } from './problems';

const EXAMPLES = ['test/examples/__snapshots__', 'test/bin/__snapshots__'];

const output = (program: string, ...args: readonly string[]) => execFileSync(program, args, { encoding: 'utf8' });
const lines = (text: string) => text.split('\n').filter(Boolean);
const show = (program: string, ...args: readonly string[]) => execFileSync(program, args, { stdio: 'inherit' });

const [version = '', flag] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Release['manifest'];
const tags = lines(output('git', 'tag', '--list', 'v*', '--sort', 'version:refname'));
const latest = tags.at(-1);
const problems = [
  ...problemsOf({
    version,
    manifest,
    changelog: readFileSync('CHANGELOG.md', 'utf8'),
    uncommitted: lines(output('git', 'status', '--porcelain')).map(each => each.slice(3)),
    tags,
    changedOutput: latest ? lines(output('git', 'diff', '--name-only', latest, '--', ...EXAMPLES)) : [],
  }),
  ...(flag === '--publish' ? provenanceProblems(manifest, process.env) : []),
];
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(1);
}
if (latest) {
  show('git', 'diff', latest, '--', ...EXAMPLES);
}
show('npm', 'publish', ...(flag === '--publish' ? ['--provenance', '--access', 'public'] : ['--dry-run']));
