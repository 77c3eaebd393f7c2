import { spawnSync } from 'node:child_process';
import { basename, join, resolve } from 'node:path';
import { type Builder, ManifestError } from '../../lib/manifests';

const MAX_BYTES = 64 * 1024 * 1024;

/** Kustomize, of its own or in kubectl, and Helm, as they are installed. */
export const PROGRAMS: Builder = {
  kustomization: folder =>
    run(join(folder, 'kustomization.yaml'), ['kustomize', 'build', resolve(folder)])
    ?? run(join(folder, 'kustomization.yaml'), ['kubectl', 'kustomize', resolve(folder)]),
  chart: folder =>
    run(join(folder, 'Chart.yaml'), ['helm', 'template', basename(resolve(folder)), resolve(folder), '--include-crds']),
};

/** The output of a program, or undefined if it is not installed. Throws a ManifestError if it fails. */
function run(file: string, [program = '', ...args]: readonly string[]): string | undefined {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: MAX_BYTES });
  if (error && 'code' in error && error.code === 'ENOENT') {
    return undefined;
  }
  if (error ?? status !== 0) {
    const [reason = ''] = (error?.message ?? stderr).trim().split('\n').slice(-1);
    throw new ManifestError(file, 1, 1, `${program} cannot render it: ${reason}`);
  }
  return stdout;
}
