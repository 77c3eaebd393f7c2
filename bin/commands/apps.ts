import { spawn, type SpawnOptions } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { load } from 'js-yaml';

/** The end of an app, with what it wrote to its standard error. */
export interface Run {
  readonly name: string;
  readonly code: number;
  readonly errors: string;
}

/** The cdk8s.yaml of an app, as far as it is read here. */
interface Cdk8sConfig {
  readonly app?: unknown;
  readonly output?: unknown;
}

/** The settings, beside the app and its output, with which `cdk8s synth` runs the app and does nothing else. */
const OF_PLAIN_APPS: readonly string[] = ['imports', 'language'];
/** The packages of the command lines. */
const PACKAGES: Readonly<Record<string, string>> = { cdk8s: 'cdk8s-cli', cdk: 'aws-cdk' };
const DEFAULT_OUTPUT = 'dist';

/** Runs the cdk8s app and the CDK app of a folder in parallel; none, if there are no such apps. */
export function runApps(folder: string): Promise<Run>[] {
  return [
    ...(existsSync(join(folder, 'cdk8s.yaml')) ? [runCdk8s(folder)] : []),
    ...(existsSync(join(folder, 'cdk.json'))
      ? [run('cdk', 'cdk', ['synth', '--quiet', '--no-notices', '--no-version-reporting'], { cwd: folder })]
      : []),
  ];
}

/** The folder that the cdk8s app writes to. */
export function outputOf(folder: string): string {
  return outdirOf(folder, configOf(folder));
}

function outdirOf(folder: string, { output = DEFAULT_OUTPUT }: Cdk8sConfig): string {
  return isAbsolute(String(output)) ? String(output) : join(folder, String(output));
}

/**
 * A plain app is run as `cdk8s synth` does it, without that command, which takes longer to start than most apps to run.
 * @see https://github.com/cdk8s-team/cdk8s-cli/blob/2.x/src/cli/cmds/synth.ts
 */
async function runCdk8s(folder: string): Promise<Run> {
  const config = configOf(folder);
  const { app, output = DEFAULT_OUTPUT, ...others } = config;
  const outdir = outdirOf(folder, config);
  const isPlain = Object.keys(others).every(each => OF_PLAIN_APPS.includes(each));
  if (typeof app !== 'string' || typeof output !== 'string' || !isPlain || !isBelow(outdir, folder)) {
    return run('cdk8s', 'cdk8s', ['synth', '--check-upgrade=false'], { cwd: folder });
  }
  rmSync(outdir, { recursive: true, force: true });
  const env = { CDK8S_RECORD_CONSTRUCT_METADATA: 'false', ...process.env, CDK8S_OUTDIR: output };
  const ended = await run('cdk8s', app, [], { cwd: folder, env, shell: true });
  return ended.code === 0 && !existsSync(outdir)
    ? { ...ended, code: 1, errors: `Error: The app \`${app}\` of cdk8s.yaml wrote nothing to ${output}.` }
    : ended;
}

/** Empty where it cannot be read, which cdk8s reports. */
function configOf(folder: string): Cdk8sConfig {
  try {
    return (load(readFileSync(join(folder, 'cdk8s.yaml'), 'utf8')) ?? {}) as Cdk8sConfig;
  } catch {
    return {};
  }
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function run(name: string, command: string, args: readonly string[], options: SpawnOptions): Promise<Run> {
  return new Promise(resolve => {
    const child = spawn(command, args, { env: process.env, ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    const errors: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', error =>
      resolve({ name, code: 1, errors: `${error.message}. Run it through npm, or install ${PACKAGES[name] ?? name}.` }),
    );
    child.on('close', code => resolve({ name, code: code ?? 1, errors: Buffer.concat(errors).toString() }));
  });
}
