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

/** The best of some runs of a whole process, and a digest of what it wrote. */
function measure(...command: string[]): Measure {
  const runs = Array.from({ length: RUNS }, () => runOnce(command));
  if (new Set(runs.map(each => each.digest)).size > 1) {
    throw new Error(`${command.join(' ')} wrote different bytes in different runs`);
  }
  return runs.reduce((best, each) => each.seconds < best.seconds ? each : best);
}

function runOnce(command: string[]): Measure {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync('/usr/bin/env', ['time', '-f', '%M', ...command], { encoding: 'utf8', env: { ...process.env, CDK8S_OUTDIR: outdir } });
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

const tsx = (file: string, ...args: string[]) => measure('tsx', join(__dirname, file), ...args);
const line = (...cells: (string | number)[]) => console.log(cells.map((cell, index) => String(cell).padStart(index === 0 ? 8 : 16)).join(''));
const text = ({ seconds, megabytes }: Measure) => `${seconds.toFixed(2)} s ${Math.round(megabytes)} MB`;

line('services', 'library', 'bare cdk8s', 'library / bare');
const times = new Map<number, number>();
for (const count of [100, 1000, 5000]) {
  const library = tsx('library.ts', String(count));
  const bare = tsx('bare.ts', writeObjects(count));
  times.set(count, library.seconds);
  line(count, text(library), text(bare), (library.seconds / bare.seconds).toFixed(2));
}
console.log(`5000 services take ${((times.get(5000) ?? NaN) / (times.get(1000) ?? NaN)).toFixed(2)} times as long as 1000`);
console.log(`the boutique by cdk8s synth: ${text(measure('cdk8s', 'synth', '--check-upgrade=false'))}`);
