import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Contract, type Topology } from '../topology';

/** A folder of its own: `kubectl apply -f` of the output directory must not read it. */
const FOLDER = 'contracts';
const SUFFIX = '.contract.json';

/** The files, with their text, of the contracts of topologies that allow callers outside. */
export function contractsOf(topologies: readonly Topology[]): (readonly [string, string])[] {
  return topologies
    .map(each => Contract.of(each))
    .filter(each => !each.isEmpty)
    .map(each => [join(FOLDER, `${each.data.topology}${SUFFIX}`), each.toText()]);
}

/** Removes the contracts of an earlier run. */
export function removeContracts(outdir: string): void {
  const folder = join(outdir, FOLDER);
  if (existsSync(folder)) {
    readdirSync(folder)
      .filter(each => each.endsWith(SUFFIX))
      .forEach(each => {
        rmSync(join(folder, each));
      });
  }
}
