import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Topology } from '../lib';
import { allClaims, type Claim } from './claims';
import { Lab } from './lab';

const { values: options } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, only: { type: 'string' }, app: { type: 'string' } },
});

function tell(text: string): void {
  process.stderr.write(`lab: ${text}\n`);
}

async function main(): Promise<number> {
  const started = Date.now();
  const claims = options.app ? [] : await chosenClaims(options.only ?? '');
  const lab = Lab.prepare(tell);
  let ending = false;
  const end = (signal: string) => {
    // A terminal and the wrappers around this process each send the signal.
    if (ending) {
      return;
    }
    ending = true;
    tell(`stopped by ${signal}; logs are in ${lab.logs}`);
    lab.stop(true);
    process.exit(130);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  await lab.start();
  tell(`ready after ${seconds(started)}`);

  const failed: string[] = [];
  for (const [index, { file, name, prove }] of claims.entries()) {
    const from = Date.now();
    try {
      await prove(lab);
      process.stdout.write(`ok    ${name} (${seconds(from)})\n`);
    } catch (error) {
      failed.push(name);
      process.stdout.write(`FAIL  ${name} (${seconds(from)})\n${(error as Error).stack}\n`);
    }
    // Each proxy of a former file would cost time at every push.
    if (!options.keep && claims[index + 1]?.file !== file) {
      await lab.clear();
    }
  }
  if (options.app) {
    await deployApp(lab, options.app);
  }
  if (options.keep || options.app) {
    tell(`the mesh is up: export KUBECONFIG=${lab.plane.kubeconfig}; logs are in ${lab.logs}; end it with Ctrl-C`);
    await new Promise(() => undefined);
  }
  if (failed.length > 0) {
    tell(`logs are in ${lab.logs}`);
  }
  lab.stop(failed.length > 0);
  process.stdout.write(
    `${seconds(started)} in all\n${claims.length - failed.length} passed, ${failed.length} failed\n`,
  );
  return failed.length > 0 || claims.length === 0 ? 1 : 0;
}

interface ChosenClaim extends Claim {
  readonly file: string;
}

/** The claims whose name or file contains this text. */
async function chosenClaims(text: string): Promise<ChosenClaim[]> {
  const chosen: ChosenClaim[] = [];
  for (const file of readdirSync(join(__dirname, 'claims'))
    .filter(name => name.endsWith('.ts'))
    .sort()) {
    const before = allClaims().length;
    await import(join(__dirname, 'claims', file));
    chosen.push(
      ...allClaims()
        .slice(before)
        .filter(({ name }) => file.includes(text) || name.includes(text))
        .map(each => ({ ...each, file })),
    );
  }
  return chosen;
}

/** Deploys every topology that a module exports. */
async function deployApp(lab: Lab, file: string): Promise<void> {
  const exported = Object.values((await import(resolve(file))) as Record<string, unknown>);
  const topologies = exported.filter(
    (each): each is Topology => typeof each === 'object' && each !== null && 'services' in each && 'edges' in each,
  );
  if (topologies.length === 0) {
    throw new Error(`${file} exports no Topology`);
  }
  for (const topology of topologies) {
    await lab.deploy(topology);
    tell(
      `${topology.name} runs: ${lab.kubelet
        .pods(topology.namespace)
        .map(pod => `${pod.name} ${pod.network.ip}`)
        .join(', ')}`,
    );
  }
}

function seconds(from: number): string {
  return `${((Date.now() - from) / 1000).toFixed(1)} s`;
}

main().then(
  code => process.exit(code),
  (error: Error) => {
    tell(error.stack ?? error.message);
    process.exit(1);
  },
);
