import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf, withSwitches } from './mutate';

/**
 * Mutation tests: small changes of the evaluator and of what renders policies, each of which a test must notice.
 * `npm run mutants` samples all files below; `npm run mutants -- lib/istio/security.ts --sample 100` those that are
 * named. `--quick` leaves out the mutants that need a run of their own. Fails if less than the floor of the sampled
 * mutants are killed.
 */
const FLOOR = 0.8;
const root = resolve(__dirname, '../..');

/** What is changed, and the tests that have to notice it. */
const SUBJECTS: { readonly files: RegExp; readonly tests: readonly string[] }[] = [
  { files: /^lib\/dataplane\//, tests: ['test/dataplane', 'test/testing'] },
  { files: /^lib\/topology\/(call|call-policy|route|auth|route-precedence)\.ts$/, tests: ['test/topology'] },
  {
    files: /^lib\/(istio\/(operations|edge-policies|security)|kubernetes\/network-policy)\.ts$/,
    tests: ['test/istio', 'test/kubernetes'],
  },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string', default: '6' }, quick: { type: 'boolean', default: false } },
});

void main();

async function main(): Promise<void> {
  const subjects = SUBJECTS.map(({ files, tests }) => ({ tests, mutants: filesBelow('lib', files).flatMap(sampleOf) }));
  const killed: Mutant[] = [];
  const survived: Mutant[] = [];
  for (const { tests, mutants } of subjects.filter(each => each.mutants.length > 0)) {
    const results = await judge(mutants, tests);
    killed.push(...results.killed);
    survived.push(...results.survived);
  }
  for (const { file, line, before, after } of survived) {
    print(`survived ${file}:${line}\n    ${oneLine(before)}\n  → ${oneLine(after)}`);
  }
  const share = killed.length / (killed.length + survived.length);
  print(`${killed.length} of ${killed.length + survived.length} mutants killed: ${(share * 100).toFixed(1)} %`);
  process.exitCode = share < FLOOR ? 1 : 0;
}

function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(name => `${folder}/${name}`)
    .filter(file => pattern.test(file) && file.endsWith('.ts'))
    .filter(file => positionals.length === 0 || positionals.some(each => file.startsWith(each)))
    .sort();
}

/** Mutants of a file at equal distances: the same in each run. */
function sampleOf(file: string): Mutant[] {
  const all = mutantsOf(file, readFileSync(join(root, file), 'utf8'));
  const size = Math.min(Number(values.sample), all.length);
  return Array.from({ length: size }, (_, index) => all[Math.floor(((index + 0.5) * all.length) / size)]).filter(
    mutant => mutant !== undefined,
  );
}

interface Results {
  readonly killed: readonly Mutant[];
  readonly survived: readonly Mutant[];
}

/** Runs the tests: with all mutants in one run first, then one by one with those that it cannot decide about. */
async function judge(mutants: readonly Mutant[], tests: readonly string[]): Promise<Results> {
  const folder = mkdtempSync(join(tmpdir(), 'cardinal-mutants-'));
  try {
    mkdirSync(join(folder, 'killed'));
    writeFileSync(join(folder, 'texts.json'), JSON.stringify(textsOf(mutants)));
    writeFileSync(join(folder, 'undecided'), '');
    if (!(await jestPasses(folder, tests))) {
      throw new Error(`${tests.join(', ')} must pass without mutants.`);
    }
    const killed = mutants.filter(({ id }) => existsSync(join(folder, 'killed', encodeURIComponent(id))));
    const files = undecidedBy(folder);
    const undecided = mutants.filter(each => !killed.includes(each) && files.has(each.id));
    const survived = mutants.filter(each => !killed.includes(each) && !undecided.includes(each));
    print(`${killed.length} of ${mutants.length} killed in one run, which cannot decide about ${undecided.length}`);
    for (const mutant of values.quick ? [] : undecided) {
      const passes = await jestPasses(folder, files.get(mutant.id) ?? [], mutant.id);
      (passes ? survived : killed).push(mutant);
    }
    return { killed, survived };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function textsOf(mutants: readonly Mutant[]): Record<string, string> {
  const files = [...new Set(mutants.map(({ file }) => file))];
  return Object.fromEntries(
    files.map(file => {
      const path = join(root, file);
      return [
        path,
        withSwitches(
          readFileSync(path, 'utf8'),
          mutants.filter(each => each.file === file),
        ),
      ];
    }),
  );
}

/** The test files that reach a mutant where a test cannot be repeated. */
function undecidedBy(folder: string): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const line of readFileSync(join(folder, 'undecided'), 'utf8').split('\n').filter(Boolean)) {
    const [id, file] = JSON.parse(line) as [string, string];
    files.set(id, [...(files.get(id) ?? []), file]);
  }
  return files;
}

function jestPasses(folder: string, tests: readonly string[], mutant?: string): Promise<boolean> {
  const child = spawn(
    'npx',
    ['jest', '--config', join(__dirname, 'jest.config.mjs'), '--silent', ...(mutant ? ['--bail'] : []), ...tests],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', mutant ? 'ignore' : 'inherit'],
      env: { ...process.env, CARDINAL_MUTANTS: folder, ...(mutant ? { CARDINAL_MUTANT: mutant } : {}) },
    },
  );
  return new Promise(resolved => {
    child.on('close', code => {
      resolved(code === 0);
    });
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 160);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
