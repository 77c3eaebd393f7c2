import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Fails if synthesis, checks or the traffic matrix of a small topology take more than a quarter longer than in the
 * parent commit. Both are measured in turns, in separate processes, by the median of their user time; what seems slower
 * is measured a second time before this fails. Usage: tsx bench/regression.ts [COMMIT]
 */
const ROUNDS = 5;
const LIMIT = 1.25;
const HERE = join(__dirname, '..');
const [commit = 'HEAD^'] = process.argv.slice(2);

type Times = Readonly<Record<string, number>>;

const parent = checkedOut(commit);
if (parent !== undefined) {
  try {
    compare(parent);
  } finally {
    git('worktree', 'remove', '--force', parent);
  }
}

function compare(before: string): void {
  if (!timesIn(before)) {
    console.log(`${commit} cannot run this benchmark, so that nothing is compared.`);
    return;
  }
  const slower = slowerThan(before);
  const again = slower.length > 0 ? slowerThan(before) : [];
  const confirmed = slower.filter(each => again.includes(each));
  if (confirmed.length > 0) {
    console.error(`More than a quarter slower than ${commit}: ${confirmed.join(', ')}.`);
    process.exitCode = 1;
  }
}

/** What takes more than the limit longer than in another working tree. */
function slowerThan(before: string): string[] {
  const rounds = Array.from({ length: ROUNDS }, () => [timesIn(before), timesIn(HERE)] as const);
  const [old, now] = [rounds.map(([each]) => each), rounds.map(([, each]) => each)];
  return Object.keys(now[0] ?? {}).filter(name => {
    const [was, is] = [old, now].map(runs => median(runs.map(each => each?.[name] ?? NaN)));
    const ratio = (is ?? NaN) / (was ?? NaN);
    console.log(`${name.padEnd(10)} ${was?.toFixed(2)} s → ${is?.toFixed(2)} s (${ratio.toFixed(2)})`);
    return ratio > LIMIT;
  });
}

/** Undefined if the benchmark does not run in another working tree; in this one it has to. */
function timesIn(root: string): Times | undefined {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  const { status, stdout, stderr } = spawnSync(join(HERE, 'node_modules/.bin/tsx'), [join(root, 'bench/small.ts')], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CDK8S_OUTDIR: outdir },
  });
  rmSync(outdir, { recursive: true, force: true });
  if (status !== 0 && root === HERE) {
    throw new Error(`The benchmark failed:\n${stderr}`);
  }
  return status === 0 ? (JSON.parse(stdout) as Times) : undefined;
}

/** A working tree of the parent, with the dependencies and the benchmark of this one; undefined without a parent. */
function checkedOut(commit: string): string | undefined {
  const folder = join(mkdtempSync(join(tmpdir(), 'bench-')), 'parent');
  if (spawnSync('git', ['rev-parse', '--verify', `${commit}^{commit}`], { cwd: HERE }).status !== 0) {
    console.log(`There is no commit ${commit} in this clone, so that nothing is compared.`);
    return undefined;
  }
  git('worktree', 'add', '--quiet', '--detach', folder, commit);
  symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'bench'), { recursive: true });
  ['small.ts', 'model.ts'].forEach(each => copyFileSync(join(__dirname, each), join(folder, 'bench', each)));
  return folder;
}

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: HERE, stdio: ['ignore', 'ignore', 'inherit'] });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
