import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeObjects } from './objects';

const RUNS = 3;

interface Measure {
  readonly seconds: number;
  readonly megabytes: number;
  readonly digest: string;
}

/** The best of some runs of whole processes, taken in turns so that what else the machine does meets all of them. */
function measure(...commands: string[][]): Measure[] {
  const rounds = Array.from({ length: RUNS }, () => commands.map(runOnce));
  return commands.map((command, index) => {
    const runs = rounds.flatMap(round => round[index] ?? []);
    if (new Set(runs.map(each => each.digest)).size > 1) {
      throw new Error(`${command.join(' ')} wrote different bytes in different runs`);
    }
    return runs.reduce((best, each) => (each.seconds < best.seconds ? each : best));
  });
}

function runOnce(command: string[]): Measure {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync('/usr/bin/env', ['time', '-f', '%M', ...command], {
    encoding: 'utf8',
    env: { ...process.env, CDK8S_OUTDIR: outdir },
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) {
    throw new Error(`${command.join(' ')} failed:\n${stderr}`);
  }
  const hash = createHash('sha256');
  for (const file of readdirSync(outdir, { recursive: true, withFileTypes: true }).filter(each => each.isFile())) {
    hash.update(readFileSync(join(file.parentPath, file.name)));
  }
  return { seconds, megabytes: Number(stderr.trim().split('\n').at(-1)) / 1024, digest: hash.digest('hex') };
}

const script = (file: string, ...args: string[]) => ['tsx', join(__dirname, file), ...args];
const line = (...cells: (string | number)[]) =>
  console.log(cells.map((cell, index) => String(cell).padStart(index === 0 ? 8 : 16)).join(''));
const text = ({ seconds, megabytes }: Measure) => `${seconds.toFixed(2)} s ${Math.round(megabytes)} MB`;

line('services', 'library', 'bare cdk8s', 'library / bare');
const seconds: number[] = [];
for (const count of [100, 1000, 5000]) {
  const [library, bare] = measure(script('library.ts', String(count)), script('bare.ts', writeObjects(count)));
  if (library && bare) {
    seconds.push(library.seconds);
    line(count, text(library), text(bare), (library.seconds / bare.seconds).toFixed(2));
  }
}
const [, thousand = NaN, fiveThousand = NaN] = seconds;
console.log(`5000 services take ${(fiveThousand / thousand).toFixed(2)} times as long as 1000`);
measure(['cdk8s', 'synth', '--check-upgrade=false']).forEach(boutique =>
  console.log(`the boutique by cdk8s synth: ${text(boutique)}`),
);
