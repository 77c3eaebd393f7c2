import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Measure {
  /** User and system time: other programs of the machine do not count. */
  readonly cpuSeconds: number;
  readonly megabytes: number;
  /** Of the files that it wrote to the folder in CDK8S_OUTDIR, or of its output. */
  readonly digest: string;
}

/** The best of some runs of whole processes, taken in turns so that what else the machine does meets all of them. */
export function measured(runs: number, commands: readonly (readonly string[])[]): Measure[] {
  const rounds = Array.from({ length: runs }, () => commands.map(each => measure(each)));
  return commands.flatMap((command, index) => {
    const own = rounds.flatMap(round => round[index] ?? []);
    if (new Set(own.map(each => each.digest)).size > 1) {
      throw new Error(`${command.join(' ')} wrote different bytes in different runs`);
    }
    return own.sort((a, b) => a.cpuSeconds - b.cpuSeconds).slice(0, 1);
  });
}

function measure(command: readonly string[]): Measure {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  const { status, stderr, stdout } = spawnSync('/usr/bin/env', ['time', '-f', '%U %S %M', ...command], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, CDK8S_OUTDIR: outdir },
  });
  if (status !== 0) {
    throw new Error(`${command.join(' ')} failed:\n${stderr}`);
  }
  const [user = NaN, system = NaN, kilobytes = NaN] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  const hash = createHash('sha256').update(stdout);
  for (const file of readdirSync(outdir, { recursive: true, withFileTypes: true }).filter(each => each.isFile())) {
    hash.update(readFileSync(join(file.parentPath, file.name)));
  }
  return { cpuSeconds: user + system, megabytes: kilobytes / 1024, digest: hash.digest('hex') };
}
