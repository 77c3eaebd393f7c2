import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Before all tests: packs the package as it would be published, unless `CARDINAL_TARBALL` is the path of a tarball. */
export default function pack(): void {
  process.env.CARDINAL_TARBALL ??= packed(mkdtempSync(join(tmpdir(), 'cardinal-packed-')));
}

function packed(folder: string): string {
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: dirname(__dirname),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [{ filename = '' } = {}] = JSON.parse(output.slice(output.indexOf('['))) as { filename: string }[];
  return join(folder, filename);
}
